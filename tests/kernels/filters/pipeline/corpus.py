"""Documents and expressions made at random: missing, null, NaN, mixed types, arrays in arrays."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

MOMENT = dt.datetime(2026, 3, 1, 12, 30, 15, 250000, tzinfo=dt.UTC)
WORDS = ["", "a", "ab", "Abc", "b c", "ZTF20", "ß€", "10", " x ", "a.b"]


class Maker:
    """Makes documents and expressions, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def number(self) -> Any:
        """A number."""
        pick = self.random
        return pick.choice(
            [0, 1, -1, 2, 3, 7, 0.5, -2.5, 2.5, 1e-3, 19.125, pick.randint(-9, 9), float("nan")]
        )

    def scalar(self) -> Any:
        """A value of any simple type."""
        pick = self.random
        return pick.choice([self.number(), self.number(), pick.choice(WORDS), True, False, None])

    def numbers(self) -> list[Any]:
        """An array of numbers, some of them null."""
        return [
            self.random.choice([self.number(), self.number(), None]) for _ in range(self.random.randint(0, 4))
        ]

    def point(self) -> dict[str, Any]:
        """A point of a light curve; fields may be missing or null."""
        pick = self.random
        point = {
            "jd": 2460000.5 + pick.randint(0, 5),
            "magpsf": pick.choice([18.5, 19.25, 20.0, None]),
            "fid": pick.randint(1, 2),
            "tag": pick.choice(["t", "f", 1, True, None]),
        }
        return {name: value for name, value in point.items() if pick.random() < 0.85}

    def document(self) -> dict[str, Any]:
        """A document; each field may be missing or null."""
        pick = self.random
        fields: dict[str, Any] = {
            "n": self.number(),
            "m": self.number(),
            "i": pick.randint(-5, 9),
            "j": pick.randint(0, 4),
            "s": pick.choice(WORDS),
            "t": pick.choice(WORDS),
            "b": pick.random() < 0.5,
            "d": MOMENT + dt.timedelta(days=pick.randint(-400, 400)),
            "x": self.scalar(),
            "o": {"p": self.scalar(), "q": {"r": self.number()}},
            "l": self.numbers(),
            "k": [self.scalar() for _ in range(pick.randint(0, 4))],
            "w": [pick.choice(WORDS) for _ in range(pick.randint(0, 3))],
            "h": [self.point() for _ in range(pick.randint(0, 4))],
            "g": [[self.number() for _ in range(pick.randint(0, 2))] for _ in range(pick.randint(0, 3))],
            "y": pick.choice([self.scalar(), self.numbers(), {"p": self.scalar()}, [self.point(), 3]]),
        }
        kept = {name: value for name, value in fields.items() if pick.random() < 0.88}
        return {name: (None if pick.random() < 0.08 else value) for name, value in kept.items()}

    def of(self, kind: str) -> Any:
        """An expression of a kind: the letter of a field, or a literal."""
        pick = self.random
        paths = {
            "number": ["$n", "$m", "$i", "$o.q.r", self.number()],
            "integer": ["$i", "$j", pick.randint(-3, 5)],
            "index": ["$j", pick.randint(-3, 3)],
            "text": ["$s", "$t", pick.choice(WORDS)],
            "any": [
                "$n",
                "$s",
                "$b",
                "$x",
                "$o",
                "$l",
                "$k",
                "$y",
                "$o.p",
                "$h.magpsf",
                "$none",
                None,
                1,
                "a",
            ],
            "truth": ["$b", "$x", "$n", {"$gt": ["$n", "$m"]}, {"$eq": ["$s", "$t"]}],
            "numbers": ["$l", "$h.magpsf", "$h.jd", [1, "$n", 2.5]],
            "array": ["$l", "$k", "$w", "$h", "$g", "$h.tag", ["$n", "$s", None]],
            "points": ["$h"],
            "object": ["$o", "$o.q", {"p": "$n", "z": "$s"}],
            "date": ["$d"],
        }
        return pick.choice(paths[kind])


_N, _I, _T, _A, _ANY = "number", "integer", "text", "array", "any"
SIGNATURES: dict[str, list[list[str]]] = {
    **{name: [[_N]] for name in ("$abs", "$ceil", "$floor", "$exp")},
    **{name: [[_N]] for name in ("$degreesToRadians", "$radiansToDegrees")},
    **{name: [[_N]] for name in ("$sin", "$cos", "$tan", "$atan", "$sinh", "$cosh", "$tanh", "$asinh")},
    **{name: [[_N]] for name in ("$sqrt", "$ln", "$log10", "$asin", "$acos", "$acosh", "$atanh")},
    **{name: [[_N, _N]] for name in ("$subtract", "$divide", "$mod", "$atan2", "$pow", "$log")},
    **{name: [[_N, _N], [_N, _N, _N]] for name in ("$add", "$multiply")},
    **{name: [[_N], [_N, "place"]] for name in ("$round", "$trunc")},
    **{name: [[_I, _I], [_I, _I, _I]] for name in ("$bitAnd", "$bitOr", "$bitXor")},
    "$bitNot": [[_I]],
    **{name: [[_ANY, _ANY]] for name in ("$eq", "$ne", "$gt", "$gte", "$lt", "$lte", "$cmp")},
    **{name: [["truth"], ["truth", "truth"], ["truth", _ANY, "truth"]] for name in ("$and", "$or")},
    "$not": [["truth"], [_ANY]],
    "$cond": [["truth", _ANY, _ANY]],
    "$ifNull": [[_ANY, _ANY], [_ANY, _ANY, _ANY]],
    "$arrayElemAt": [[_A, "index"]],
    **{name: [[_A]] for name in ("$first", "$last", "$size", "$reverseArray")},
    "$isArray": [[_ANY]],
    "$concatArrays": [[_A, _A], [_A, _A, _A]],
    "$slice": [[_A, "index"], [_A, "index", "count"]],
    "$in": [[_ANY, _A]],
    "$indexOfArray": [[_A, _ANY]],
    "$range": [["index", "index"], ["index", "index", "count"]],
    **{name: [["numbers"], [_N, _N], [_N, "numbers"]] for name in ("$min", "$max", "$sum", "$avg")},
    **{name: [["numbers"]] for name in ("$stdDevPop", "$stdDevSamp")},
    **{name: [[_A, _A]] for name in ("$setUnion", "$setIntersection", "$setDifference", "$setEquals")},
    "$setIsSubset": [[_A, _A]],
    **{name: [[_A]] for name in ("$anyElementTrue", "$allElementsTrue")},
    "$concat": [[_T, _T], [_T, _T, _T]],
    **{name: [[_T]] for name in ("$toUpper", "$toLower", "$strLenCP", "$strLenBytes")},
    "$strcasecmp": [[_T, _T]],
    "$split": [[_T, "separator"]],
    **{name: [[_T, "count", "count"]] for name in ("$substrCP", "$substr", "$substrBytes")},
    **{name: [[_T, _T]] for name in ("$indexOfCP", "$indexOfBytes")},
    **{name: [[_N], [_T], ["truth"], ["date"]] for name in ("$toString", "$toDouble", "$toBool")},
    **{name: [[_N], [_I]] for name in ("$toInt", "$toLong")},
    "$isNumber": [[_ANY]],
    "$type": [[_ANY]],
    **{
        name: [["date"]]
        for name in (
            "$year", "$month", "$dayOfMonth", "$hour", "$minute", "$second", "$millisecond", "$dayOfWeek",
            "$dayOfYear", "$isoWeek", "$isoWeekYear", "$isoDayOfWeek",
        )
    },
    "$mergeObjects": [["object", "object"], ["object"]],
    "$objectToArray": [["object"]],
    "$toDate": [["count"], ["date"]],
}  # fmt: skip
"""Operator -> kinds of its arguments."""


def plain_expressions(maker: Maker, each: int) -> list[tuple[str, Any]]:
    """Return so many expressions of each operator that takes a list of arguments."""
    made = []
    for name, signatures in SIGNATURES.items():
        for round_ in range(each):
            arguments = [_argument(maker, kind) for kind in signatures[round_ % len(signatures)]]
            # mingo takes a single argument without brackets only, and so no list of expressions
            if len(arguments) == 1 and isinstance(arguments[0], list) and signatures == [[_A]]:
                arguments = ["$l"]
            made.append((name, {name: arguments[0] if len(arguments) == 1 else arguments}))
    return made


def _argument(maker: Maker, kind: str) -> Any:
    literals = {"place": [0, 1, 2, -1], "count": [1, 2, 3], "separator": [" ", "b", "."]}
    return maker.random.choice(literals[kind]) if kind in literals else maker.of(kind)


def structured_expressions(maker: Maker, each: int) -> list[tuple[str, Any]]:
    """Return expressions of the operators with named arguments and variables, nested."""
    made: list[tuple[str, Any]] = []
    for _ in range(each):
        of, pick = maker.of, maker.random
        test = {
            pick.choice(["$gt", "$lt", "$gte", "$eq"]): [pick.choice(["$$p.magpsf", "$$p.jd"]), of("number")]
        }
        both = {"$and": [test, {"$in": ["$$p.tag", [1, "1", "t", True]]}]}
        made += [
            ("$filter", {"$filter": {"input": of("points"), "as": "p", "cond": pick.choice([test, both])}}),
            (
                "$filter",
                {"$filter": {"input": of("array"), "cond": {"$gt": ["$$this", of("any")]}, "limit": 2}},
            ),
            (
                "$map",
                {
                    "$map": {
                        "input": of("points"),
                        "as": "p",
                        "in": {"$subtract": ["$$p.magpsf", of("number")]},
                    }
                },
            ),
            ("$map", {"$map": {"input": of("array"), "as": "p", "in": ["$$p", of("any")]}}),
            (
                "$map",
                {
                    "$map": {
                        "input": "$g",
                        "as": "p",
                        "in": {"$map": {"input": "$$p", "in": {"$add": ["$$this", "$j"]}}},
                    }
                },
            ),
            (
                "$reduce",
                {
                    "$reduce": {
                        "input": of("numbers"),
                        "initialValue": 0,
                        "in": {"$add": ["$$value", "$$this"]},
                    }
                },
            ),
            (
                "$reduce",
                {
                    "$reduce": {
                        "input": "$h",
                        "initialValue": {"best": None, "n": 0},
                        "in": {
                            "best": {"$ifNull": ["$$this.magpsf", "$$value.best"]},
                            "n": {"$add": ["$$value.n", 1]},
                        },
                    }
                },
            ),
            (
                "$reduce",
                {
                    "$reduce": {
                        "input": "$g",
                        "initialValue": [],
                        "in": {"$concatArrays": ["$$value", "$$this"]},
                    }
                },
            ),
            ("$zip", {"$zip": {"inputs": [of("array"), of("array")]}}),
            (
                "$zip",
                {
                    "$zip": {
                        "inputs": [of("array"), of("array")],
                        "useLongestLength": True,
                        "defaults": [0, "$s"],
                    }
                },
            ),
            (
                "$switch",
                {
                    "$switch": {
                        "branches": [
                            {"case": of("truth"), "then": of("any")},
                            {"case": of("truth"), "then": "second"},
                        ],
                        "default": of("any"),
                    }
                },
            ),
            ("$cond", {"$cond": {"if": of("truth"), "then": of("any"), "else": of("any")}}),
            (
                "$let",
                {
                    "$let": {
                        "vars": {"a": of("number"), "c": of("number")},
                        "in": {"$add": ["$$a", "$$c", "$j"]},
                    }
                },
            ),
            ("$sortArray", {"$sortArray": {"input": of("numbers"), "sortBy": pick.choice([1, -1])}}),
            ("$sortArray", {"$sortArray": {"input": "$h", "sortBy": {"fid": 1, "jd": pick.choice([1, -1])}}}),
            ("$firstN", {"$firstN": {"input": of("array"), "n": 2}}),
            ("$lastN", {"$lastN": {"input": of("array"), "n": 2}}),
            ("$maxN", {"$maxN": {"input": of("numbers"), "n": 2}}),
            ("$minN", {"$minN": {"input": of("numbers"), "n": 2}}),
            ("$trim", {"$trim": {"input": of("text")}}),
            ("$ltrim", {"$ltrim": {"input": of("text"), "chars": " a"}}),
            ("$rtrim", {"$rtrim": {"input": of("text"), "chars": "bc"}}),
            ("$replaceOne", {"$replaceOne": {"input": of("text"), "find": "b", "replacement": of("text")}}),
            ("$replaceAll", {"$replaceAll": {"input": of("text"), "find": "a", "replacement": of("text")}}),
            ("$regexMatch", {"$regexMatch": {"input": of("text"), "regex": "^A", "options": "i"}}),
            ("$regexFind", {"$regexFind": {"input": of("text"), "regex": "b(.)"}}),
            ("$regexFindAll", {"$regexFindAll": {"input": of("text"), "regex": "[ab]"}}),
            (
                "$convert",
                {"$convert": {"input": of("any"), "to": "double", "onError": "bad", "onNull": "none"}},
            ),
            ("$getField", {"$getField": {"field": "p", "input": of("object")}}),
            ("$setField", {"$setField": {"field": "p", "input": of("object"), "value": of("any")}}),
            ("$unsetField", {"$unsetField": {"field": "p", "input": of("object")}}),
            ("$arrayToObject", {"$arrayToObject": {"$objectToArray": of("object")}}),
            ("$arrayToObject", {"$arrayToObject": [[["a", of("number")], ["c", of("text")]]]}),
            ("$literal", {"$literal": "$n"}),
            (
                "$bsonPath",
                pick.choice(["$h.magpsf", "$o.q.r", "$g.p", "$y.magpsf", "$y.p", "$none.p", "$x.p"]),
            ),
            ("$object", {"a": of("any"), "c": {"e": of("any")}}),
            ("$median", {"$median": {"input": of("numbers"), "method": "approximate"}}),
            (
                "$percentile",
                {"$percentile": {"input": of("numbers"), "p": [0.25, 0.9], "method": "approximate"}},
            ),
        ]
    return made
