"""Each operator's own rules, after the examples of MongoDB's documentation."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import pytest
from nightdesk.filters.pipeline import Batch, Pipeline
from nightdesk.filters.pipeline.parsing import OPERATORS

NAN, INF = math.nan, math.inf
MOMENT = dt.datetime(2026, 3, 1, 12, 30, 15, 250000, tzinfo=dt.UTC)
MISSING = object()
ERROR = object()

# expression, document, value
CASES: list[tuple[Any, dict[str, Any], Any]] = [
    # arithmetic: types, null, missing, overflow, errors
    ({"$add": ["$a", "$b"]}, {"a": 2**31 - 1, "b": 1}, 2**31),
    ({"$add": ["$a", "$b"]}, {"a": 2**63 - 1, "b": 1}, float(2**63)),
    ({"$add": ["$a", 1]}, {"a": None}, None),
    ({"$add": ["$a", 1]}, {}, None),
    ({"$add": ["$a", 1]}, {"a": "x"}, ERROR),
    ({"$add": ["$a", 60000]}, {"a": MOMENT}, MOMENT + dt.timedelta(minutes=1)),
    ({"$subtract": ["$a", "$b"]}, {"a": MOMENT, "b": MOMENT - dt.timedelta(seconds=2)}, 2000),
    ({"$subtract": ["$a", "$b"]}, {"a": 2**53 + 1, "b": 1}, 2**53),
    ({"$multiply": ["$a", "$b", 2]}, {"a": 2**40, "b": 2**40}, 2.0**81),
    ({"$divide": ["$a", 2]}, {"a": 4}, 2.0),
    ({"$divide": ["$a", 0]}, {"a": 4}, ERROR),
    ({"$mod": ["$a", 3]}, {"a": -7}, -1),
    ({"$mod": ["$a", 2]}, {"a": 5.5}, 1.5),
    ({"$abs": "$a"}, {"a": -(2**31)}, 2**31),
    ({"$ceil": "$a"}, {"a": 7.8}, 8.0),
    ({"$floor": "$a"}, {"a": -2.8}, -3.0),
    ({"$round": ["$a", 1]}, {"a": 19.25}, 19.2),
    ({"$round": ["$a", 1]}, {"a": 28.73}, 28.7),
    ({"$round": ["$a", 3]}, {"a": 0.6555}, 0.655),
    ({"$round": ["$a"]}, {"a": 2.5}, 2.0),
    ({"$round": ["$a", -1]}, {"a": 15}, 20),
    ({"$round": ["$a", 5]}, {"a": 2460000.123456789}, 2460000.12346),
    ({"$trunc": ["$a", 1]}, {"a": -19.29}, -19.2),
    ({"$trunc": ["$a", -1]}, {"a": 19}, 10),
    ({"$pow": ["$a", 3]}, {"a": 5}, 125),
    ({"$pow": ["$a", -1]}, {"a": 5}, 0.2),
    ({"$pow": ["$a", -1]}, {"a": 0}, ERROR),
    ({"$sqrt": "$a"}, {"a": 25}, 5.0),
    ({"$sqrt": "$a"}, {"a": -1}, ERROR),
    ({"$exp": "$a"}, {"a": 0}, 1.0),
    ({"$ln": "$a"}, {"a": NAN}, NAN),
    ({"$ln": "$a"}, {"a": 0}, ERROR),
    ({"$log": ["$a", 10]}, {"a": 100}, 2.0),
    ({"$log10": "$a"}, {"a": 1000}, 3.0),
    ({"$sin": "$a"}, {"a": 0}, 0.0),
    ({"$sin": "$a"}, {"a": INF}, ERROR),
    ({"$cos": "$a"}, {"a": 0}, 1.0),
    ({"$tan": "$a"}, {"a": 0}, 0.0),
    ({"$asin": "$a"}, {"a": 1}, math.pi / 2),
    ({"$acos": "$a"}, {"a": 2}, ERROR),
    ({"$atan": "$a"}, {"a": 1}, math.pi / 4),
    ({"$atan2": ["$a", "$b"]}, {"a": 4, "b": 3}, math.atan2(4, 3)),
    ({"$sinh": "$a"}, {"a": 1}, math.sinh(1)),
    ({"$cosh": "$a"}, {"a": 0}, 1.0),
    ({"$tanh": "$a"}, {"a": 0}, 0.0),
    ({"$asinh": "$a"}, {"a": 1}, math.asinh(1)),
    ({"$acosh": "$a"}, {"a": 3}, math.acosh(3)),
    ({"$atanh": "$a"}, {"a": 0.5}, math.atanh(0.5)),
    ({"$degreesToRadians": "$a"}, {"a": 180}, math.pi),
    ({"$radiansToDegrees": "$a"}, {"a": math.pi}, 180.0),
    ({"$bitAnd": ["$a", 6]}, {"a": 3}, 2),
    ({"$bitOr": ["$a", 4]}, {"a": 3}, 7),
    ({"$bitXor": ["$a", 1]}, {"a": 3}, 2),
    ({"$bitNot": "$a"}, {"a": 5}, -6),
    ({"$bitAnd": ["$a", 1]}, {"a": 1.0}, ERROR),
    # BSON's order over types
    ({"$lt": ["$a", "$b"]}, {"b": None}, True),
    ({"$lt": ["$a", "$b"]}, {"a": None, "b": 0}, True),
    ({"$lt": ["$a", "$b"]}, {"a": 9, "b": ""}, True),
    ({"$lt": ["$a", "$b"]}, {"a": "z", "b": {}}, True),
    ({"$lt": ["$a", "$b"]}, {"a": {"z": 1}, "b": []}, True),
    ({"$lt": ["$a", "$b"]}, {"a": [9], "b": False}, True),
    ({"$lt": ["$a", "$b"]}, {"a": True, "b": MOMENT}, True),
    ({"$lt": ["$a", "$b"]}, {"a": NAN, "b": -INF}, True),
    ({"$eq": ["$a", "$b"]}, {"a": NAN, "b": NAN}, True),
    ({"$eq": ["$a", "$b"]}, {"a": 1, "b": 1.0}, True),
    ({"$eq": ["$a", "$b"]}, {"a": 1, "b": True}, False),
    ({"$eq": ["$a", None]}, {}, False),
    ({"$gt": ["$a", "$b"]}, {"a": 2**53 + 1, "b": float(2**53)}, True),
    ({"$gte": ["$a", "$b"]}, {"a": 2**62, "b": 2**62 + 1}, False),
    ({"$lte": ["$a", 5]}, {}, True),
    ({"$ne": ["$a", [1, {"x": 2}]]}, {"a": [1.0, {"x": 2}]}, False),
    ({"$cmp": ["$a", [1, 2]]}, {"a": [1, 2, 0]}, 1),
    # truth
    ({"$and": ["$a", "$b"]}, {"a": 1, "b": "green"}, True),
    ({"$and": [False, {"$divide": ["$a", 0]}]}, {"a": 1}, False),
    ({"$and": [{"$divide": ["$a", 0]}, False]}, {"a": 1}, ERROR),
    ({"$and": []}, {}, True),
    ({"$or": []}, {}, False),
    ({"$or": ["$a", {"$divide": [1, "$b"]}]}, {"a": 1, "b": 0}, True),
    ({"$or": ["$a", "$b"]}, {"a": 0, "b": None}, False),
    ({"$not": ["$a"]}, {"a": NAN}, False),
    ({"$not": ["$a"]}, {"a": [False]}, False),
    ({"$not": "$a"}, {}, True),
    # choice
    ({"$cond": ["$a", "yes", {"$divide": [1, "$b"]}]}, {"a": 1, "b": 0}, "yes"),
    ({"$cond": {"if": {"$gte": ["$a", 250]}, "then": 30, "else": 20}}, {"a": 200}, 20),
    ({"$cond": ["$a", "$b", 1]}, {"a": 1}, MISSING),
    ({"$ifNull": ["$a", "$b", "none"]}, {"a": None}, "none"),
    ({"$ifNull": ["$a", "none"]}, {"a": 0}, 0),
    ({"$switch": {"branches": [{"case": {"$gt": ["$a", 3]}, "then": "big"}]}}, {"a": 1}, ERROR),
    (
        {"$switch": {"branches": [{"case": "$a", "then": "a"}, {"case": "$b", "then": "b"}], "default": "c"}},
        {"b": 1},
        "b",
    ),
    # arrays
    ({"$arrayElemAt": ["$a", -2]}, {"a": [1, 2, 3]}, 2),
    ({"$arrayElemAt": ["$a", 15]}, {"a": [1, 2, 3]}, MISSING),
    ({"$arrayElemAt": ["$a", 0]}, {"a": None}, None),
    ({"$arrayElemAt": ["$a", 0]}, {"a": 5}, ERROR),
    ({"$arrayElemAt": ["$a", 0.5]}, {"a": [1]}, ERROR),
    ({"$first": "$a"}, {"a": [[1], 2]}, [1]),
    ({"$first": "$a"}, {"a": []}, MISSING),
    ({"$last": "$a"}, {"a": [1, None]}, None),
    ({"$firstN": {"input": "$a", "n": 5}}, {"a": [1, 2]}, [1, 2]),
    ({"$lastN": {"input": "$a", "n": 1}}, {"a": [1, 2]}, [2]),
    ({"$maxN": {"input": "$a", "n": 2}}, {"a": [3, 1, None, 2]}, [3, 2]),
    ({"$minN": {"input": "$a", "n": 2}}, {"a": [3, 1, None, 2]}, [1, 2]),
    ({"$size": "$a"}, {"a": [1, [2, 3]]}, 2),
    ({"$size": "$a"}, {}, ERROR),
    ({"$isArray": ["$a"]}, {"a": []}, True),
    ({"$concatArrays": ["$a", ["$b"]]}, {"a": [1], "b": {"x": [2]}}, [1, {"x": [2]}]),
    ({"$concatArrays": ["$a", "$b"]}, {"a": [1]}, None),
    ({"$slice": ["$a", 1, 1]}, {"a": [1, 2, 3]}, [2]),
    ({"$slice": ["$a", -2]}, {"a": [1, 2, 3]}, [2, 3]),
    ({"$slice": ["$a", 15, 2]}, {"a": [1, 2, 3]}, []),
    ({"$slice": ["$a", 1, 0]}, {"a": [1, 2, 3]}, ERROR),
    ({"$reverseArray": "$a"}, {"a": [[1, 2], 3]}, [3, [1, 2]]),
    ({"$in": ["$a", ["$b", "t", True]]}, {"a": "t", "b": 1}, True),
    ({"$in": ["$a", "$b"]}, {"a": None, "b": [1, None]}, True),
    ({"$in": ["$a", "$b"]}, {"a": 1}, ERROR),
    ({"$indexOfArray": ["$a", 2]}, {"a": [1, 2, 1, 2]}, 1),
    ({"$indexOfArray": ["$a", 2, 2]}, {"a": [1, 2, 1, 2]}, 3),
    ({"$indexOfArray": ["$a", 2, 2, 3]}, {"a": [1, 2, 1, 2]}, -1),
    ({"$range": [0, "$a", 4]}, {"a": 10}, [0, 4, 8]),
    ({"$range": [0, "$a", -1]}, {"a": -3}, [0, -1, -2]),
    ({"$zip": {"inputs": ["$a", "$b"]}}, {"a": [1, 2], "b": ["x"]}, [[1, "x"]]),
    (
        {"$zip": {"inputs": ["$a", "$b"], "useLongestLength": True, "defaults": [0, "-"]}},
        {"a": [None, 2], "b": ["x"]},
        [[None, "x"], [2, "-"]],
    ),
    (
        {"$sortArray": {"input": "$a", "sortBy": 1}},
        {"a": ["b", 2, None, NAN, [1], True]},
        [None, NAN, 2, "b", [1], True],
    ),
    (
        {"$sortArray": {"input": "$a", "sortBy": {"x": -1, "y": 1}}},
        {"a": [{"x": 1, "y": 2}, {"y": 0}, {"x": 1, "y": 1}]},
        [{"x": 1, "y": 1}, {"x": 1, "y": 2}, {"y": 0}],
    ),
    (
        {"$filter": {"input": "$a", "as": "p", "cond": {"$gte": ["$$p.x", "$b"]}}},
        {"a": [{"x": 1}, {"x": 3}], "b": 2},
        [{"x": 3}],
    ),
    ({"$filter": {"input": "$a", "cond": {"$gt": ["$$this", 1]}, "limit": 1}}, {"a": [1, 2, 3]}, [2]),
    ({"$filter": {"input": "$a", "cond": {"$divide": [1, "$$this"]}}}, {"a": [1, 0]}, ERROR),
    ({"$filter": {"input": "$a", "cond": True}}, {"a": None}, None),
    ({"$map": {"input": "$a", "as": "x", "in": {"$add": ["$$x", "$b"]}}}, {"a": [1, 2], "b": 1}, [2, 3]),
    ({"$map": {"input": "$a", "in": "$$this.q"}}, {"a": [{"q": 1}, {}]}, [1, None]),
    (
        {
            "$map": {
                "input": "$a",
                "as": "o",
                "in": {"$map": {"input": "$$o", "as": "i", "in": {"$multiply": ["$$i", "$b"]}}},
            }
        },
        {"a": [[1, 2], [], [3]], "b": 2},
        [[2, 4], [], [6]],
    ),
    (
        {"$reduce": {"input": "$a", "initialValue": "", "in": {"$concat": ["$$value", "$$this"]}}},
        {"a": ["a", "b", "c"]},
        "abc",
    ),
    (
        {"$reduce": {"input": "$a", "initialValue": [], "in": {"$concatArrays": ["$$value", "$$this"]}}},
        {"a": [[1], [2, 3]]},
        [1, 2, 3],
    ),
    ({"$reduce": {"input": "$a", "initialValue": 0, "in": 1}}, {"a": []}, 0),
    # of several values, or of one array
    ({"$max": "$a"}, {"a": [1, None, "x", 3]}, "x"),
    ({"$max": ["$a", 2]}, {"a": [1]}, [1]),
    ({"$min": ["$a"]}, {"a": [2, NAN, 1]}, NAN),
    ({"$min": "$a"}, {"a": [None]}, None),
    ({"$min": ["$a", 5]}, {}, 5),
    ({"$sum": "$a"}, {"a": [1, "x", 2.5, None]}, 3.5),
    ({"$sum": "$a"}, {"a": [2**62, 2**61]}, 2**62 + 2**61),
    ({"$sum": ["$a", "$b"]}, {"a": [1], "b": 2}, 2),
    ({"$avg": "$a"}, {"a": [1, 2, None]}, 1.5),
    ({"$avg": "$a"}, {"a": []}, None),
    ({"$avg": "$a.m"}, {"a": [{"m": 1}, {}, {"m": 3}]}, 2.0),
    ({"$stdDevPop": "$a"}, {"a": [2, 4, 4, 4, 5, 5, 7, 9]}, 2.0),
    ({"$stdDevSamp": "$a"}, {"a": [1]}, None),
    ({"$median": {"input": "$a", "method": "approximate"}}, {"a": [5, 1, 3, "x"]}, 3.0),
    (
        {"$percentile": {"input": "$a", "p": [0.5, 0.95], "method": "approximate"}},
        {"a": [1, 2, 3, 4]},
        [2.0, 4.0],
    ),
    # sets
    ({"$setUnion": ["$a", "$b"]}, {"a": [2, 1, 2], "b": [3, 1.0]}, [1, 2, 3]),
    ({"$setIntersection": ["$a", "$b"]}, {"a": [1, 2, [3]], "b": [[3], 2]}, [2, [3]]),
    ({"$setDifference": ["$a", "$b"]}, {"a": [3, 1, 3, 2], "b": [1]}, [3, 2]),
    ({"$setEquals": ["$a", "$b"]}, {"a": [1, 2, 1], "b": [2, 1]}, True),
    ({"$setIsSubset": ["$a", "$b"]}, {"a": [1], "b": [[1]]}, False),
    ({"$setUnion": ["$a", "$b"]}, {"a": [1]}, None),
    ({"$anyElementTrue": ["$a"]}, {"a": [0, None, "x"]}, True),
    ({"$anyElementTrue": ["$a"]}, {"a": None}, ERROR),
    ({"$allElementsTrue": ["$a"]}, {"a": []}, True),
    # text
    ({"$concat": ["$a", " - ", "$b"]}, {"a": "x"}, None),
    ({"$concat": ["$a", "b"]}, {"a": 1}, ERROR),
    ({"$toUpper": "$a"}, {"a": "aß1"}, "Aß1"),
    ({"$toLower": "$a"}, {}, ""),
    ({"$strcasecmp": ["$a", "b"]}, {"a": "B"}, 0),
    ({"$strLenCP": "$a"}, {"a": "€ß"}, 2),
    ({"$strLenBytes": "$a"}, {"a": "€ß"}, 5),
    ({"$strLenCP": "$a"}, {"a": None}, ERROR),
    ({"$substr": ["$a", 2, -1]}, {"a": "ZTF20"}, "F20"),
    ({"$substrBytes": ["$a", 1, 1]}, {"a": "€"}, ERROR),
    ({"$substrCP": ["$a", 1, 2]}, {"a": "a€bc"}, "€b"),
    ({"$indexOfCP": ["$a", "b"]}, {"a": "€b"}, 1),
    ({"$indexOfBytes": ["$a", "b"]}, {"a": "€b"}, 3),
    ({"$split": ["$a", "-"]}, {"a": "June-15-2013"}, ["June", "15", "2013"]),
    ({"$trim": {"input": "$a"}}, {"a": " \n x\t"}, "x"),
    ({"$ltrim": {"input": "$a", "chars": "gx"}}, {"a": "ggxa"}, "a"),
    ({"$rtrim": {"input": "$a", "chars": "e"}}, {"a": "free"}, "fr"),
    ({"$replaceOne": {"input": "$a", "find": "b", "replacement": "c"}}, {"a": "bb"}, "cb"),
    ({"$replaceAll": {"input": "$a", "find": "b", "replacement": "c"}}, {"a": "bb"}, "cc"),
    ({"$regexMatch": {"input": "$a", "regex": "^ztf", "options": "i"}}, {"a": "ZTF20"}, True),
    (
        {"$regexFind": {"input": "$a", "regex": "(C(ar)*)ol"}},
        {"a": "xCarol"},
        {"match": "Carol", "idx": 1, "captures": ["Car", "ar"]},
    ),
    (
        {"$regexFindAll": {"input": "$a", "regex": "o"}},
        {"a": "oxo"},
        [{"match": "o", "idx": 0, "captures": []}, {"match": "o", "idx": 2, "captures": []}],
    ),
    # types
    ({"$type": "$a"}, {}, "missing"),
    ({"$type": "$a"}, {"a": 2**40}, "long"),
    ({"$type": {"$add": ["$a", 1]}}, {"a": 1}, "int"),
    ({"$isNumber": "$a"}, {"a": "1"}, False),
    ({"$toBool": "$a"}, {"a": "false"}, True),
    ({"$toDouble": "$a"}, {"a": "-5.5"}, -5.5),
    ({"$toDouble": "$a"}, {"a": True}, 1.0),
    ({"$toInt": "$a"}, {"a": 5.9}, 5),
    ({"$toInt": "$a"}, {"a": 2**31}, ERROR),
    ({"$type": {"$toLong": "$a"}}, {"a": "8"}, "long"),
    ({"$toString": "$a"}, {"a": 2.5}, "2.5"),
    ({"$toString": "$a"}, {"a": 10.0}, "10"),
    ({"$toString": "$a"}, {"a": MOMENT}, "2026-03-01T12:30:15.250Z"),
    ({"$toDate": "$a"}, {"a": "2026-03-01T12:30:15.250Z"}, MOMENT),
    ({"$toDate": "$a"}, {"a": 1000}, dt.datetime(1970, 1, 1, 0, 0, 1, tzinfo=dt.UTC)),
    ({"$convert": {"input": "$a", "to": "int", "onError": -1, "onNull": 0}}, {"a": "x"}, -1),
    ({"$convert": {"input": "$a", "to": 16, "onError": -1, "onNull": 0}}, {}, 0),
    # objects and variables
    ({"$mergeObjects": ["$a", {"y": 2}, "$none"]}, {"a": {"x": 1, "y": 1}}, {"x": 1, "y": 2}),
    ({"$mergeObjects": "$a"}, {"a": [{"x": 1}, {"x": 2, "y": None}]}, {"x": 2, "y": None}),
    ({"$mergeObjects": ["$a", 1]}, {"a": {}}, ERROR),
    ({"$objectToArray": "$a"}, {"a": {"x": 1, "y": "z"}}, [{"k": "x", "v": 1}, {"k": "y", "v": "z"}]),
    ({"$arrayToObject": "$a"}, {"a": [["x", 1], ["y", 2]]}, {"x": 1, "y": 2}),
    ({"$arrayToObject": {"$literal": [{"k": "x", "v": 1}]}}, {}, {"x": 1}),
    ({"$getField": {"field": "a.b", "input": "$o"}}, {"o": {"a.b": 3}}, 3),
    ({"$getField": "a"}, {"a": 3}, 3),
    ({"$setField": {"field": "x", "input": "$a", "value": 2}}, {"a": {"x": 1, "y": 1}}, {"x": 2, "y": 1}),
    ({"$unsetField": {"field": "x", "input": "$a"}}, {"a": {"x": 1, "y": 1}}, {"y": 1}),
    ({"$let": {"vars": {"t": {"$add": ["$a", 1]}}, "in": {"$multiply": ["$$t", "$$t"]}}}, {"a": 2}, 9),
    ({"$literal": "$a"}, {"a": 1}, "$a"),
    ("$$ROOT.a", {"a": 1}, 1),
    ("$$REMOVE", {}, MISSING),
    # dates
    ({"$year": "$a"}, {"a": MOMENT}, 2026),
    ({"$month": {"date": "$a", "timezone": "UTC"}}, {"a": MOMENT}, 3),
    ({"$dayOfMonth": "$a"}, {"a": MOMENT}, 1),
    ({"$hour": "$a"}, {"a": MOMENT}, 12),
    ({"$minute": "$a"}, {"a": MOMENT}, 30),
    ({"$second": "$a"}, {"a": MOMENT}, 15),
    ({"$millisecond": "$a"}, {"a": MOMENT}, 250),
    ({"$dayOfWeek": "$a"}, {"a": MOMENT}, 1),
    ({"$dayOfYear": "$a"}, {"a": MOMENT}, 60),
    ({"$isoDayOfWeek": "$a"}, {"a": MOMENT}, 7),
    ({"$isoWeek": "$a"}, {"a": MOMENT}, 9),
    ({"$isoWeekYear": "$a"}, {"a": MOMENT}, 2026),
    ({"$year": "$a"}, {"a": 5}, ERROR),
    # paths
    ("$a.b", {"a": [{"b": 1}, {"c": 2}, 3, [{"b": 4}]]}, [1]),
    ("$a.b", {"a": 5}, MISSING),
    ("$a.b.c", {"a": [{"b": [{"c": 1}, {"c": 2}]}, {"b": {"c": 3}}]}, [[1, 2], 3]),
    (["$a", "$b"], {"a": 1}, [1, None]),
    ({"x": "$a", "y": {"z": "$b"}}, {"b": 1}, {"y": {"z": 1}}),
]


def alike(a: Any, b: Any) -> bool:
    """Tell whether two values are equal, type and all; doubles nearly."""
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(alike, a, b))
    if isinstance(a, float) and isinstance(b, float):
        return (math.isnan(a) and math.isnan(b)) or math.isclose(a, b, rel_tol=1e-15)
    return type(a) is type(b) and a == b


@pytest.mark.parametrize(("expression", "document", "value"), CASES)
def test_value(expression: Any, document: dict[str, Any], value: Any) -> None:
    """Alone, and among documents of other types, which must not change it."""
    pipeline = Pipeline([{"$project": {"_id": 0, "r": expression}}])
    for beside in ([], [{}, {"a": [1, {"b": 2}], "b": "x"}, {"a": "text", "b": 2.5}]):
        result = pipeline.run(Batch.from_documents([*beside, document]))
        row = len(beside)
        made = dict(zip(result.rows.tolist(), result.documents, strict=True))
        if value is ERROR:
            assert row in result.errors
            assert row not in made
        elif value is MISSING:
            assert made[row] == {}
        else:
            assert row in made, result.errors
            assert alike(made[row]["r"], value), made[row]


def test_every_operator_has_a_case() -> None:
    seen: set[str] = set()

    def walk(part: Any) -> None:
        if isinstance(part, dict):
            seen.update(part)
            part = list(part.values())
        for inner in part if isinstance(part, list) else ():
            walk(inner)

    walk([expression for expression, _, _ in CASES])
    assert set(OPERATORS) - seen == set()
    assert len(OPERATORS) >= 130
