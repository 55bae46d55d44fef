"""Expressions over the elements of arrays: ``$filter``, ``$map``, ``$reduce``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from nightdesk.filters.pipeline import kinds as k
from nightdesk.filters.pipeline.frames import Frame
from nightdesk.filters.pipeline.nodes import Node, needed, spoilt, spoilt_by_elements, truth
from nightdesk.filters.pipeline.operators.arithmetic import failing
from nightdesk.filters.pipeline.operators.arrays import of_array, whole_numbers
from nightdesk.filters.pipeline.operators.variables import variable
from nightdesk.filters.pipeline.parsing import Parser, builder, text
from nightdesk.filters.pipeline.values import Values, concatenated


@dataclass(frozen=True, eq=False)
class Filter(Node):
    """The elements for which a condition holds, at most so many."""

    given: Node
    name: str
    condition: Node
    limit: Node | None
    key: str

    @cached_property
    def free(self) -> frozenset[str]:  # type: ignore[override]
        """Variables from outside."""
        outer = needed([self.given, *([self.limit] if self.limit else [])])
        return outer | (self.condition.free - {self.name})

    def compute(self, frame: Frame) -> Values:
        """Return the arrays."""
        given = self.given.evaluate(frame)
        lists = given.lists
        holds = self.condition.evaluate(frame.inside({self.name: lists.items}, lists.owner))
        wanted = truth(holds)
        limits = None if self.limit is None else self.limit.evaluate(frame)
        if limits is not None:
            most, _ = whole_numbers(limits, "$filter", given)
            most = np.where(limits.is_(k.NULLISH), np.iinfo(np.int64).max, most)
            before = np.concatenate([[0], np.cumsum(wanted)])
            wanted = wanted & (before[1:] - before[lists.offsets[:-1]][lists.owner] <= most[lists.owner])
        kept = lists if wanted.all() else lists.keep(wanted)
        result = of_array(kept.values(), given, "$filter")
        result = spoilt_by_elements(result, lists.owner, holds)
        if limits is not None:
            usable = limits.is_(k.NULLISH) | (limits.is_(k.NUMBERS) & (limits.floats >= 1))
            result = failing(result, ~usable, "$filter takes a positive limit")
            result = spoilt(result, [limits])
        return spoilt(result, [given])


@builder("$filter")
def filter_array(parser: Parser, spec: Any, place: str) -> Node:
    """Parse ``$filter``."""
    parser.options("$filter", spec, place, ("input", "cond"), ("as", "limit"))
    given = parser.parse(spec["input"], f"{place}.input")
    name = variable(spec.get("as", "this"), place)
    condition = parser.within(name).parse(spec["cond"], f"{place}.cond")
    limit = parser.parse(spec["limit"], f"{place}.limit") if "limit" in spec else None
    return Filter(given, name, condition, limit, text({"$filter": spec}))


@dataclass(frozen=True, eq=False)
class Map(Node):
    """An expression's value for each element; null where it is missing."""

    given: Node
    name: str
    body: Node
    key: str

    @cached_property
    def free(self) -> frozenset[str]:  # type: ignore[override]
        """Variables from outside."""
        return self.given.free | (self.body.free - {self.name})

    def compute(self, frame: Frame) -> Values:
        """Return the arrays."""
        given = self.given.evaluate(frame)
        lists = given.lists
        made = self.body.evaluate(frame.inside({self.name: lists.items}, lists.owner))
        filled = made.with_kind(made.kind == k.MISSING, k.NULL) if made.has(k.bits(k.MISSING)) else made
        result = of_array(lists._replace(items=filled).values(), given, "$map")
        return spoilt(spoilt_by_elements(result, lists.owner, made), [given])


@builder("$map")
def map_array(parser: Parser, spec: Any, place: str) -> Node:
    """Parse ``$map``."""
    parser.options("$map", spec, place, ("input", "in"), ("as",))
    given = parser.parse(spec["input"], f"{place}.input")
    name = variable(spec.get("as", "this"), place)
    body = parser.within(name).parse(spec["in"], f"{place}.in")
    return Map(given, name, body, text({"$map": spec}))


@dataclass(frozen=True, eq=False)
class Reduce(Node):
    """An expression applied to one element after the other, of all arrays at once."""

    given: Node
    start: Node
    body: Node
    key: str

    @cached_property
    def free(self) -> frozenset[str]:  # type: ignore[override]
        """Variables from outside."""
        return needed([self.given, self.start]) | (self.body.free - {"this", "value"})

    def compute(self, frame: Frame) -> Values:
        """Return the last values."""
        given = self.given.evaluate(frame)
        lists = given.lists
        value = self.start.evaluate(frame)
        counts = lists.lengths
        for step in range(int(counts.max()) if len(counts) else 0):
            rows = np.flatnonzero(counts > step)
            this = lists.items.take(lists.offsets[:-1][rows] + step)
            before = value.take(rows)
            made = spoilt(self.body.evaluate(frame.inside({"this": this, "value": before}, rows)), [before])
            if len(rows) == len(counts):
                value = made
                continue
            index = np.arange(len(counts))
            index[rows] = len(counts) + np.arange(len(rows))
            value = concatenated([value, made]).take(index)
        return spoilt(of_array(value, given, "$reduce"), [given])


@builder("$reduce")
def reduce_array(parser: Parser, spec: Any, place: str) -> Node:
    """Parse ``$reduce``."""
    parser.options("$reduce", spec, place, ("input", "initialValue", "in"))
    given = parser.parse(spec["input"], f"{place}.input")
    start = parser.parse(spec["initialValue"], f"{place}.initialValue")
    body = parser.within("this", "value").parse(spec["in"], f"{place}.in")
    return Reduce(given, start, body, text({"$reduce": spec}))
