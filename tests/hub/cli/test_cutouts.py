"""``nightdesk cutouts``: what an operator sees."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from bson import Int64
from nightdesk.settings import Settings
from nightdesk.surveys import get
from nightdesk_hub.cli.cutouts import app
from nightdesk_services.common.cutouts import CutoutPacks
from pymongo.database import Database
from typer.testing import CliRunner

ZTF = get("ZTF")


@pytest.fixture
def data_dir(settings: Settings, database: Database[dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two alerts of an old night, of which one is of a source."""
    monkeypatch.setenv("NIGHTDESK_STORE_URI", settings.store_uri)
    monkeypatch.setenv("NIGHTDESK_STORE_NAME", settings.store_name)
    stamp = {"fileName": "1.fits", "stampData": bytes(500_000)}
    given = [{"_id": Int64(n), "objectId": f"ZTF{n}", "cutoutScience": stamp} for n in (1, 2)]
    database["ZTF_alerts_cutouts"].insert_many(
        CutoutPacks(settings.cutouts).keep(ZTF, given, folder="20260915")
    )
    database["sources"].insert_one({"_id": "ZTF2"})
    return settings.data_dir


def run(data_dir: Path, *arguments: str, code: int = 0) -> str:
    done = CliRunner().invoke(app, [*arguments, "--data-dir", str(data_dir)])
    assert done.exit_code == code, done.output
    return done.output


def test_info_and_thin(data_dir: Path, database: Database[dict[str, Any]]) -> None:
    (row,) = json.loads(run(data_dir, "info", "--json"))
    assert row == {"survey": "ZTF", "day": "20260915", "packs": 1, "MB": 1.0}
    said = json.loads(run(data_dir, "thin", "--before", "2026-10-01", "--dry-run", "--json"))
    assert database["ZTF_alerts_cutouts"].count_documents({}) == 2
    (made,) = said
    assert (made["packs"], made["chosen"], made["dropped"]) == (1, 1, 1)
    assert 500_000 <= made["freed"] < 501_000
    assert json.loads(run(data_dir, "thin", "--before", "20261001", "--survey", "ztf", "--json")) == said
    assert database["ZTF_alerts_cutouts"].distinct("_id") == [2]
    (row,) = json.loads(run(data_dir, "info", "--json"))
    assert row == {"survey": "ZTF", "day": "chosen", "packs": 1, "MB": 0.5}
    assert "no cutouts of before 20261001" in run(data_dir, "thin", "--before", "20261001")
    assert "chosen" in run(data_dir, "info")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["thin", "--before", "yesterday"], "no date; say 20261101"),
        (["thin", "--before", "20261345"], "no date"),
        (["thin", "--before", f"{datetime.now(UTC) + timedelta(days=1):%Y%m%d}"], "last day stay"),
        (["thin", "--before", f"{datetime.now(UTC):%Y%m%d}"], "last day stay"),
        (["thin", "--before", "20261001", "--survey", "ZTFF"], "ZTF"),
        (["info", "--survey", "ZTFF"], "ZTF"),
    ],
)
def test_what_cannot_be_done_is_said(data_dir: Path, arguments: list[str], message: str) -> None:
    assert message in run(data_dir, *arguments, code=2)


def test_a_store_that_is_away_is_said(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NIGHTDESK_STORE_URI", "mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=200")
    assert "say it again" in run(data_dir, "thin", "--before", "20261001", code=1)
