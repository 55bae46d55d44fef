"""What a raw query may say."""

from __future__ import annotations

from functools import reduce
from typing import Any

import pytest
from nightdesk_services.marshal.exceptions import Invalid
from nightdesk_services.marshal.services.kowalski.confinement import (
    check_filter,
    check_pipeline,
    check_projection,
)

_CODE: dict[str, Any] = {"body": "function() { return 1 }", "args": [], "lang": "js"}
_DEEP: dict[str, Any] = reduce(lambda inner, _: {"$and": [inner]}, range(5000), {"a": 1})
_FILTERS: list[Any] = [
    {"$where": "1"},
    {"a": {"$where": "1"}},
    {"$and": [{"$or": [{"$where": "1"}]}]},
    {"$expr": {"$function": _CODE}},
    {"$nor": [{"$expr": {"$cond": [{"$function": _CODE}, 1, 2]}}]},
    {"a": {"$not": {"$where": "1"}}},
    {"a": {"$elemMatch": {"$where": "1"}}},
    {"＄where": "1"},
    {"$whеre": "1"},
    {"$where\u200b": "1"},
    {"$where\x00": "1"},
    {" $where": "1", "$WHERE": "1"},
    {"a": {"$regex": "(a+)+$"}},
    {"a": {"$regularExpression": {"pattern": "(a+)+$", "options": ""}}},
    {"$text": {"$search": "x"}},
    {"$jsonSchema": {}},
    {"$comment": "x"},
    {"$expr": {"$eq": ["$$USER_ROLES", []]}},
    {"$expr": {"$gt": [{"$rand": {}}, 0]}},
    {"$expr": {"$getField": "x"}},
    {"$expr": {"$let": {"vars": {"x": {"$function": _CODE}}, "in": "$$x"}}},
    _DEEP,
    {"a": {"$in": list(range(30_000))}},
    {"a": "x" * 20_000},
    [],
    "x",
    None,
    {"a": {1}},
]
_PIPELINES: list[Any] = [
    [{"$out": "x"}],
    [{"$merge": {"into": "x"}}],
    [{"$match": {}}, {"$out": {"db": "admin", "coll": "x"}}],
    [{"$match": {}, "$out": "x"}],
    [{"$lookup": {"from": "users", "pipeline": [], "as": "x"}}],
    [{"$lookup": {"from": "ZTF_alerts", "pipeline": [{"$out": "x"}], "as": "x"}}],
    [{"$graphLookup": {"from": "users"}}],
    [{"$unionWith": "users"}],
    [{"$unionWith": {"coll": "tokens", "pipeline": []}}],
    [{"$facet": {"a": [{"$unionWith": "users"}]}}],
    [{"$facet": {"a": [{"$lookup": {"from": "users"}}]}}],
    [{"$collStats": {"count": {}}}],
    [{"$indexStats": {}}],
    [{"$planCacheStats": {}}],
    [{"$currentOp": {}}],
    [{"$listSessions": {}}],
    [{"$documents": []}],
    [{"$changeStream": {}}],
    [{"$geoNear": {}}],
    [{"$search": {}}],
    [{"$sample": {"size": 1}}],
    [{"$setWindowFields": {}}],
    [{"$project": {"a": {"$function": _CODE}}}],
    [{"$group": {"_id": None, "a": {"$accumulator": {}}}}],
    [{"$match": {"$where": "1"}}],
    [{"$match": {"$expr": {"$function": _CODE}}}],
    [{"$addFields": {"a": {"$map": {"input": [1], "in": {"$function": _CODE}}}}}],
    [{"$project": {"a": {"$regexMatch": {"input": "$b", "regex": "(a+)+$"}}}}],
    [{"$project": {"a": "$$USER_ROLES"}}],
    [{"$project": {"a": "$$SEARCH_META"}}],
    [{"$OUT": "x"}],
    [{"$оut": "x"}],
    [{"out": "x"}],
    [{}],
    ["$out"],
    {"$out": "x"},
    [{"$limit": 1}] * 100,
    [{"$match": _DEEP}],
]
_PROJECTIONS: list[Any] = [
    {"a": {"$function": _CODE}},
    {"a": {"$meta": "indexKey"}},
    {"$where": 1},
    {"a": {"$cond": [1, "$$CLUSTER_TIME", 0]}},
    [],
]


@pytest.mark.parametrize("sent", _FILTERS)
def test_hostile_filter(sent: Any) -> None:
    with pytest.raises(Invalid):
        check_filter(sent)


@pytest.mark.parametrize("sent", _PIPELINES)
def test_hostile_pipeline(sent: Any) -> None:
    with pytest.raises(Invalid):
        check_pipeline(sent)


@pytest.mark.parametrize("sent", _PROJECTIONS)
def test_hostile_projection(sent: Any) -> None:
    with pytest.raises(Invalid):
        check_projection(sent)


def test_honest_queries_pass() -> None:
    check_filter({"candidate.drb": {"$gt": 0.9}, "$or": [{"objectId": "ZTF20a"}, {"candid": {"$in": [1]}}]})
    check_filter({"$expr": {"$lt": ["$candidate.magpsf", {"$subtract": ["$candidate.magnr", 1]}]}})
    check_projection({"_id": 0, "n": {"$size": "$prv_candidates"}})
    check_pipeline(
        [
            {"$match": {"candidate.rb": {"$gte": 0.5}}},
            {"$project": {"p": {"$filter": {"input": "$p", "as": "q", "cond": {"$gt": ["$$q.jd", 1]}}}}},
            {"$group": {"_id": "$objectId", "n": {"$sum": 1}}},
        ]
    )


def test_a_refusal_names_the_place() -> None:
    with pytest.raises(Invalid, match=r"pipeline\.1: \$out is not allowed"):
        check_pipeline([{"$match": {}}, {"$out": "x"}])
