"""Where mingo 7.2.7 is known to differ from MongoDB's documented semantics, and why."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Document = dict[str, Any]
_COMPARING = ("$eq", "$ne", "$gt", "$gte", "$lt", "$lte", "$cmp", "$in", "$indexOfArray")


@dataclass(frozen=True)
class Deviation:
    """A reason why mingo's answer may differ, and in which cases."""

    reason: str
    operators: tuple[str, ...] | None
    """Operators concerned; None: all."""
    applies: Callable[[Any, Document, Any, Any], bool]
    """Of expression, document, our answer and mingo's."""


def used(expression: Any, document: Document) -> dict[str, Any]:
    """Return the fields of a document that an expression names; missing ones are None."""
    text = json.dumps(expression, default=str)
    return {
        name: document.get(name)
        for name in "nmijstbdxolkwhgy"
        if f'"${name}"' in text or f'"${name}.' in text
    }


def _any(value: Any, test: Callable[[Any], bool]) -> bool:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return test(value) or any(_any(one, test) for one in inner)


def _nan(expression: Any, document: Document) -> bool:
    return _any([expression, used(expression, document)], lambda v: isinstance(v, float) and math.isnan(v))


def _gap(expression: Any, document: Document) -> bool:
    fields = used(expression, document)
    points = [point for point in fields.get("h") or () if isinstance(point, dict)]
    holes = any(len(point) < 4 for point in points) or "$none" in json.dumps(expression, default=str)
    short = any(f'"${n}.' in json.dumps(expression, default=str) for n in ("o", "y", "x", "g"))
    return holes or short or _any([expression, fields], lambda v: v is None)


def _compares(expression: Any) -> bool:
    return any(f'"{name}"' in json.dumps(expression, default=str) for name in _COMPARING)


def _kinds(expression: Any, document: Document) -> int:
    def kind(value: Any) -> str:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return "number" if number else type(value).__name__

    name = next(iter(expression)) if isinstance(expression, dict) else ""
    if name in _COMPARING:
        arguments = [
            document.get(one[1:]) if isinstance(one, str) and one.startswith("$") else one
            for one in expression[name]
        ]
        return len({kind(one) for one in arguments}) + sum(isinstance(one, list | dict) for one in arguments)
    return 2


def _failed(answer: Any) -> bool:
    return isinstance(answer, str)


DEVIATIONS = [
    Deviation(
        "NaN is no number to mingo, and is sorted and compared otherwise", None, lambda e, d, o, t: _nan(e, d)
    ),
    Deviation(
        "mingo compares different types, missing and null by JavaScript's rules, not in BSON's order",
        None,
        lambda e, d, o, t: _compares(e) and (_gap(e, d) or _kinds(e, d) > 1),
    ),
    Deviation(
        "MongoDB refuses numbers outside a function's domain, mingo gives NaN or infinity",
        ("$ln", "$log", "$log10", "$asin", "$acos", "$acosh", "$atanh", "$mod"),
        lambda e, d, o, t: _failed(o),
    ),
    Deviation("mingo refuses the arccosine of 0", ("$acos",), lambda e, d, o, t: _failed(t)),
    Deviation(
        "null or missing makes null (or an empty text), mingo refuses it or leaves the field out",
        (
            "$mod",
            "$atan2",
            "$slice",
            "$strcasecmp",
            "$min",
            "$max",
            "$sum",
            "$avg",
            "$stdDevPop",
            "$stdDevSamp",
            "$setUnion",
            "$toUpper",
            "$toLower",
            "$percentile",
            "$median",
            "$arrayToObject",
            "$getField",
            "$objectToArray",
            "$setDifference",
            "$setIntersection",
            "$zip",
            "$year",
            "$month",
            "$dayOfMonth",
            "$hour",
            "$minute",
            "$second",
            "$millisecond",
            "$dayOfWeek",
            "$dayOfYear",
            "$isoWeek",
            "$isoWeekYear",
            "$isoDayOfWeek",
            "$sortArray",
            "$literal",
            "$setEquals",
            "$setIsSubset",
        ),
        lambda e, d, o, t: _gap(e, d),
    ),
    Deviation(
        "no array is an error to MongoDB, mingo gives null",
        ("$size", "$firstN", "$lastN", "$maxN", "$minN"),
        lambda e, d, o, t: _failed(o) and t == {"r": None},
    ),
    Deviation(
        "mingo rounds a next digit of 5 down, and otherwise without places or to negative ones",
        ("$round", "$trunc"),
        lambda e, d, o, t: "$round" in e or not isinstance(e["$trunc"], list) or e["$trunc"][1:] == [-1],
    ),
    Deviation(
        "mingo wants a list of arguments", ("$and", "$or", "$mergeObjects"), lambda e, d, o, t: _failed(t)
    ),
    Deviation(
        "mingo flattens an array in an array", ("$first", "$last"), lambda e, d, o, t: "g" in used(e, d)
    ),
    Deviation(
        "mingo refuses the last element of nothing", ("$last",), lambda e, d, o, t: _failed(t) and o == {}
    ),
    Deviation(
        "mingo descends arrays in arrays that hold no object", ("$bsonPath",), lambda e, d, o, t: e == "$g.p"
    ),
    Deviation(
        "mingo compares arrays with numbers by JavaScript's rules",
        ("$min", "$max"),
        lambda e, d, o, t: (
            bool(set("lh") & set(used(e, d))) or any(isinstance(a, list) for a in e[next(iter(e))])
        ),
    ),
    Deviation(
        "mingo has no moments of an empty array, nor of a single number",
        ("$stdDevPop", "$stdDevSamp", "$median", "$percentile"),
        lambda e, d, o, t: any(len(value or ()) < 2 for value in used(e, d).values()),
    ),
    Deviation(
        "mingo refuses a part beyond the end of a text",
        ("$substr", "$substrBytes"),
        lambda e, d, o, t: _failed(t),
    ),
    Deviation(
        "MongoDB changes the case of ASCII letters only",
        ("$toUpper", "$toLower", "$strcasecmp"),
        lambda e, d, o, t: "ß" in str(e) + str(used(e, d)),
    ),
    Deviation("mingo lacks $indexOfCP", ("$indexOfCP",), lambda e, d, o, t: _failed(t)),
    Deviation(
        "mingo makes 0 of an empty text or array",
        ("$toDouble", "$convert"),
        lambda e, d, o, t: t in ({"r": 0}, {"r": 1}) or any(isinstance(v, list) for v in used(e, d).values()),
    ),
    Deviation(
        "mingo takes a pair of pairs for a single pair",
        ("$arrayToObject",),
        lambda e, d, o, t: _failed(o) is False,
    ),
    Deviation(
        "mingo does not stop zipping at an array without elements, and replaces null by defaults",
        ("$zip",),
        lambda e, d, o, t: _any(used(e, d), lambda v: v is None or v == []),
    ),
]


def excuse(name: str, expression: Any, document: Document, ours: Any, theirs: Any) -> str | None:
    """Return why mingo's answer may differ in a case, or None."""
    for deviation in DEVIATIONS:
        if deviation.operators is not None and name not in deviation.operators:
            continue
        if deviation.applies(expression, document, ours, theirs):
            return deviation.reason
    return None
