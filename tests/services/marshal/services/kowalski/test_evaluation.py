"""Filters, orders and stages on documents."""

from __future__ import annotations

from typing import Any

import pytest
from nightdesk_services.marshal.exceptions import Invalid
from nightdesk_services.marshal.services.kowalski.evaluation import Filter, ordered, parse, run

DOCUMENTS: list[dict[str, Any]] = [
    {"_id": 2**60 + i, "mag": mag, "points": [{"jd": i}, {"jd": i + 1}]}
    for i, mag in enumerate([19.0, None, 17.5, 18.0])
]


def stages(*given: dict[str, Any]) -> list[tuple[str, Any]]:
    """Return stages with their places."""
    return [
        (f"pipeline.{n}", parse(name, body, f"pipeline.{n}"))
        for n, stage in enumerate(given)
        for name, body in stage.items()
    ]


def test_a_filter_keeps_the_documents_themselves() -> None:
    found = Filter({"mag": {"$lt": 18.5}, "points.jd": {"$gte": 3}}).of(DOCUMENTS)
    assert [one["_id"] for one in found] == [2**60 + 2, 2**60 + 3]
    assert found[0] is DOCUMENTS[2]
    assert Filter({}).of(DOCUMENTS) is DOCUMENTS
    assert Filter({"mag": None}).of(DOCUMENTS) == [DOCUMENTS[1]]


def test_an_order_puts_null_first() -> None:
    assert [one["mag"] for one in ordered(DOCUMENTS, {"mag": 1})] == [None, 17.5, 18.0, 19.0]
    assert [one["mag"] for one in ordered(DOCUMENTS, {"mag": -1})] == [19.0, 18.0, 17.5, None]


def test_stages_work_on_all_documents_together() -> None:
    made, _ = run(stages({"$group": {"_id": None, "n": {"$sum": 1}, "best": {"$min": "$mag"}}}), DOCUMENTS)
    assert made == [{"_id": None, "n": 4, "best": 17.5}]
    made, _ = run(stages({"$unwind": "$points"}, {"$sort": {"points.jd": -1}}, {"$limit": 1}), DOCUMENTS)
    assert made[0]["points"] == {"jd": 4}


def test_stages_keep_owners_apart() -> None:
    made, owners = run(stages({"$limit": 1}, {"$project": {"_id": 0, "mag": 1}}), DOCUMENTS, [0, 0, 3, 3])
    assert made == [{"mag": 19.0}, {"mag": 17.5}]
    assert owners == [0, 3]


@pytest.mark.parametrize(
    "stage",
    [
        {"$project": {"x": {"$divide": [1, {"$subtract": ["$mag", 18]}]}}},
        {"$match": {"$expr": {"$gt": [{"$add": ["$points", 1]}, 0]}}},
        {"$replaceRoot": {"newRoot": "$mag"}},
    ],
)
def test_an_error_is_told_with_its_place(stage: dict[str, Any]) -> None:
    with pytest.raises(Invalid, match="pipeline"):
        run(stages(stage), DOCUMENTS)


def test_what_grows_without_bound_is_refused() -> None:
    doubling = [{"$addFields": {"points": {"$concatArrays": ["$points", "$points"]}}}] * 30
    with pytest.raises(Invalid, match="more than"):
        run(stages(*doubling), DOCUMENTS)
    wide = [{"_id": 1, "a": [[0] * 600] * 600}]
    with pytest.raises(Invalid, match="200000 documents"):
        run(stages({"$unwind": "$a"}, {"$unwind": "$a"}), wide)
