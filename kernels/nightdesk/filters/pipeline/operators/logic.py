"""Comparison, truth and choice."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from nightdesk.filters.pipeline import kinds as k
from nightdesk.filters.pipeline.errors import PipelineError
from nightdesk.filters.pipeline.frames import Frame
from nightdesk.filters.pipeline.kinds import Array
from nightdesk.filters.pipeline.nodes import Node, needed, spoilt, truth
from nightdesk.filters.pipeline.ordering import compare, equals
from nightdesk.filters.pipeline.parsing import Parser, builder, strict, text
from nightdesk.filters.pipeline.values import Values, booleans, errors, integers, where

_ERROR = k.bits(k.ERROR)


def _comparison(name: str, holds: Callable[[Values, Values], Array]) -> None:
    @strict(name, 2, 2)
    def operator(values: list[Values], n: int) -> Values:
        return booleans(holds(values[0], values[1]))


_comparison("$eq", equals)
_comparison("$ne", lambda a, b: ~equals(a, b))
_comparison("$gt", lambda a, b: compare(a, b) > 0)
_comparison("$gte", lambda a, b: compare(a, b) >= 0)
_comparison("$lt", lambda a, b: compare(a, b) < 0)
_comparison("$lte", lambda a, b: compare(a, b) <= 0)


@strict("$cmp", 2, 2)
def order(values: list[Values], n: int) -> Values:
    """-1, 0 or 1."""
    return integers(compare(values[0], values[1]).astype(np.int64))


@strict("$not")
def negation(values: list[Values], n: int) -> Values:
    """False where true."""
    return booleans(~truth(values[0]))


@dataclass(frozen=True, eq=False)
class Junction(Node):
    """``$and`` or ``$or``: decided by the first argument that can, errors behind it do not count."""

    arguments: tuple[Node, ...]
    deciding: bool
    key: str

    @cached_property
    def free(self) -> frozenset[str]:  # type: ignore[override]
        """Variables of the arguments."""
        return needed(self.arguments)

    def compute(self, frame: Frame) -> Values:
        """Return true or false."""
        result = np.full(frame.rows, not self.deciding)
        failed: Values | None = None
        for argument in self.arguments:
            value = argument.evaluate(frame)
            holds = truth(value)
            fails = value.kind == k.ERROR if value.has(_ERROR) else None
            if failed is None and fails is None:
                result = (result | holds) if self.deciding else (result & holds)
                if (result if self.deciding else ~result).all():
                    break
                continue
            open_ = (result != self.deciding) & (True if failed is None else failed.kind != k.ERROR)
            result = np.where(open_, holds if fails is None else holds & ~fails, result)
            if not self.deciding and fails is not None:
                # an error is neither: keep the row undecided and mark it
                result = np.where(open_ & fails, True, result)
            if fails is not None:
                before = booleans(result) if failed is None else failed
                failed = where(open_ & fails, value, before)
        made = booleans(result)
        return made if failed is None else spoilt(made, [failed])


@builder("$and")
def conjunction(parser: Parser, spec: Any, place: str) -> Node:
    """Parse ``$and``."""
    return Junction(parser.arguments("$and", spec, place, 0, None), False, text({"$and": spec}))


@builder("$or")
def disjunction(parser: Parser, spec: Any, place: str) -> Node:
    """Parse ``$or``."""
    return Junction(parser.arguments("$or", spec, place, 0, None), True, text({"$or": spec}))


@dataclass(frozen=True, eq=False)
class Choice(Node):
    """The value beside the first condition that holds, else the last one; None: an error."""

    branches: tuple[tuple[Node, Node], ...]
    otherwise: Node | None
    key: str

    @cached_property
    def free(self) -> frozenset[str]:  # type: ignore[override]
        """Variables of all parts."""
        parts = [node for branch in self.branches for node in branch]
        return needed([*parts, *([self.otherwise] if self.otherwise else [])])

    def compute(self, frame: Frame) -> Values:
        """Return the chosen values."""
        open_ = np.ones(frame.rows, bool)
        chosen: list[tuple[Array, Values]] = []
        for condition, node in self.branches:
            value = condition.evaluate(frame)
            if value.has(_ERROR):
                failing = open_ & (value.kind == k.ERROR)
                chosen.append((failing, value))
                open_ = open_ & ~failing
            holds = open_ & truth(value)
            if holds.any():
                chosen.append((holds, node.evaluate(frame)))
                open_ = open_ & ~holds
            if not open_.any():
                break
        if self.otherwise is None:
            result = errors("$switch found no branch that holds, and has no default", frame.rows)
        elif open_.any() or not chosen:
            result = self.otherwise.evaluate(frame)
        else:
            result = chosen.pop()[1]
        for holds, value in reversed(chosen):
            result = where(holds, value, result)
        return result


@builder("$cond")
def conditional(parser: Parser, spec: Any, place: str) -> Node:
    """Parse ``$cond``."""
    if isinstance(spec, Mapping):
        parser.options("$cond", spec, place, ("if", "then", "else"))
        parts = tuple(parser.parse(spec[name], f"{place}.{name}") for name in ("if", "then", "else"))
    else:
        parts = parser.arguments("$cond", spec, place, 3, 3)
    return Choice(((parts[0], parts[1]),), parts[2], text({"$cond": spec}))


@builder("$switch")
def switch(parser: Parser, spec: Any, place: str) -> Node:
    """Parse ``$switch``."""
    parser.options("$switch", spec, place, ("branches",), ("default",))
    given = spec["branches"]
    if not isinstance(given, list) or not given:
        raise PipelineError("$switch takes a list of one branch or more", place)
    branches = []
    for i, branch in enumerate(given):
        at = f"{place}.branches[{i}]"
        parser.options("a branch of $switch", branch, at, ("case", "then"))
        branches.append(
            (parser.parse(branch["case"], f"{at}.case"), parser.parse(branch["then"], f"{at}.then"))
        )
    default = parser.parse(spec["default"], f"{place}.default") if "default" in spec else None
    return Choice(tuple(branches), default, text({"$switch": spec}))


@strict("$ifNull", 2, None)
def if_null(values: list[Values], n: int) -> Values:
    """The first value that is neither null nor missing, else the last."""
    result = values[-1]
    for value in reversed(values[:-1]):
        result = where(~value.is_(k.NULLISH), value, result)
    return result
