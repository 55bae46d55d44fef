"""The parts of a parsed expression."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np

from nightdesk.filters.pipeline import kinds as k
from nightdesk.filters.pipeline.frames import Frame, descend
from nightdesk.filters.pipeline.kinds import Array
from nightdesk.filters.pipeline.values import Lazy, Lists, Values, concatenated, objects, where

Function = Callable[[list[Values], int], Values]
_ERROR: Final = k.bits(k.ERROR)


class Node:
    """An expression: `free` tells which variables it needs, `key` is its text."""

    free: frozenset[str]
    key: str

    def compute(self, frame: Frame) -> Values:
        """Return its value in each row."""
        raise NotImplementedError

    def evaluate(self, frame: Frame) -> Values:
        """Return its value in each row; once for the same text, and as far out as its variables allow."""
        found = frame.cache.get(self.key)
        if found is None:
            if frame.outer is not None and self.free.isdisjoint(frame.variables):
                found = frame.outward(self.evaluate(frame.outer))
                frame.cache[self.key] = found
            else:
                found = self.compute(frame)
                # elements of light curves are many: what is made of them is not kept
                if frame.outer is None:
                    frame.cache[self.key] = found
        return found


@dataclass(frozen=True, eq=False)
class Constant(Node):
    """A value that is the same in all rows."""

    value: Values
    key: str
    free: frozenset[str] = frozenset()

    def evaluate(self, frame: Frame) -> Values:
        """Return it n times."""
        return self.value.repeat(frame.rows)


@dataclass(frozen=True, eq=False)
class Path(Node):
    """A variable, or what a path of field names in it leads to."""

    variable: str
    parts: tuple[str, ...]
    key: str

    @cached_property
    def free(self) -> frozenset[str]:  # type: ignore[override]
        """The variable."""
        return frozenset({self.variable})

    def compute(self, frame: Frame) -> Values:
        """Return what is there."""
        return descend(frame.variables[self.variable], self.parts)


@dataclass(frozen=True, eq=False)
class Operation(Node):
    """A function of values; where an argument could not be computed, neither can the result."""

    function: Function
    arguments: tuple[Node, ...]
    key: str

    @cached_property
    def free(self) -> frozenset[str]:  # type: ignore[override]
        """Variables of the arguments."""
        return needed(self.arguments)

    def compute(self, frame: Frame) -> Values:
        """Return the function's value in each row."""
        values = [argument.evaluate(frame) for argument in self.arguments]
        return spoilt(self.function(values, frame.rows), values)


@dataclass(frozen=True, eq=False)
class ObjectNode(Node):
    """An object with computed fields."""

    fields: Mapping[str, Node]
    key: str

    @cached_property
    def free(self) -> frozenset[str]:  # type: ignore[override]
        """Variables of the fields."""
        return needed(list(self.fields.values()))

    def compute(self, frame: Frame) -> Values:
        """Return the objects."""
        columns: dict[str, Lazy | Values] = {}
        values = []
        for name, node in self.fields.items():
            columns[name] = made = node.evaluate(frame)
            values.append(made)
        return spoilt(objects(columns, frame.rows), values)


@dataclass(frozen=True, eq=False)
class ArrayNode(Node):
    """An array with computed elements."""

    items: tuple[Node, ...]
    key: str

    @cached_property
    def free(self) -> frozenset[str]:  # type: ignore[override]
        """Variables of the elements."""
        return needed(self.items)

    def compute(self, frame: Frame) -> Values:
        """Return the arrays; a missing element is null."""
        values = [item.evaluate(frame) for item in self.items]
        return spoilt(array_of(values, frame.rows), values)


def needed(nodes: Sequence[Node]) -> frozenset[str]:
    """Return the variables that expressions need."""
    return frozenset().union(*(node.free for node in nodes))


def array_of(values: Sequence[Values], n: int) -> Values:
    """Return arrays of one element of each column; a missing one is null."""
    width = len(values)
    offsets = np.arange(n + 1, dtype=np.int64) * width
    owner = np.repeat(np.arange(n, dtype=np.int64), width)
    filled = [value.with_kind(value.kind == k.MISSING, k.NULL) for value in values]
    index = (np.arange(n)[:, None] + n * np.arange(width)[None, :]).reshape(-1)
    items = concatenated(filled).take(index) if filled and n else _nothing()
    return Lists(offsets, owner, items).values()


def _nothing() -> Values:
    from nightdesk.filters.pipeline.values import missing

    return missing(0)


def spoilt(result: Values, causes: Sequence[Values]) -> Values:
    """Return a result, with the error of the first cause that has one in a row."""
    for cause in reversed(causes):
        if cause.has(_ERROR):
            result = where(
                cause.kind == k.ERROR, replace(cause, length=None, child=None, fields=None), result
            )
    return result


def spoilt_by_elements(result: Values, owner: Array, elements: Values) -> Values:
    """Return a result, with the error of the first element that has one in a row's array."""
    if not elements.has(_ERROR):
        return result
    bad = np.flatnonzero(elements.kind == k.ERROR)[::-1]
    first = np.full(len(result), -1, np.int64)
    first[owner[bad]] = bad
    return spoilt(result, [elements.take(first)])


def truth(values: Values) -> Array:
    """Return where values count as true: all but missing, null, false and zero; NaN does."""
    if values.only(k.bits(k.BOOL)):
        return values.i != 0
    plain = ~values.is_(k.NULLISH)
    zero = (values.is_(k.INTEGERS | k.bits(k.BOOL)) & (values.i == 0)) | (
        (values.kind == k.DOUBLE) & (values.f == 0)
    )
    return np.asarray(plain & ~zero & (values.kind != k.ERROR))
