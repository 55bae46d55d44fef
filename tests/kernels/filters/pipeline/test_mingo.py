"""Expressions and queries over documents made at random give what mingo gives."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path
from typing import Any

from nightdesk.filters.pipeline import Batch, Pipeline

from tests.kernels.filters.pipeline import corpus, mingo
from tests.kernels.filters.pipeline.deviations import excuse, used

SETS = ("$setUnion", "$setIntersection", "$setDifference")


def alike(a: Any, b: Any) -> bool:
    """Tell whether two values are equal; JavaScript does not know integers from doubles."""
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    if isinstance(a, int | float) and isinstance(b, int | float):
        return (a != a and b != b) or a == b or math.isclose(a, b, rel_tol=1e-12, abs_tol=1e-12)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(alike, a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(alike(a[name], b[name]) for name in a)
    return type(a) is type(b) and a == b


def same(name: str, ours: Any, theirs: Any) -> bool:
    """Tell whether two answers agree; where both are an error, the text does not matter."""
    if isinstance(ours, str) or isinstance(theirs, str):
        return isinstance(ours, str) and isinstance(theirs, str)
    if name in SETS and isinstance(ours.get("r"), list) and isinstance(theirs.get("r"), list):
        a, b = ours["r"], theirs["r"]
        return len(a) == len(b) and all(any(alike(one, other) for other in b) for one in a)
    return alike(ours, theirs)


def test_expressions(home: Path) -> None:
    maker = corpus.Maker(20260301)
    documents = [maker.document() for _ in range(12)]
    expressions = corpus.plain_expressions(maker, 2) + corpus.structured_expressions(maker, 1)
    pipelines = [[{"$project": {"_id": 0, "r": expression}}] for _, expression in expressions]
    answers = mingo.aggregate(home, documents, pipelines)
    batch = Batch.from_documents(documents)
    agreed, differ = Counter[str](), []
    for (name, expression), pipeline, answer in zip(expressions, pipelines, answers, strict=True):
        result = Pipeline(pipeline).run(batch)
        made = dict(zip(result.rows.tolist(), result.documents, strict=True))
        for row, given in enumerate(answer):
            ours = made[row] if row in made else result.errors[row]
            theirs = given if isinstance(given, str) else given[0]
            if same(name, ours, theirs):
                agreed[name] += not isinstance(ours, str) and ours.get("r") is not None
            elif excuse(name, expression, documents[row], ours, theirs) is None:
                differ.append((expression, used(expression, documents[row]), ours, theirs))
    assert not differ, f"{len(differ)} differ, such as {differ[:3]}"
    without = {name for name, _ in expressions} - set(agreed) - {"$indexOfCP", "$arrayToObject"}
    assert not without, f"mingo never gave the same value for {without}"
    assert sum(agreed.values()) > 1000


def _queries(maker: corpus.Maker) -> list[dict[str, Any]]:
    pick, number = maker.random, maker.of
    made: list[dict[str, Any]] = []
    for _ in range(2):
        n = pick.choice([0, 1, 2.5, 19.25])
        made += [
            {"n": {pick.choice(["$gt", "$gte", "$lt", "$lte"]): n}},
            {"l": {pick.choice(["$gt", "$gte", "$lt", "$lte"]): n}},
            {"h.magpsf": {"$gt": 18, "$lt": 20}},
            {"h.0.fid": pick.randint(1, 2)},
            {"h": {"$elemMatch": {"fid": 1, "magpsf": {"$lt": 19.5}}}},
            {"l": {"$elemMatch": {"$gte": 0, "$lt": 3}}},
            {"l.1": {"$exists": pick.random() < 0.5}},
            {"o.q.r": {"$exists": True}},
            {"s": {"$in": ["a", "ab", "10"]}},
            {"s": {"$nin": ["a", "", "b c"]}},
            {"w": {"$in": ["a", "ZTF20"]}},
            {"x": {"$ne": pick.choice([1, "a", True])}},
            {"x": None},
            {"w": {"$all": ["a"]}},
            {"l": {"$size": pick.randint(0, 3)}},
            {"s": {"$regex": "^a", "$options": "i"}},
            {"i": {"$mod": [3, 1]}},
            {"j": {"$bitsAllSet": [0]}},
            {"j": {"$bitsAnySet": 6}},
            {"j": {"$bitsAllClear": 1}},
            {"$or": [{"n": {"$gt": n}}, {"s": "a"}]},
            {"$nor": [{"i": {"$lt": 0}}, {"b": True}]},
            {"n": {"$not": {"$gt": n}}},
            {"$and": [{"i": {"$gte": 0}}, {"j": {"$lte": 3}}]},
            {"$expr": {"$gt": [{"$add": ["$i", "$j"]}, pick.randint(0, 6)]}},
            {"$expr": {"$anyElementTrue": [{"$ifNull": ["$k", []]}]}},
            {"x": {"$type": "string"}},
            {"l": {"$type": "array"}},
            {"o.p": number("number")},
        ]
    return made


def test_queries(home: Path) -> None:
    maker = corpus.Maker(7)
    documents = [maker.document() for _ in range(30)]
    queries = _queries(maker)
    answers = mingo.aggregate(home, documents, [[{"$match": q}] for q in queries])
    batch = Batch.from_documents(documents)
    differ, hits = [], 0
    for query, answer in zip(queries, answers, strict=True):
        result = Pipeline([{"$match": query}, {"$project": {"_id": 1}}]).run(batch)
        passed = set(result.rows.tolist())
        for row, theirs in enumerate(answer):
            ours = row in passed
            hits += ours
            if ours != (isinstance(theirs, list) and bool(theirs)) and not _excused(query, documents[row]):
                fields = {name.split(".")[0]: documents[row].get(name.split(".")[0]) for name in query}
                differ.append((query, fields, ours, bool(theirs)))
    assert not differ, f"{len(differ)} differ, such as {differ[:3]}"
    assert hits > 300


def _excused(query: dict[str, Any], document: dict[str, Any]) -> bool:
    """Tell whether mingo may differ: null and NaN follow JavaScript's rules there."""
    if "$expr" in query:
        return any(document.get(name) is None for name in "ij") or "nan" in str(document.get("k"))
    if "$bits" in str(query):
        return document.get("j") is None
    return "nan" in str(query) or any("nan" in str(document.get(name.split(".")[0])) for name in query)


def test_stages(home: Path) -> None:
    maker = corpus.Maker(11)
    documents = [{"_id": row, **maker.document()} for row in range(25)]
    pipelines: list[list[dict[str, Any]]] = [
        [{"$project": {"h.jd": 1, "o": 1, "s": 1}}],
        [{"$project": {"h": 0, "o.q": 0, "y": 0, "g": 0}}],
        [{"$project": {"a.c": "$s", "a.e": {"$literal": 1}, "_id": 0}}],
        [{"$addFields": {"s": "$t", "new": {"$ifNull": ["$i", 0]}}}, {"$project": {"s": 1, "new": 1}}],
        [{"$unset": ["h", "g", "y", "o.p"]}, {"$project": {"o": 1, "n": 1}}],
        [{"$replaceRoot": {"newRoot": {"a": {"$ifNull": ["$i", -1]}}}}],
        [{"$match": {"h": {"$type": "array"}}}, {"$unwind": "$h"}, {"$project": {"h.jd": 1}}],
        [{"$unwind": "$w"}, {"$sort": {"w": -1}}, {"$limit": 1}, {"$project": {"w": 1}}],
        [
            {"$match": {"h": {"$type": "array"}}},
            {"$unwind": "$h"},
            {"$count": "points"},
            {"$match": {"points": {"$gt": 0}}},
        ],
        [
            {"$match": {"h.jd": {"$exists": True}}},
            {"$unwind": "$h"},
            {"$match": {"h.jd": {"$exists": True}}},
            {"$group": {"_id": None, "last": {"$max": "$h.jd"}, "all": {"$push": "$h.jd"}, "n": {"$sum": 1}}},
        ],
    ]
    batch = Batch.from_documents(documents)
    compared = 0
    for pipeline, answer in zip(pipelines, mingo.aggregate(home, documents, pipelines), strict=True):
        result = Pipeline(pipeline).run(batch)
        made = dict(zip(result.rows.tolist(), result.documents, strict=True))
        assert not result.errors
        for row, theirs in enumerate(answer):
            assert isinstance(theirs, list), (pipeline, theirs)
            assert (row in made) == bool(theirs), (pipeline, documents[row], theirs)
            if theirs:
                assert alike(made[row], theirs[0]), (pipeline, documents[row], made[row], theirs[0])
                compared += 1
    assert compared > 120
