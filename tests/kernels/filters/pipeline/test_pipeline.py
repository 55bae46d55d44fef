"""Stages, what brokers put in front, what is refused and how it is said."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import polars as pl
import pytest
from nightdesk.alerts import Ragged
from nightdesk.filters import FilterError
from nightdesk.filters.pipeline import Batch, Pipeline, PipelineError, run_all

DOCUMENTS: list[dict[str, Any]] = [
    {
        "_id": 1,
        "objectId": "A",
        "candid": 1,
        "candidate": {"drb": 0.9, "jd": 10.0, "programid": 1},
        "prv_candidates": [{"jd": 8.0, "mag": 19.0}, {"jd": 9.0, "mag": None}, {"jd": 9.5}],
        "cross_matches": {"CLU": [{"_id": 7}]},
    },
    {
        "_id": 2,
        "objectId": "B",
        "candid": 2,
        "candidate": {"drb": 0.2, "jd": 11.0, "programid": 2},
        "prv_candidates": [],
        "cross_matches": {"CLU": []},
    },
]


def _run(*stages: dict[str, Any], documents: list[dict[str, Any]] = DOCUMENTS, **options: Any) -> Any:
    return Pipeline(list(stages), **options).run(Batch.from_documents(documents))


@pytest.mark.parametrize(
    ("stage", "document"),
    [
        ({"$project": {"candidate.drb": 1}}, {"_id": 1, "candidate": {"drb": 0.9}}),
        ({"$project": {"_id": 0, "candidate": {"jd": 1}}}, {"candidate": {"jd": 10.0}}),
        (
            {"$project": {"candidate": 0, "prv_candidates": 0, "cross_matches": 0}},
            {"_id": 1, "objectId": "A", "candid": 1},
        ),
        (
            {"$project": {"_id": 0, "prv_candidates.jd": 1}},
            {"prv_candidates": [{"jd": 8.0}, {"jd": 9.0}, {"jd": 9.5}]},
        ),
        ({"$project": {"_id": 0, "objectId.x": 1, "candid": 1}}, {"candid": 1}),
        (
            {"$project": {"_id": "$objectId", "a.b c": "$candid", "l": ["$none", 1]}},
            {"_id": "A", "a": {"b c": 1}, "l": [None, 1]},
        ),
        ({"$project": {"_id": 0, "prv_candidates.k": "$candid"}}, {"prv_candidates": [{"k": 1}] * 3}),
        (
            {"$replaceWith": {"$mergeObjects": [{"x": 1}, "$candidate"]}},
            {"x": 1, "drb": 0.9, "jd": 10.0, "programid": 1},
        ),
    ],
)
def test_what_documents_become(stage: dict[str, Any], document: dict[str, Any]) -> None:
    assert _run(stage).documents[0] == document


def test_added_fields() -> None:
    (first, _) = _run(
        {"$set": {"candidate.drb": {"$literal": 5}, "objectId.x": 1, "new": "$$REMOVE"}}
    ).documents
    assert first["candidate"] == {"drb": 5, "jd": 10.0, "programid": 1}
    assert first["objectId"] == {"x": 1}
    assert "new" not in first
    (first, _) = _run({"$unset": ["candidate.jd", "prv_candidates.jd", "cross_matches"]}).documents
    assert first["candidate"] == {"drb": 0.9, "programid": 1}
    assert first["prv_candidates"] == [{"mag": 19.0}, {"mag": None}, {}]
    assert "cross_matches" not in first


def test_each_alert_is_on_its_own() -> None:
    points = {"$unwind": "$prv_candidates"}
    result = _run(points, {"$sort": {"prv_candidates.jd": -1}}, {"$limit": 1})
    assert [d["prv_candidates"]["jd"] for d in result.documents] == [9.5]
    assert [(s.rows_in, s.rows_out) for s in result.stages] == [(2, 3), (3, 3), (3, 1)]
    kept = _run(
        {"$unwind": {"path": "$prv_candidates", "preserveNullAndEmptyArrays": True, "includeArrayIndex": "i"}}
    )
    assert kept.rows.tolist() == [0, 1]
    assert kept.documents[0]["i"] == 0
    assert kept.documents[1]["i"] is None
    assert "prv_candidates" not in kept.documents[1]
    assert _run(points, {"$count": "n"}).documents == [{"n": 3}]
    assert _run({"$skip": 1}).rows.tolist() == []
    group = {
        "_id": {"$gt": ["$prv_candidates.mag", 0]},
        "first": {"$min": "$prv_candidates.jd"},
        "all": {"$push": "$prv_candidates.mag"},
        "n": {"$count": {}},
    }
    grouped = _run(points, {"$group": group}, {"$match": {"n": 2}})
    assert grouped.documents == [{"_id": False, "first": 9.0, "all": [None], "n": 2}]


def test_what_brokers_put_in_front() -> None:
    lookup = {"from": "ZTF_alerts_aux", "localField": "objectId", "foreignField": "_id", "as": "aux"}
    match = {"$match": {"candid": None, "candidate.programid": {"$in": []}}}
    fields = {"cross_matches": {"$arrayElemAt": ["$aux.cross_matches", 0]}, "candidate": 1}
    result = _run(
        match,
        {"$lookup": lookup},
        {"$project": fields},
        {"$match": {"cross_matches.CLU.0": {"$exists": True}}},
    )
    assert result.rows.tolist() == [0]
    assert result.documents[0]["cross_matches"] == {"CLU": [{"_id": 7}]}
    # before the lookup the alert's own document has no history
    assert "prv_candidates" not in _run({"$lookup": lookup}, {"$unset": "aux"}).documents[0]
    boom = {"$match": {"_id": {"$in": []}}}
    assert _run(boom).rows.tolist() == [0, 1]
    assert _run({"$match": {"objectId": "B", "candidate.programid": {"$in": [1, 2]}}}).rows.tolist() == [1]
    tried = {"$match": {"objectId": "B", "candidate.programid": {"$in": [1]}}}
    assert _run(tried, chosen=False).rows.tolist() == [0]


def test_a_result() -> None:
    result = _run(
        {"$match": {"candidate.drb": {"$gt": 0.5}}},
        {"$project": {"objectId": 1, "annotations.age": {"$subtract": ["$candidate.jd", 8]}}},
    )
    assert result.rows.tolist() == [0]
    assert result.annotations == [{"age": 2.0}]
    assert [(s.name, s.rows_in, s.rows_out) for s in result.stages] == [("$match", 2, 1), ("$project", 1, 1)]
    assert all(s.seconds >= 0 for s in result.stages)
    failing = _run(
        {"$project": {"annotations.x": {"$divide": ["$candidate.jd", {"$subtract": ["$candid", 1]}]}}}
    )
    assert (failing.rows.tolist(), list(failing.errors)) == ([1], [0])
    none = Pipeline([{"$match": {"a": 1}}, {"$project": {"x": {"$max": "$a.b"}}}]).run(
        Batch.from_documents([])
    )
    assert (none.rows.tolist(), none.documents) == ([], [])


@pytest.mark.parametrize(
    ("stages", "says"),
    [
        ([], "one stage or more"),
        ([{"$match": {}, "$project": {"a": 1}}], "[0]: a stage is an object"),
        ([{"$mach": {}}], "[0]: there is no stage $mach; did you mean $match?"),
        ([{"$facet": {}}], "there is no stage $facet"),
        ([{"$match": {"a": {"$gtt": 1}}}], "[0].$match.a: there is no query operator $gtt; did you mean $gt"),
        ([{"$match": {"$text": 1}}], "$text is not supported"),
        ([{"$match": {"a": {"$in": 3}}}], "[0].$match.a.$in: $in takes a list"),
        ([{"$match": {"a": {"$regex": "("}}}], "no regular expression"),
        ([{"$match": {"$expr": {"$gt": ["$a"]}}}], "[0].$match.$expr.$gt: $gt takes 2 arguments, 1 given"),
        (
            [{"$project": {"r": {"$not": [{"$and": [{"$lt": [1, 2, 3]}]}]}}}],
            "[0].$project.r.$not[0].$and[0].$lt: $lt takes 2 arguments, 3 given",
        ),
        (
            [{"$project": {"r": {"$abbs": 1}}}],
            "[0].$project.r: there is no operator $abbs; did you mean $abs?",
        ),
        ([{"$project": {"r": {"$filter": {"input": "$a"}}}}], "$filter lacks cond"),
        ([{"$project": {"r": {"$map": {"input": "$a", "in": 1, "at": 2}}}}], "$map has no option 'at'"),
        ([{"$project": {"r": "$$item.x"}}], "unknown variable $$item"),
        ([{"$project": {"r": "$$NOW"}}], "$$NOW is not the same"),
        ([{"$project": {"r": "$a..b"}}], "no path: '$a..b'"),
        ([{"$project": {"a": 1, "b": 0}}], "[0].$project.b: $project either includes or excludes"),
        ([{"$project": {"a": 1, "a.b": 1}}], "path collision at a.b"),
        ([{"$project": {"r": {"$convert": {"input": "$a", "to": "decimal"}}}}], "$convert to one of"),
        ([{"$addFields": {"r": {"$add": 1, "$abs": 2}}}], "$add stands alone"),
        ([{"$group": {"_id": 1, "x": {"$median": 1}}}], "there is no accumulator $median"),
        ([{"$limit": 0}], "$limit takes an integer of at least 1"),
        ([{"$unwind": "a"}], "begins with one dollar"),
    ],
)
def test_refused(stages: list[Any], says: str) -> None:
    with pytest.raises(PipelineError) as caught:
        Pipeline(stages)
    assert says in str(caught.value)
    assert isinstance(caught.value, FilterError)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


@pytest.mark.parametrize(
    "name",
    [
        "$out",
        "$merge",
        "$lookup",
        "$graphLookup",
        "$unionWith",
        "$function",
        "$accumulator",
        "$where",
        "$rand",
        "$sample",
    ],
)
def test_forbidden_however_deep(name: str) -> None:
    deep = {"$cond": [True, 1, {"$map": {"input": [1], "in": {"x": [{name: {}}]}}}]}
    for stages in (
        [{name: {"from": "users", "localField": "a", "foreignField": "_id", "as": "x"}}],
        [{"$match": {"$or": [{"a": 1}, {name: "this.a"}]}}],
        [{"$project": {"a.b": deep}}],
        [{"$facet": {"x": [{name: {}}]}}],
        [{"$match": {"a": {"$elemMatch": {name: 1}}}}],
        [{"$group": {"_id": None, "x": {name: {}}}}],
    ):
        with pytest.raises(PipelineError, match=r"\$\w+ is forbidden in filters") as caught:
            Pipeline(stages)
        assert name in str(caught.value)


def test_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nightdesk.filters.pipeline.frames.MOST", 50_000)
    deep: Any = 1
    for _ in range(5000):
        deep = {"$abs": deep}
    with pytest.raises(PipelineError, match="nested"):
        Pipeline([{"$project": {"r": deep}}])
    with pytest.raises(PipelineError, match="at most 200 stages"):
        Pipeline([{"$match": {}}] * 201)
    doubling = {
        "$reduce": {
            "input": {"$range": [0, 60]},
            "initialValue": ["$objectId"],
            "in": {"$concatArrays": ["$$value", "$$value"]},
        }
    }
    with pytest.raises(PipelineError, match="array elements"):
        _run({"$project": {"r": doubling}})
    grown = {
        "$reduce": {
            "input": {"$range": [0, 60]},
            "initialValue": "$objectId",
            "in": {"$concat": ["$$value", "$$value"]},
        }
    }
    assert set(_run({"$project": {"r": grown}}).errors) == {0, 1}


def test_columns_are_made_when_read() -> None:
    class Untouched:
        def __array__(self) -> None:
            raise AssertionError("read a column that no stage names")

    table = Ragged.from_lengths([2, 0, 1], pl.DataFrame({"jd": [1.0, 2.0, 3.0], "fid": [1, 2, 1]}))
    batch = Batch.from_columns(
        3,
        {
            "candid": pl.Series([2**60, 2**60 + 1, 3]),
            "candidate.mag": np.array([18.0, np.nan, 20.0]),
            "candidate.name": pl.Series(["a", None, "b"]),
            "candidate.other": Untouched(),
            "sso.mag": pl.Series([1.0, None, 2.0]),
        },
        tables={"prv_candidates": table},
        documents={"cross_matches.CLU": [[{"_id": 1}], [], []], "cross_matches.Gaia": Untouched()},
        absent={"candidate.name": np.array([False, False, True])},
        nulls={"sso": np.array([False, True, False])},
    )
    result = Pipeline(
        [
            {
                "$project": {
                    "candid": 1,
                    "mag": "$candidate.mag",
                    "name": "$candidate.name",
                    "sso": 1,
                    "jds": "$prv_candidates.jd",
                    "n": {"$size": "$cross_matches.CLU"},
                    "kind": {"$type": "$candidate.mag"},
                }
            }
        ]
    ).run(batch)
    assert result.documents == [
        {
            "candid": 2**60,
            "mag": 18.0,
            "name": "a",
            "sso": {"mag": 1.0},
            "jds": [1.0, 2.0],
            "n": 1,
            "kind": "double",
        },
        {"candid": 2**60 + 1, "mag": None, "name": None, "sso": None, "jds": [], "n": 0, "kind": "null"},
        {"candid": 3, "mag": 20.0, "sso": {"mag": 2.0}, "jds": [3.0], "n": 0, "kind": "double"},
    ]
    with pytest.raises(ValueError, match="column already"):
        Batch.from_columns(1, {"a": pl.Series([1]), "a.b": pl.Series([1])})


def test_many_filters_at_once() -> None:
    first = {"$match": {"candidate.drb": {"$gt": 0.5}}}
    add = {"$addFields": {"x": {"$add": ["$candid", 1]}}}
    only = {"$project": {"x": 1}}
    filters = [
        Pipeline([first, add, {"$match": {"x": 2}}, only]),
        Pipeline([first, add, {"$match": {"x": 3}}, only]),
        Pipeline([{"$match": {"bad": 1}}]),
        Pipeline([first, {"$match": {"$expr": {"$divide": ["$candid", 0]}}}, only]),
    ]
    documents = [*DOCUMENTS, {"bad": object()}]
    results = run_all(filters, Batch.from_documents(documents))
    assert isinstance(results[2], TypeError)
    one, two, four = results[0], results[1], results[3]
    assert (
        not isinstance(one, Exception) and not isinstance(two, Exception) and not isinstance(four, Exception)
    )
    assert (one.rows.tolist(), two.rows.tolist(), four.rows.tolist()) == ([0], [], [])
    assert [s.shared for s in two.stages] == [True, True, False, False]
    assert list(four.errors) == [0] and not one.errors
