"""``nightdesk archive``: what an operator sees."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from bson import Int64
from nightdesk.alerts import AlertBatch, decode
from nightdesk.archive import ArchiveWriter
from nightdesk.settings import Settings
from nightdesk.simulate import Night
from nightdesk.surveys import get
from nightdesk_hub.cli.archive import app
from typer.testing import CliRunner

NUMBER = 60


@pytest.fixture(scope="module")
def batch() -> AlertBatch:
    night = itertools.islice(Night("ztf", seed=5), NUMBER)
    return decode([alert.payload for alert in night], get("ZTF")).batch


@pytest.fixture
def data_dir(tmp_path: Path, batch: AlertBatch) -> Path:
    writer = ArchiveWriter(tmp_path / "archive")
    for start in (0, 20, 40, 30):
        part = batch.take(list(range(start, min(start + 20, NUMBER))))
        writer.write(part, part.prv, part.fp)
    return tmp_path


def run(data_dir: Path, *arguments: str, code: int = 0) -> str:
    done = CliRunner().invoke(app, [*arguments, "--data-dir", str(data_dir)])
    assert done.exit_code == code, done.output
    return done.output


def as_json(data_dir: Path, *arguments: str, code: int = 0) -> Any:
    return json.loads(run(data_dir, *arguments, "--json", code=code))


def test_info_and_compact(data_dir):
    (before,) = as_json(data_dir, "info")
    assert (before["survey"], before["night"], before["alerts"]) == ("ZTF", 20260915, NUMBER)
    assert (before["files"], before["spool"]) == (4, 4)
    (made,) = as_json(data_dir, "compact")
    assert made["compacted"]
    assert (made["alerts"], made["duplicates"]) == (NUMBER, 20)
    (again,) = as_json(data_dir, "compact", "--survey", "ztf", "--night", "2026-09-15")
    assert not again["compacted"]
    assert again["alerts"] == NUMBER
    (after,) = as_json(data_dir, "info")
    assert (after["alerts"], after["spool"], after["files"]) == (NUMBER, 0, made["files"])
    table = run(data_dir, "info")
    assert "ZTF" in table
    assert "20260915" in table


def test_another_root_and_nothing_there(data_dir, tmp_path_factory):
    empty = tmp_path_factory.mktemp("empty")
    assert as_json(empty, "info") == []
    assert as_json(empty, "info", "--root", str(data_dir / "archive"))[0]["alerts"] == NUMBER
    assert as_json(data_dir, "info", "--night", "20260916") == []


def test_what_makes_no_sense(data_dir):
    assert "unknown survey" in run(data_dir, "info", "--survey", "none", code=2)
    assert "is no night" in run(data_dir, "compact", "--night", "yesterday", code=2)


def test_verify(data_dir: Path, batch: AlertBatch, database: Any, settings: Settings, monkeypatch):
    monkeypatch.setenv("NIGHTDESK_STORE_URI", settings.store_uri)
    monkeypatch.setenv("NIGHTDESK_STORE_NAME", database.name)
    rows = list(batch.frame.select("candid", "jd").iter_rows())
    database["ZTF_alerts"].insert_many({"_id": Int64(candid), "jd": jd} for candid, jd in rows[1:])
    (found,) = as_json(data_dir, "verify", code=1)
    assert (found["same"], found["missing"], found["extra"]) == (NUMBER - 1, [], [str(rows[0][0])])
    database["ZTF_alerts"].insert_one({"_id": Int64(rows[0][0]), "jd": rows[0][1]})
    (found,) = as_json(data_dir, "verify")
    assert (found["same"], found["missing"], found["extra"]) == (NUMBER, [], [])
    # a night that only the store has
    database["ZTF_alerts"].insert_one({"_id": Int64(2**62), "jd": rows[0][1] + 3})
    assert as_json(data_dir, "verify", code=1)[1]["missing"] == [str(2**62)]
    assert "ZTF" in run(data_dir, "verify", "--night", "20260915")
