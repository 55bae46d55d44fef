"""A new desk has its streams, group and filters; one that has been changed keeps its changes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from nightdesk.filters import Expression
from nightdesk_services.common.defaults import ensure_defaults
from pymongo.database import Database


def test_first_contents(database: Database[dict[str, Any]]) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: ensure_defaults(database), range(4)))
    assert [
        (s["_id"], s["name"], s["altdata"]["survey"]) for s in database["streams"].find().sort("_id", 1)
    ] == [
        (1, "ZTF Public", "ZTF"),
        (2, "LSST", "LSST"),
    ]
    (group,) = database["groups"].find()
    assert (group["name"], group["stream_ids"]) == ("Sitewide Group", [1, 2])
    filters = list(database["filters"].find().sort("_id", 1))
    assert [(f["survey"], f["active"], f["kind"]) for f in filters] == [
        ("ZTF", True, "expression"),
        ("LSST", True, "expression"),
    ]
    assert all(len(Expression(f["source"]).cuts) >= 4 for f in filters)


def test_changes_survive_and_counters_go_on(database: Database[dict[str, Any]]) -> None:
    ensure_defaults(database)
    database["filters"].update_one({"_id": 1}, {"$set": {"active": False}})
    database["counters"].update_one({"_id": "groups"}, {"$inc": {"value": 1}})
    ensure_defaults(database)
    filter_ = database["filters"].find_one({"_id": 1})
    assert filter_ is not None
    assert filter_["active"] is False
    assert database["groups"].count_documents({}) == 1
    assert {c["_id"]: c["value"] for c in database["counters"].find()} == {
        "groups": 2,
        "filters": 2,
        "streams": 2,
    }
