"""What ``$match`` holds for, after MongoDB's documentation."""

from __future__ import annotations

import math
import re
from typing import Any

import pytest
from nightdesk.filters.pipeline import Batch, Pipeline

DOCUMENTS: list[dict[str, Any]] = [
    {"a": 1, "b": "x"},
    {"a": None, "b": "y"},
    {"b": "ZTF20"},
    {"a": [1, 5], "b": ["x", "z"]},
    {"a": [], "b": None},
    {"a": {"c": 3}, "b": 7},
    {"a": [{"c": 1, "d": 9}, {"c": 5}, {"d": 1}], "b": True},
    {"a": math.nan, "b": 2.0},
    {"a": [[1, 5], 20], "b": False},
    {"a": "1", "b": -1},
]


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ({"a": 1}, [0, 3]),
        ({"a": [1, 5]}, [3, 8]),
        ({"a": {"$eq": None}}, [1, 2]),
        ({"a": None}, [1, 2]),
        ({"a": {"$ne": None}}, [0, 3, 4, 5, 6, 7, 8, 9]),
        ({"a": {"$ne": 1}}, [1, 2, 4, 5, 6, 7, 8, 9]),
        ({"a": {"$exists": False}}, [2]),
        ({"a": {"$exists": True}}, [0, 1, 3, 4, 5, 6, 7, 8, 9]),
        ({"a": {"$gt": 1}}, [3, 8]),
        ({"a": {"$gte": 1, "$lt": 2}}, [0, 3]),
        ({"a": {"$lt": 100}}, [0, 3, 8]),
        ({"a": {"$lte": math.nan}}, [7]),
        ({"a": {"$gte": None}}, [1, 2]),
        ({"a": {"$gt": None}}, []),
        ({"a": {"$not": {"$gt": 1}}}, [0, 1, 2, 4, 5, 6, 7, 9]),
        ({"a": {"$in": [None, "1"]}}, [1, 2, 9]),
        ({"a": {"$nin": [None, "1", 1]}}, [4, 5, 6, 7, 8]),
        ({"a": {"$in": []}}, []),
        ({"b": {"$in": [*range(100, 120), "x", None]}}, [0, 3, 4]),
        ({"a.c": 5}, [6]),
        ({"a.c": {"$gt": 2}}, [5, 6]),
        ({"a.c": None}, [0, 1, 2, 6, 7, 9]),
        ({"a.c": {"$exists": False}}, [0, 1, 2, 3, 4, 7, 8, 9]),
        ({"a.0": 1}, [3, 8]),
        ({"a.0.c": 1}, [6]),
        ({"a.0": {"$exists": True}}, [3, 6, 8]),
        ({"a.7": {"$exists": False}}, list(range(10))),
        ({"a": {"$size": 2}}, [3, 8]),
        ({"a": {"$size": 0}}, [4]),
        ({"a": {"$all": [1, 5]}}, [3]),
        ({"a": {"$all": []}}, []),
        ({"a": {"$all": [{"$elemMatch": {"c": 1}}, {"$elemMatch": {"d": 1}}]}}, [6]),
        ({"a": {"$elemMatch": {"c": 1, "d": 9}}}, [6]),
        ({"a": {"$elemMatch": {"c": 5, "d": 9}}}, []),
        ({"a": {"$elemMatch": {"$gt": 1, "$lt": 10}}}, [3]),
        ({"a": {"$elemMatch": {"$or": [{"c": 5}, {"c": 8}]}}}, [6]),
        ({"a": {"$type": "array"}}, [3, 4, 6, 8]),
        ({"a": {"$type": "number"}}, [0, 3, 7, 8]),
        ({"a": {"$type": [10, "string"]}}, [1, 9]),
        ({"b": {"$type": 8}}, [6, 8]),
        ({"b": {"$regex": "^ztf", "$options": "i"}}, [2]),
        ({"b": re.compile("[xz]")}, [0, 3]),
        ({"b": {"$not": {"$regex": "x"}}}, [1, 2, 4, 5, 6, 7, 8, 9]),
        ({"b": {"$mod": [2, 1]}}, [5]),
        ({"b": {"$bitsAllSet": [0, 2]}}, [5, 9]),
        ({"b": {"$bitsAnySet": 2}}, [5, 7, 9]),
        ({"b": {"$bitsAllClear": [0]}}, [7]),
        ({"b": {"$bitsAnyClear": 4}}, [7]),
        ({"$and": [{"a": 1}, {"b": "x"}]}, [0, 3]),
        ({"$or": [{"a": 1}, {"b": "y"}]}, [0, 1, 3]),
        ({"$nor": [{"a": {"$exists": True}}, {"b": 3}]}, [2]),
        ({"a": {"c": 3}}, [5]),
        ({"a": {"$eq": {"c": 5}}}, [6]),
        ({"b": True}, [6]),
        ({"b": 2}, [7]),
        ({"$expr": {"$eq": ["$b", "y"]}}, [1]),
        ({"$expr": {"$gt": ["$a.c", []]}, "a": {"$type": "array"}}, [6]),
        ({"$comment": "all"}, list(range(10))),
        ({}, list(range(10))),
    ],
)
def test_query(query: dict[str, Any], rows: list[int]) -> None:
    result = Pipeline([{"$match": query}]).run(Batch.from_documents(DOCUMENTS))
    assert result.rows.tolist() == rows
    assert not result.errors


def test_what_cannot_be_computed() -> None:
    """An alert is an error only where no other condition has dropped it."""
    batch = Batch.from_documents([{"a": 0, "b": 1}, {"a": 0, "b": 2}, {"a": 4, "b": 1}])
    half = {"$expr": {"$gt": [{"$divide": [8, "$a"]}, 1]}}
    result = Pipeline([{"$match": {"b": 1, **half}}]).run(batch)
    assert result.rows.tolist() == [2]
    assert list(result.errors) == [0]
    assert "$divide" in result.errors[0]
    assert Pipeline([{"$match": {"$or": [{"a": 0}, half]}}]).run(batch).errors == {}
    result = Pipeline([{"$match": {"$nor": [half]}}]).run(batch)
    assert (result.rows.tolist(), sorted(result.errors)) == ([], [0, 1])
    computed = Pipeline([{"$addFields": {"h": {"$divide": [8, "$a"]}}}, {"$match": {"h": {"$ne": 3}}}]).run(
        batch
    )
    assert (computed.rows.tolist(), sorted(computed.errors)) == ([2], [0, 1])
