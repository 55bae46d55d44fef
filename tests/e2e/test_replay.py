"""Packets of real surveys go through the running platform: all stored once, bad ones kept aside."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from nightdesk.surveys import SURVEYS
from nightdesk_services.common.light_curves import read_object
from pymongo import MongoClient

from tests.support.data import DATA, needs_data
from tests.support.platform import Platform

pytestmark = [pytest.mark.platform, needs_data]


@pytest.fixture(scope="module")
def first(platform: Platform) -> dict:
    return platform.replay([DATA / "ztf", DATA / "lsst"])


def test_every_real_packet_is_stored(platform: Platform, first: dict) -> None:
    assert first["stored"] == 41
    assert first["lost"] == 0
    assert first["quarantined"] == []
    with MongoClient(platform.settings.store, tz_aware=True) as client:
        store = client[platform.settings.store_name]
        candids = [int(file.stem) for file in (DATA / "ztf").rglob("*.avro")]
        assert store["ZTF_alerts"].count_documents({"_id": {"$in": candids}}) == 36
        names = store["LSST_objects"].distinct("objectId")
        curves = [read_object(store, SURVEYS["LSST"], name) or {} for name in names]
        assert sum(len(curve["prv_candidates"]) >= 300 for curve in curves) == 3


def test_a_second_time_stores_nothing(platform: Platform, first: dict) -> None:
    again = platform.replay([DATA / "ztf", DATA / "lsst"])
    assert (again["stored"], again["duplicates"], again["lost"]) == (0, 41, 0)


def test_bad_files_end_in_quarantine_and_the_rest_go_in(platform: Platform, tmp_path: Path) -> None:
    good = sorted((DATA / "ztf").rglob("*.avro"))[:3]
    for file in good:
        shutil.copy(file, tmp_path)
    (tmp_path / "truncated.avro").write_bytes(good[0].read_bytes()[:20_000])
    (tmp_path / "empty.avro").write_bytes(b"")
    (tmp_path / "random.avro").write_bytes(os.urandom(5_000))
    summary = platform.replay([tmp_path])
    assert summary["lost"] == 0
    assert summary["stored"] + summary["duplicates"] == 3
    assert {Path(item["file"]).name for item in summary["quarantined"]} == {
        "truncated.avro",
        "empty.avro",
        "random.avro",
    }
    assert all(item["reason"] for item in summary["quarantined"])
