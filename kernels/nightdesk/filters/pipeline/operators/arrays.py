"""Arrays: their elements, parts and order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np

from nightdesk.filters.pipeline import kinds as k
from nightdesk.filters.pipeline.errors import PipelineError
from nightdesk.filters.pipeline.frames import descend, limited
from nightdesk.filters.pipeline.kinds import Array, full
from nightdesk.filters.pipeline.nodes import Node, Operation, array_of
from nightdesk.filters.pipeline.operators.arithmetic import failing
from nightdesk.filters.pipeline.ordering import equals, rank
from nightdesk.filters.pipeline.parsing import Parser, builder, strict, text
from nightdesk.filters.pipeline.values import (
    Lists,
    Values,
    booleans,
    concatenated,
    integers,
    missing,
    null,
    where,
)

ARRAY: Final = k.bits(k.ARRAY)
_LONGEST: Final = 100_000


def of_array(result: Values, given: Values, name: str) -> Values:
    """Return a result with null where an array is null or missing, an error where it is something else."""
    if given.only(ARRAY):
        return result
    result = failing(result, ~given.is_(ARRAY | k.NULLISH), f"{name} takes an array")
    return where(given.is_(k.NULLISH), null(len(given)), result)


def whole_numbers(values: Values, name: str, result: Values) -> tuple[Array, Values]:
    """Return integers, and a result with null or an error where there are none."""
    numbers = values.floats
    with np.errstate(invalid="ignore"):
        usable = values.is_(k.NUMBERS) & (np.floor(numbers) == numbers) & (np.abs(numbers) < 2**31)
    result = failing(result, ~usable & ~values.is_(k.NULLISH), f"{name} takes an integer of 32 bits")
    result = where(values.is_(k.NULLISH), null(len(values)), result)
    return np.where(usable, numbers, 0).astype(np.int64), result


def lengths(values: Values) -> Array:
    """Return the number of elements; of anything but an array, 0."""
    if values.length is None:
        return full(0, len(values), np.int64)
    return values.length if values.only(ARRAY) else np.where(values.kind == k.ARRAY, values.length, 0)


def element(values: Values, position: Array) -> Values:
    """Return the elements at positions; missing where there is none, or no array."""
    count = lengths(values)
    there = (position >= 0) & (position < count)
    if values.child is None:
        return missing(len(values))
    return values.child.take(np.where(there, values.i + position, -1))


@strict("$arrayElemAt", 2, 2)
def array_element(values: list[Values], n: int) -> Values:
    """The element at a place, from the end if negative; missing if there is none."""
    given, place = values
    index, _ = whole_numbers(place, "$arrayElemAt", null(n))
    index = np.where(index < 0, index + lengths(given), index)
    result = of_array(element(given, index), given, "$arrayElemAt")
    return whole_numbers(place, "$arrayElemAt", result)[1]


@strict("$first")
def first(values: list[Values], n: int) -> Values:
    """The first element."""
    return of_array(element(values[0], full(0, n, np.int64)), values[0], "$first")


@strict("$last")
def last(values: list[Values], n: int) -> Values:
    """The last element."""
    return of_array(element(values[0], lengths(values[0]) - 1), values[0], "$last")


@strict("$size")
def size(values: list[Values], n: int) -> Values:
    """Number of elements."""
    (given,) = values
    return failing(integers(lengths(given)), ~given.is_(ARRAY), "$size takes an array")


@strict("$isArray")
def is_array(values: list[Values], n: int) -> Values:
    """Whether it is an array."""
    return booleans(values[0].is_(ARRAY))


def part(given: Values, start: Array, stop: Array) -> Values:
    """Return the elements from one position to before another."""
    length = np.maximum(stop - start, 0)
    return replace(
        given, i=given.i + start, length=length, kind=full(k.ARRAY, len(given), np.uint8), _mask=-1
    )


@strict("$slice", 2, 3)
def cut(values: list[Values], n: int) -> Values:
    """Some elements: the first or last so many, or so many from a position."""
    given, count = values[0], lengths(values[0])
    first_, _ = whole_numbers(values[1], "$slice", null(n))
    if len(values) == 2:
        start = np.where(first_ < 0, np.maximum(count + first_, 0), 0)
        stop = np.where(first_ < 0, count, np.minimum(first_, count))
    else:
        much, _ = whole_numbers(values[2], "$slice", null(n))
        start = np.where(first_ < 0, np.maximum(count + first_, 0), np.minimum(first_, count))
        stop = np.minimum(start + np.maximum(much, 0), count)
    base = (
        given if given.child is not None else Lists(np.zeros(n + 1, np.int64), count[:0], missing(0)).values()
    )
    result = of_array(part(base, start, stop), given, "$slice")
    if len(values) == 3:
        positive = values[2].is_(k.NUMBERS) & (values[2].floats <= 0)
        result = failing(
            result, positive & (result.kind != k.NULL), "$slice takes a positive number of elements"
        )
        result = whole_numbers(values[2], "$slice", result)[1]
    return whole_numbers(values[1], "$slice", result)[1]


def ends(name: str, *, backwards: bool) -> None:
    """Declare ``$firstN`` or ``$lastN``."""

    @builder(name)
    def build(parser: Parser, spec: Any, place: str) -> Node:
        parser.options(name, spec, place, ("input", "n"))
        nodes = tuple(parser.parse(spec[one], f"{place}.{one}") for one in ("input", "n"))

        def function(values: list[Values], n: int) -> Values:
            given, wanted = values
            much, result = whole_numbers(wanted, name, given)
            count = lengths(given)
            much = np.minimum(much, count)
            start = count - much if backwards else np.zeros(n, np.int64)
            result = part(given, start, start + much) if given.child is not None else given
            result = failing(result, ~given.is_(ARRAY), f"{name} takes an array")
            positive = wanted.is_(k.NUMBERS) & (wanted.floats > 0)
            return failing(result, ~positive, f"{name} takes a positive number of elements")

        return Operation(function, nodes, text({name: spec}))


ends("$firstN", backwards=False)
ends("$lastN", backwards=True)


@strict("$reverseArray")
def reverse(values: list[Values], n: int) -> Values:
    """The elements from last to first."""
    (given,) = values
    lists = given.lists
    index = (lists.offsets[:-1] + lists.offsets[1:] - 1)[lists.owner] - np.arange(len(lists.owner))
    return of_array(lists._replace(items=lists.items.take(index)).values(), given, "$reverseArray")


@strict("$concatArrays", 0, None)
def concatenate(values: list[Values], n: int) -> Values:
    """The elements of one array after the other; null if one is null or missing."""
    joined = join([value.lists for value in values], n).values()
    if all(value.only(ARRAY) for value in values):
        return joined
    nullish = np.logical_or.reduce([value.is_(k.NULLISH) for value in values])
    wrong = np.logical_or.reduce([~value.is_(ARRAY | k.NULLISH) for value in values])
    return where(nullish, null(n), failing(joined, wrong, "$concatArrays takes arrays"))


def join(parts: list[Lists], n: int) -> Lists:
    """Return arrays joined, row by row."""
    if not parts:
        return Lists(np.zeros(n + 1, np.int64), np.zeros(0, np.int64), missing(0))
    counts = [one.lengths for one in parts]
    total = np.add.reduce(counts)
    limited(int(total.sum()))
    offsets = np.concatenate([[0], np.cumsum(total)]).astype(np.int64)
    before = np.zeros(n, np.int64)
    order = np.empty(int(offsets[-1]), np.int64)
    base = 0
    for one, count in zip(parts, counts, strict=True):
        order[(offsets[:-1] + before)[one.owner] + one.position] = base + np.arange(len(one.owner))
        before = before + count
        base += len(one.owner)
    items = concatenated([one.items for one in parts])
    return Lists(offsets, np.repeat(np.arange(n, dtype=np.int64), total), items.take(order))


def found(given: Values, wanted: Values) -> tuple[Lists, Array]:
    """Return the elements of arrays, and which equal a value."""
    lists = given.lists
    beside = wanted.repeat(len(lists.owner)) if wanted.constant else wanted.take(lists.owner)
    return lists, equals(lists.items, beside)


@strict("$in", 2, 2)
def contained(values: list[Values], n: int) -> Values:
    """Whether a value is an element of an array."""
    wanted, given = values
    if given.constant and given.only(ARRAY) and given.child is not None and given.length is not None:
        hit = np.zeros(n, bool)
        start = int(given.i[0])
        for place in range(start, start + int(given.length[0])):
            hit |= equals(wanted, given.child.take(np.array([place])).repeat(n))
        return booleans(hit)
    lists, hits = found(given, wanted)
    hit = np.zeros(n, bool)
    hit[lists.owner[hits]] = True
    return failing(booleans(hit), ~given.is_(ARRAY), "$in takes an array after the value")


@strict("$indexOfArray", 2, 4)
def index_of(values: list[Values], n: int) -> Values:
    """First position of a value in an array, from a start and before an end; -1 if it is not there."""
    given, wanted = values[:2]
    lists, hits = found(given, wanted)
    position = lists.position
    result = null(n)
    for bound, limit in enumerate(values[2:]):
        at, result = whole_numbers(limit, "$indexOfArray", result)
        hits = hits & ((position >= at[lists.owner]) if bound == 0 else (position < at[lists.owner]))
    places = np.flatnonzero(hits)[::-1]
    index = np.full(n, -1, np.int64)
    index[lists.owner[places]] = position[places]
    result = of_array(integers(index), given, "$indexOfArray")
    for limit in values[2:]:
        result = whole_numbers(limit, "$indexOfArray", result)[1]
        negative = limit.is_(k.NUMBERS) & (limit.floats < 0)
        result = failing(result, negative, "$indexOfArray takes no negative bound")
    return result


@strict("$range", 2, 3)
def count_up(values: list[Values], n: int) -> Values:
    """Integers from a start, before an end, by a step."""
    result: Values = null(n)
    parts = []
    for value in values:
        numbers, result = whole_numbers(value, "$range", result)
        parts.append(numbers)
    start, stop = parts[0], parts[1]
    step = parts[2] if len(parts) == 3 else np.ones(n, np.int64)
    safe = np.where(step == 0, 1, step)
    count = np.maximum(-((start - stop) // safe), 0)
    too_many = count > _LONGEST
    count = np.where(too_many, 0, count)
    limited(int(count.sum()))
    offsets = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
    owner = np.repeat(np.arange(n, dtype=np.int64), count)
    position = np.arange(len(owner)) - offsets[:-1][owner]
    result = Lists(offsets, owner, integers(start[owner] + position * safe[owner])).values()
    result = failing(result, step == 0, "$range by a step of zero")
    result = failing(result, too_many, f"$range of more than {_LONGEST} elements")
    for value in values:
        result = failing(
            whole_numbers(value, "$range", result)[1], value.is_(k.NULLISH), "$range takes integers"
        )
    return result


@builder("$zip")
def zip_arrays(parser: Parser, spec: Any, place: str) -> Node:
    """Parse ``$zip``."""
    parser.options("$zip", spec, place, ("inputs",), ("useLongestLength", "defaults"))
    if not isinstance(spec["inputs"], list) or not spec["inputs"]:
        raise PipelineError("the inputs of $zip are a list of one array or more", place)
    longest = spec.get("useLongestLength", False)
    if not isinstance(longest, bool) or ("defaults" in spec and not longest):
        raise PipelineError("$zip takes defaults with useLongestLength: true only", place)
    inputs = parser.arguments("$zip", spec["inputs"], f"{place}.inputs", 1, None)
    width = len(inputs)
    defaults = (
        parser.arguments("$zip", spec["defaults"], f"{place}.defaults", width, width)
        if "defaults" in spec
        else ()
    )

    def function(values: list[Values], n: int) -> Values:
        given = values[:width]
        counts = [lengths(value) for value in given]
        count = np.maximum.reduce(counts) if longest else np.minimum.reduce(counts)
        offsets = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
        owner = np.repeat(np.arange(n, dtype=np.int64), count)
        position = np.arange(len(owner)) - offsets[:-1][owner]
        columns = []
        for j, value in enumerate(given):
            column = element(value.take(owner), position)
            if defaults:
                column = where(position < counts[j][owner], column, values[width + j].take(owner))
            columns.append(column)
        result = Lists(offsets, owner, array_of(columns, len(owner))).values()
        for value in given:
            result = failing(result, ~value.is_(ARRAY | k.NULLISH), "$zip takes arrays")
        nullish = np.logical_or.reduce([value.is_(k.NULLISH) for value in given])
        return where(nullish, null(n), result)

    return Operation(function, (*inputs, *defaults), text({"$zip": spec}))


def sort_keys(values: Values, by: Mapping[str, int] | int) -> list[Array]:
    """Return integers to sort values by, the most important first."""
    if isinstance(by, int):
        return [rank(_comparable(values)) * by]
    return [rank(_comparable(descend(values, tuple(path.split("."))))) * way for path, way in by.items()]


def _comparable(values: Values) -> Values:
    # in a sort, what is missing is null
    return values.with_kind(values.kind == k.MISSING, k.NULL)


def directions(by: Any, place: str) -> Mapping[str, int] | int:
    """Return what to sort by: 1 or -1, or such for each path.

    Raises
    ------
    PipelineError
        If it is something else.
    """
    ways = list(by.values()) if isinstance(by, Mapping) else [by]
    if not ways or any(isinstance(way, bool) or way not in (1, -1) for way in ways):
        raise PipelineError("sort by 1 or -1, or by an object of them", place)
    return {str(path): int(way) for path, way in by.items()} if isinstance(by, Mapping) else int(by)


@builder("$sortArray")
def sort_array(parser: Parser, spec: Any, place: str) -> Node:
    """Parse ``$sortArray``."""
    parser.options("$sortArray", spec, place, ("input", "sortBy"))
    by = directions(spec["sortBy"], place)

    def function(values: list[Values], n: int) -> Values:
        (given,) = values
        lists = given.lists
        order = np.lexsort([*reversed(sort_keys(lists.items, by)), lists.owner])
        return of_array(lists._replace(items=lists.items.take(order)).values(), given, "$sortArray")

    return Operation(function, (parser.parse(spec["input"], f"{place}.input"),), text({"$sortArray": spec}))
