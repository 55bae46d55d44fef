"""What of a condition the store may decide."""

from __future__ import annotations

from typing import Any

import pytest
from nightdesk.surveys import get
from nightdesk_services.marshal.services.kowalski.narrowing import narrowed, time_path


@pytest.mark.parametrize(
    ("condition", "store"),
    [
        ({"candid": 5}, {"_id": {"$eq": 5}}),
        ({"candidate.jd": {"$gt": 1, "$lte": 2}}, {"jd": {"$gt": 1, "$lte": 2}}),
        ({"candidate.drb": {"$gt": 0.9}}, {"candidate.drb": {"$gt": 0.9}}),
        ({"$and": [{"objectId": "Z"}, {"jd": {"$gt": 1}}]}, {"objectId": {"$eq": "Z"}, "jd": {"$gt": 1}}),
        ({"objectId": {"$in": ["a", "b"]}}, {"objectId": {"$in": ["a", "b"]}}),
    ],
)
def test_plain_comparisons_go_to_the_store(condition: dict[str, Any], store: dict[str, Any]) -> None:
    made = narrowed(condition, get("ZTF"))
    assert made.whole and made.condition == store


@pytest.mark.parametrize(
    "condition",
    [
        {"objectId": None},
        {"objectId": {"$in": ["a", None]}},
        {"candidate.drb": {"$ne": 1}},
        {"candidate.drb": {"$not": {"$gt": 1}}},
        {"candidate.drb": float("nan")},
        {"candidate.drb": {"$gt": float("inf")}},
        {"coordinates.l": {"$gt": 1}},
        {"prv_candidates.jd": {"$gt": 1}},
        {"cross_matches.Gaia.0": 1},
        {"$or": [{"objectId": "a"}, {"candid": 1}]},
        {"$expr": {"$gt": ["$jd", 1]}},
        {"candidate": {"jd": 1}},
        {"a.0": 1},
    ],
)
def test_all_else_is_decided_here(condition: dict[str, Any]) -> None:
    made = narrowed({**condition, "programid": 1}, get("ZTF"))
    assert not made.whole and made.condition == {"programid": {"$eq": 1}}


def test_contradictions_are_left_to_the_test() -> None:
    made = narrowed({"candid": 5, "_id": 6}, get("ZTF"))
    assert not made.whole and made.condition == {"_id": {"$eq": 5}}


def test_only_the_same_time_is_the_same_column() -> None:
    assert time_path(get("ZTF")) == "candidate.jd"
    # MJD in TAI
    assert time_path(get("LSST")) is None
