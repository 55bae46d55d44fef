"""What a raw query may say: names by allow-list, in bounded size and depth; everything else is refused."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from nightdesk_services.marshal.exceptions import Invalid

MOST_DEPTH = 24
MOST_NODES = 20_000
MOST_TEXT = 10_000
"""Characters of one string."""
MOST_STAGES = 40


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


STAGES = _names(
    "$match $project $addFields $set $unset $sort $limit $skip $group $count $unwind $replaceRoot"
    " $replaceWith $sortByCount $facet"
)
"""Stages that read only what the stage before hands on, so what permissions took away stays away."""
LOOKUP = _names("from localField foreignField as pipeline")
"""What a ``$lookup`` is made of; it may read a catalogue that the asker reads anyway."""
MATCHERS = _names(
    "$eq $ne $gt $gte $lt $lte $in $nin $and $or $nor $not $exists $type $all $elemMatch $size $mod"
    " $geoWithin $centerSphere $expr"
)
EXPRESSIONS = _names(
    "$abs $add $ceil $divide $exp $floor $ln $log $log10 $mod $multiply $pow $round $sqrt $subtract $trunc"
    " $sin $cos $tan $asin $acos $atan $atan2 $degreesToRadians $radiansToDegrees"
    " $and $or $not $eq $ne $gt $gte $lt $lte $cmp $cond $ifNull $switch $literal $let"
    " $arrayElemAt $concatArrays $filter $first $last $in $indexOfArray $isArray $map $reduce $reverseArray"
    " $size $slice $allElementsTrue $anyElementTrue $setUnion $setIntersection $setDifference $setIsSubset"
    " $concat $substrCP $strLenCP $toLower $toUpper $toString $toInt $toLong $toDouble $toBool $type"
    " $mergeObjects $objectToArray $arrayToObject $min $max $avg $sum $push $addToSet $stdDevPop"
    " $stdDevSamp"
)
VARIABLES = frozenset({"ROOT", "CURRENT", "REMOVE", "NOW"})
"""The server's own variables that tell nothing of the server."""


def check_filter(sent: Any) -> None:
    """Raise `Invalid` unless a filter says only what it may."""
    _bounded(sent)
    _object("filter", sent)
    _match(sent, "filter")


def check_projection(sent: Any) -> None:
    """Raise `Invalid` unless a projection says only what it may."""
    _bounded(sent)
    _object("projection", sent)
    _expression(sent, "projection")


def check_pipeline(sent: Any, catalogs: Collection[str] = ()) -> None:
    """Raise `Invalid` unless a pipeline says only what it may.

    Parameters
    ----------
    catalogs
        Those that a ``$lookup`` may read.
    """
    _bounded(sent)
    _stages(sent, "pipeline", catalogs, inner=False)


def _stages(sent: Any, place: str, catalogs: Collection[str], *, inner: bool) -> None:
    if not isinstance(sent, list):
        raise Invalid(f"{place}: must be a list of stages")
    if len(sent) > MOST_STAGES:
        raise Invalid(f"{place}: at most {MOST_STAGES} stages")
    for number, stage in enumerate(sent):
        here = f"{place}.{number}"
        if not isinstance(stage, dict) or len(stage) != 1:
            raise Invalid(f"{here}: must be an object with one stage")
        ((name, body),) = stage.items()
        _allowed(name, STAGES - {"$facet"} if inner else STAGES | {"$lookup"}, here)
        if name == "$match":
            _object(f"{here}.$match", body)
            _match(body, f"{here}.$match")
        elif name == "$lookup":
            _lookup(body, f"{here}.$lookup", catalogs)
        elif name == "$facet":
            _object(f"{here}.$facet", body)
            for part, stages in body.items():
                _stages(stages, f"{here}.$facet.{part}", catalogs, inner=True)
        else:
            _expression(body, f"{here}.{name}")


def _lookup(sent: Any, place: str, catalogs: Collection[str]) -> None:
    _object(place, sent)
    for name in sent:
        _allowed(name, LOOKUP, place)
    for name in ("from", "localField", "foreignField", "as"):
        if not isinstance(sent.get(name), str) or not sent[name] or sent[name].startswith("$"):
            raise Invalid(f"{place}.{name}: must be a name")
    if sent["from"] not in catalogs:
        raise Invalid(f"{place}.from: there is no catalog of this name for you")
    if "pipeline" in sent:
        _stages(sent["pipeline"], f"{place}.pipeline", catalogs, inner=True)


def _bounded(sent: Any) -> None:
    """Walk without recursion, so that no depth of a query can exhaust the stack."""
    nodes, rest = 0, [(sent, 1)]
    while rest:
        value, depth = rest.pop()
        nodes += 1
        if depth > MOST_DEPTH:
            raise Invalid(f"the query is nested deeper than {MOST_DEPTH}")
        if nodes > MOST_NODES:
            raise Invalid(f"the query has more than {MOST_NODES} parts")
        if isinstance(value, dict):
            for name in value:
                if not isinstance(name, str) or not name.isascii() or not name.isprintable():
                    raise Invalid("a name in the query is not plain ASCII")
            rest.extend((part, depth + 1) for part in (*value, *value.values()))
        elif isinstance(value, list):
            rest.extend((part, depth + 1) for part in value)
        elif isinstance(value, str):
            _readable(value)
        elif isinstance(value, int) and not isinstance(value, bool):
            if not -(2**63) <= value < 2**63:
                raise Invalid("an integer in the query has more than 64 bits")
        elif value is not None and not isinstance(value, bool | float):
            raise Invalid("the query holds a value that is not JSON")


def _readable(text: str) -> None:
    if len(text) > MOST_TEXT:
        raise Invalid(f"a text in the query has more than {MOST_TEXT} characters")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise Invalid("a text in the query is not Unicode") from error


def _match(value: Any, place: str) -> None:
    if isinstance(value, dict):
        for name, part in value.items():
            if name.startswith("$"):
                _allowed(name, MATCHERS, place)
            check = _expression if name == "$expr" else _match
            check(part, f"{place}.{name}")
    elif isinstance(value, list):
        for part in value:
            _match(part, place)


def _expression(value: Any, place: str) -> None:
    if isinstance(value, dict):
        for name, part in value.items():
            if name.startswith("$"):
                _allowed(name, EXPRESSIONS, place)
            _expression(part, f"{place}.{name}")
    elif isinstance(value, list):
        for part in value:
            _expression(part, place)
    elif isinstance(value, str) and value.startswith("$$"):
        name = value[2:].split(".")[0]
        if name.isupper() or not name[:1].islower():
            _allowed(name, VARIABLES, place)


def _allowed(name: str, names: Collection[str], place: str) -> None:
    if name not in names:
        raise Invalid(f"{place}: {name[:40]} is not allowed in a query")


def _object(name: str, value: Any) -> None:
    if not isinstance(value, dict):
        raise Invalid(f"{name}: must be an object")
