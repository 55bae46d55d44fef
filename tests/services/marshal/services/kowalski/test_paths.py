"""Which fields a query looks at."""

from __future__ import annotations

from typing import Any

import pytest
from nightdesk_services.marshal.services.kowalski import paths


@pytest.mark.parametrize(
    ("condition", "projection", "expected"),
    [
        ({}, {}, None),
        ({}, {"candidate": 0}, None),
        ({}, {"_id": 0}, None),
        ({"candid": 1}, {"_id": 0, "candidate.magpsf": 1}, {"candid", "candidate.magpsf", "jd"}),
        ({"$or": [{"a.b": 1}, {"$and": [{"c": 2}]}]}, {"_id": 1}, {"a", "c", "_id", "jd"}),
        ({"$expr": {"$gt": ["$a.b", {"$size": "$c"}]}}, {"d": {"$max": "$e.f"}}, {"a", "c", "d", "e", "jd"}),
        ({"candidate.a.b": 1}, {"candidate.0": 1}, {"candidate.a", "candidate", "jd"}),
        ({}, {"a": "$$ROOT"}, None),
        ({"$expr": {"$eq": ["$$CURRENT.a", 1]}}, {"a": 1}, None),
    ],
)
def test_of_a_find(condition: Any, projection: Any, expected: set[str] | None) -> None:
    assert paths.of_find(condition, projection, ["jd"]) == expected


@pytest.mark.parametrize(
    ("stages", "expected"),
    [
        ([{"$match": {"a": 1}}, {"$group": {"_id": "$b", "n": {"$sum": "$c.d"}}}], {"a", "b", "c"}),
        ([{"$match": {"a": 1}}, {"$count": "n"}], {"a"}),
        ([{"$addFields": {"x": "$y"}}, {"$sort": {"z": 1}}, {"$project": {"x": 1}}], {"x", "y", "z"}),
        ([{"$match": {"a": 1}}], None),
        ([{"$project": {"a": 0}}, {"$count": "n"}], None),
        ([{"$group": {"_id": None, "all": {"$push": "$$ROOT"}}}], None),
        ([{"$facet": {"a": []}}], None),
    ],
)
def test_of_a_pipeline(stages: Any, expected: set[str] | None) -> None:
    assert paths.of_pipeline(stages) == expected


def test_what_a_projection_shows() -> None:
    assert paths.shown({}, "cutoutScience")
    assert paths.shown({"candid": 0}, "cutoutScience")
    assert paths.shown({"cutoutScience.stampData": 1}, "cutoutScience")
    assert not paths.shown({"cutoutScience": 0}, "cutoutScience")
    assert not paths.shown({"candid": 1}, "cutoutScience")


def test_mentions_but_not_to_leave_out() -> None:
    assert paths.mentions([{"$project": {"cutoutScience": 1}}], "cutout")
    assert paths.mentions([{"$addFields": {"a": "$cutoutScience.stampData"}}], "cutout")
    assert not paths.mentions([{"$project": {"cutoutScience": 0}}, {"$unset": "cutoutTemplate"}], "cutout")
