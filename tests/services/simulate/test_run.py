from __future__ import annotations

import gzip
import tarfile
import threading
import time
from pathlib import Path

import polars as pl
import pytest
from nightdesk.settings import Settings
from nightdesk.simulate import TRUTH
from nightdesk_services.simulate import run

SETTINGS = Settings()


def test_a_directory_has_a_file_for_each_alert(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    summary = run(
        SETTINGS,
        survey="ztf",
        seed=5,
        count=40,
        density=20,
        out=tmp_path / "night",
        truth=tmp_path / "truth" / "night.parquet",
        progress=lambda done, total: told.append((done, total)),
    )
    files = sorted((tmp_path / "night").rglob("*.avro"))
    truth = pl.read_parquet(tmp_path / "truth" / "night.parquet")
    assert summary.published == len(files) == len(truth) == 40
    assert {file.parent for file in files} == {tmp_path / "night" / "ztf" / "20260915"}
    assert sorted(file.stem for file in files) == sorted(map(str, truth["candid"]))
    assert sum(summary.labels.values()) == 40
    assert summary.surveys == {"ZTF": 40}
    assert told[-1] == (40, 40)
    assert dict(truth.schema) == TRUTH


def test_an_archive_is_the_same_file_each_time(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("one.tar.gz", "two.tar.gz", "plain.tar")]
    for path in paths:
        run(SETTINGS, survey="lsst", seed=5, count=12, density=20, out=path)
    assert paths[0].read_bytes() == paths[1].read_bytes()
    assert gzip.decompress(paths[0].read_bytes()) == paths[2].read_bytes()
    with tarfile.open(paths[0]) as archive:
        members = archive.getmembers()
        assert len(members) == 12
        assert all(member.name.removesuffix(".avro").isdigit() for member in members)


def test_both_surveys_come_in_order_of_time_and_the_truth_is_of_what_was_sent(tmp_path: Path) -> None:
    out, truth = tmp_path / "both.tar", tmp_path / "truth.parquet"
    summary = run(SETTINGS, survey="both", seed=5, count=90, density=20, out=out, truth=truth)
    table = pl.read_parquet(truth)
    with tarfile.open(out) as archive:
        names = archive.getnames()
    assert {name.split("/")[0] for name in names} == {"ztf", "lsst"}
    assert sum(summary.surveys.values()) == 90
    assert sorted(Path(name).stem for name in names) == sorted(map(str, table["candid"]))
    assert table["jd"].is_sorted()


def test_a_live_night_is_now_and_keeps_its_rate(tmp_path: Path) -> None:
    stop = threading.Event()
    timer = threading.Timer(3.0, stop.set)
    timer.start()
    began = time.time()
    summary = run(
        SETTINGS,
        survey="ztf",
        rate=8.0,
        live=True,
        density=15,
        out=tmp_path,
        truth=tmp_path / "truth.parquet",
        stop=stop,
    )
    table = pl.read_parquet(tmp_path / "truth.parquet")
    assert 3 <= summary.published <= 8.0 * (time.time() - began) + 1
    assert len(table) == summary.published
    now = began / 86400.0 + 2440587.5
    assert ((table["jd"] - now) * 86400.0).is_between(-5.0, 10.0).all()
    # it begins in the middle of a season
    assert table["n_det"].max() > 5


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"survey": "gaia"}, "gaia"),
        ({"survey": "both", "schema_version": "3.3"}, "one survey"),
        ({"rate": 0.0}, "rate"),
        ({"count": -1}, "count"),
        ({"nights": 0}, "nights"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_written(
    tmp_path: Path, arguments: dict[str, object], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        run(SETTINGS, out=tmp_path / "out", **arguments)  # type: ignore[arg-type]
    assert not (tmp_path / "out").exists()
