"""Least, greatest, sum and moments, of several values or of the elements of one array."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from nightdesk.filters.pipeline import kinds as k
from nightdesk.filters.pipeline.errors import PipelineError
from nightdesk.filters.pipeline.kinds import Array
from nightdesk.filters.pipeline.nodes import Constant, Node, Operation, array_of
from nightdesk.filters.pipeline.operators.arithmetic import failing
from nightdesk.filters.pipeline.operators.arrays import ARRAY, part, whole_numbers
from nightdesk.filters.pipeline.ordering import rank
from nightdesk.filters.pipeline.parsing import OPERATORS, Parser, builder, strict, text
from nightdesk.filters.pipeline.python import to_python
from nightdesk.filters.pipeline.values import Lists, Values, doubles, integers, null, where

_TOP: Final = 2.0**63


def gathered(values: list[Values], n: int) -> Lists:
    """Return what an operator looks at: its arguments, or the elements of a single one that is an array."""
    if len(values) != 1:
        return array_of(values, n).lists
    (given,) = values
    if given.only(ARRAY):
        return given.lists
    own = array_of([given], n)
    return where(given.kind == k.ARRAY, given, own).lists if given.has(ARRAY) else own.lists


def extreme(lists: Lists, *, greatest: bool) -> Values:
    """Return the least or greatest element of each array that is not null; null if there is none."""
    n = len(lists.offsets) - 1
    lists = lists.keep(~lists.items.is_(k.NULLISH)) if lists.items.has(k.NULLISH) else lists
    if not len(lists.owner):
        return null(n)
    items = lists.items
    key = items.floats if items.only(k.bits(k.DOUBLE)) else None
    if key is None or np.isnan(key).any():
        key = rank(items)
    rows = np.flatnonzero(lists.lengths)
    chosen = (np.maximum if greatest else np.minimum).reduceat(key, lists.offsets[:-1][rows])
    best = np.zeros(n, key.dtype)
    best[rows] = chosen
    hits = np.flatnonzero(key == best[lists.owner])[::-1]
    place = np.full(n, -1, np.int64)
    place[lists.owner[hits]] = hits
    result = items.take(place)
    return result.with_kind(place < 0, k.NULL)


@strict("$min", 1, None)
def least(values: list[Values], n: int) -> Values:
    """The least value by BSON's order."""
    return extreme(gathered(values, n), greatest=False)


@strict("$max", 1, None)
def greatest(values: list[Values], n: int) -> Values:
    """The greatest value by BSON's order."""
    return extreme(gathered(values, n), greatest=True)


def _numbers(values: list[Values], n: int) -> Lists:
    lists = gathered(values, n)
    return lists if lists.items.only(k.NUMBERS) else lists.keep(lists.items.is_(k.NUMBERS))


def total(lists: Lists) -> Array:
    """Return the sums of arrays of numbers, as doubles."""
    n = len(lists.offsets) - 1
    return np.bincount(lists.owner, lists.items.floats, n) if len(lists.owner) else np.zeros(n)


@strict("$sum", 1, None)
def summed(values: list[Values], n: int) -> Values:
    """Sum of the numbers, 0 if there is none; an integer if they are."""
    lists = _numbers(values, n)
    sums = total(lists)
    result = doubles(sums)
    broken = np.bincount(lists.owner, lists.items.kind == k.DOUBLE, n) if len(lists.owner) else np.zeros(n)
    exact = (broken == 0) & (np.abs(sums) < _TOP)
    if exact.any():
        own = np.where(lists.items.is_(k.INTEGERS), lists.items.i, 0)
        running = np.concatenate([np.zeros(1, np.int64), np.cumsum(own)])
        made = np.where(exact, running[lists.offsets[1:]] - running[lists.offsets[:-1]], 0)
        long = np.bincount(lists.owner, lists.items.kind == k.LONG, n) if len(lists.owner) else np.zeros(n)
        result = where(exact, integers(made, np.where(long > 0, np.uint8(k.LONG), np.uint8(k.INT))), result)
    return result


@strict("$avg", 1, None)
def average(values: list[Values], n: int) -> Values:
    """Mean of the numbers, null if there is none."""
    lists = _numbers(values, n)
    with np.errstate(all="ignore"):
        result = doubles(total(lists) / lists.lengths)
    return where(lists.lengths == 0, null(n), result)


def _deviation(name: str, lost: int) -> None:
    @strict(name, 1, None)
    def operator(values: list[Values], n: int) -> Values:
        lists = _numbers(values, n)
        count = lists.lengths
        with np.errstate(all="ignore"):
            mean = total(lists) / count
            off = lists.items.floats - mean[lists.owner]
            squares = np.bincount(lists.owner, off**2, n) if len(lists.owner) else np.zeros(n)
            result = doubles(np.sqrt(squares / (count - lost)))
        return where(count <= lost, null(n), result)


_deviation("$stdDevPop", 0)
_deviation("$stdDevSamp", 1)


def _at_rank(lists: Lists, share: float) -> Values:
    """Return the least number that at least a share of the numbers do not exceed."""
    order = np.lexsort([lists.items.floats, lists.owner])
    count = lists.lengths
    at = np.maximum(np.ceil(share * count).astype(np.int64) - 1, 0)
    numbers = lists.items.floats[order]
    there = count > 0
    place = np.where(there, lists.offsets[:-1] + at, 0)
    made = numbers[place] if len(numbers) else np.zeros(len(count))
    return where(there, doubles(made), null(len(count)))


@builder("$median")
def median(parser: Parser, spec: Any, place: str) -> Node:
    """Parse ``$median``."""
    parser.options("$median", spec, place, ("input", "method"))
    _approximate("$median", spec, place)

    def function(values: list[Values], n: int) -> Values:
        return _at_rank(_numbers(values, n), 0.5)

    return Operation(function, (parser.parse(spec["input"], f"{place}.input"),), text({"$median": spec}))


@builder("$percentile")
def percentile(parser: Parser, spec: Any, place: str) -> Node:
    """Parse ``$percentile``."""
    parser.options("$percentile", spec, place, ("input", "p", "method"))
    _approximate("$percentile", spec, place)
    node = parser.parse(spec["p"], f"{place}.p")
    shares = to_python(node.value)[0] if isinstance(node, Constant) else None
    if (
        not isinstance(shares, list)
        or not shares
        or not all(isinstance(p, int | float) and 0 <= p <= 1 for p in shares)
    ):
        raise PipelineError("p of $percentile is a constant list of numbers from 0 to 1", place)

    def function(values: list[Values], n: int) -> Values:
        lists = _numbers(values, n)
        return array_of([_at_rank(lists, p) for p in shares], n)

    return Operation(function, (parser.parse(spec["input"], f"{place}.input"),), text({"$percentile": spec}))


def _approximate(name: str, spec: Any, place: str) -> None:
    if spec["method"] != "approximate":
        raise PipelineError(f"{name} knows the method 'approximate' only", place)


def _several(name: str, *, greatest: bool) -> None:
    @builder(name)
    def build(parser: Parser, spec: Any, place: str) -> Node:
        parser.options(name, spec, place, ("input", "n"))
        nodes = tuple(parser.parse(spec[one], f"{place}.{one}") for one in ("input", "n"))

        def function(values: list[Values], n: int) -> Values:
            given, wanted = values
            lists = given.lists
            lists = lists.keep(~lists.items.is_(k.NULLISH)) if lists.items.has(k.NULLISH) else lists
            order = np.lexsort([rank(lists.items) * (-1 if greatest else 1), lists.owner])
            much, result = whole_numbers(wanted, name, given)
            made = lists._replace(items=lists.items.take(order)).values()
            result = part(made, np.zeros(n, np.int64), np.minimum(much, lists.lengths))
            result = failing(result, ~given.is_(ARRAY), f"{name} takes an array")
            positive = wanted.is_(k.NUMBERS) & (wanted.floats > 0)
            return failing(result, ~positive, f"{name} takes a positive number of elements")

        return Operation(function, nodes, text({name: spec}))


_several("$minN", greatest=False)
_several("$maxN", greatest=True)

Accumulator = Callable[[list[Values], int], Values]
ACCUMULATORS: Final[dict[str, Accumulator]] = {
    "$sum": summed,
    "$avg": average,
    "$min": least,
    "$max": greatest,
}
"""Accumulator of ``$group`` -> its function of an array per group."""
for _name in ("$stdDevPop", "$stdDevSamp"):
    _node = OPERATORS[_name](Parser(), "$x", "")
    if isinstance(_node, Operation):
        ACCUMULATORS[_name] = _node.function
