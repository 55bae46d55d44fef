"""Filters run side by side: one that fails fails alone, and changes are taken up without a restart."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from nightdesk_services.broker.services.pipeline import Pipeline
from pymongo.database import Database

from tests.services.broker.packets import group, simulated

Db = Database[dict[str, Any]]


def add(database: Db, number: int, source: str, **changes: Any) -> None:
    document = {
        "_id": number,
        "name": f"filter {number}",
        "stream_id": 1,
        "group_id": 7,
        "survey": "ZTF",
        "kind": "expression",
        "source": source,
        "active": True,
        "version": 3,
    }
    database["filters"].insert_one(document | changes)


def passed(database: Db, number: int) -> int:
    return database["candidates"].count_documents({"filter_id": number})


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("candidate.drbb > 0.5", "drb"),
        ("score >", "not a Python expression"),
        ("__import__('os')", ""),
    ],
)
def test_a_filter_that_fails_fails_alone(pipeline: Pipeline, database: Db, source: str, message: str) -> None:
    add(database, 11, source)
    add(database, 12, "magpsf < 99")
    pipeline.run(group(simulated("ZTF", 20)))
    assert (passed(database, 11), passed(database, 12)) == (0, 20)
    broken = database["filters"].find_one({"_id": 11})
    assert broken is not None
    assert message in broken["last_error"]["message"]
    assert broken["last_error"]["version"] == 3
    assert database["quarantine"].count_documents({}) == 0
    sound = database["filters"].find_one({"_id": 12})
    assert sound is not None
    assert "last_error" not in sound


def test_only_live_filters_of_the_survey_and_its_programs_run(pipeline: Pipeline, database: Db) -> None:
    database["streams"].insert_one(
        {"_id": 9, "name": "ZTF Partnership", "altdata": {"survey": "ZTF", "selector": [2]}}
    )
    add(database, 11, "magpsf < 99", active=False)
    add(database, 12, "magpsf < 99", survey="LSST")
    add(database, 13, "magpsf < 99", stream_id=9)
    add(database, 14, "magpsf < 99", kind="notebook")
    add(database, 15, "programid == 1")
    pipeline.run(group(simulated("ZTF", 20)))
    assert [passed(database, n) for n in (11, 12, 13, 14, 15)] == [0, 0, 0, 0, 20]
    one = database["candidates"].find_one({"filter_id": 15})
    assert one is not None
    assert (one["group_ids"], one["filter_version"]) == ([7], 3)


def test_changes_are_taken_up(pipeline: Pipeline, database: Db) -> None:
    pipeline._filters._interval = 0.0
    packets = simulated("ZTF", 30)
    pipeline.run(group(packets[:10]))
    add(database, 11, "magpsf < 99")
    pipeline.run(group(packets[10:20]))
    assert passed(database, 11) == 10
    database["filters"].update_one({"_id": 11}, {"$set": {"source": "magpsf > 99", "version": 4}})
    pipeline.run(group(packets[20:]))
    assert passed(database, 11) == 10


def test_stage_columns_can_be_used(new_pipeline: Callable[[], Pipeline], database: Db) -> None:
    add(database, 11, "n_det >= 1 and age_days >= 0 and delta_mag >= 0 and peak_mag < 99 and first_jd > 0")
    new_pipeline().run(group(simulated("ZTF", 20)))
    positive = [d for d in database["ZTF_alerts"].find() if d["features"]["peak_mag"] is not None]
    assert passed(database, 11) > 0
    assert passed(database, 11) <= len(positive)


PIPELINE = [
    {"$match": {"candidate.magpsf": {"$lt": 19}, "candidate.isdiffpos": {"$in": ["t", "1", 1]}}},
    {"$project": {"objectId": 1, "annotations": {"mag": {"$round": ["$candidate.magpsf", 2]}}}},
]


def test_a_pipeline_gives_what_the_same_expression_gives(pipeline: Pipeline, database: Db) -> None:
    add(database, 11, json.dumps(PIPELINE), kind="pipeline")
    add(database, 12, "magpsf < 19 and isdiffpos")
    pipeline.run(group(simulated("ZTF", 120)))
    found = {n: {d["candid"]: d for d in database["candidates"].find({"filter_id": n})} for n in (11, 12)}
    assert 0 < len(found[11]) < 120
    assert set(found[11]) == set(found[12])
    for one in found[11].values():
        assert one["annotations"] == {"mag": round(one["magpsf"], 2)}
    assert all(one["annotations"] == {} for one in found[12].values())
    spent = pipeline.statistics.filter_seconds
    assert spent[11] > 0 and spent[12] > 0
    assert pipeline.statistics.filter_passes[11] == len(found[11])


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("{}", "list of one stage"),
        ("[{", "JSONDecodeError"),
        ('[{"$out": "alerts"}]', "$out"),
        ('[{"$project": {"a": {"$divide": [1, 0]}}}]', "no value for 20 of 20"),
    ],
)
def test_a_pipeline_that_fails_fails_alone(
    pipeline: Pipeline, database: Db, source: str, message: str
) -> None:
    add(database, 11, source, kind="pipeline")
    add(database, 12, "magpsf < 99")
    pipeline.run(group(simulated("ZTF", 20)))
    assert (passed(database, 11), passed(database, 12)) == (0, 20)
    broken = database["filters"].find_one({"_id": 11})
    assert broken is not None
    assert message in broken["last_error"]["message"]
