"""The query language of ``$match``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from nightdesk.filters.pipeline import kinds as k
from nightdesk.filters.pipeline.conditions import (
    ELEMENT_TESTS,
    WHOLE_TESTS,
    Test,
    equal_to,
    regex_test,
    same_value,
)
from nightdesk.filters.pipeline.errors import PipelineError, unknown
from nightdesk.filters.pipeline.frames import ROOT, Frame
from nightdesk.filters.pipeline.kinds import Array
from nightdesk.filters.pipeline.nodes import Node, truth
from nightdesk.filters.pipeline.operators.arrays import element
from nightdesk.filters.pipeline.parsing import DEEPEST, Parser, refuse_forbidden
from nightdesk.filters.pipeline.values import Values, where

_OBJECT: Final = k.bits(k.OBJECT)
_ARRAY: Final = k.bits(k.ARRAY)
_REFUSED: Final = ("$text", "$near", "$nearSphere", "$geoWithin", "$geoIntersects", "$jsonSchema")
_FEW: Final = 0.5
"""Part of the rows: where fewer are left, the others may be left out."""
_ROWS: Final = 5_000
"""Rows that are always worth being left out."""


@dataclass
class Verdict:
    """Which rows a query holds for, and in which it could not be told."""

    holds: Array
    failed: Values | None = None
    """Errors, where there are some; `holds` is false there."""

    def inverted(self) -> Verdict:
        """Return the opposite."""
        if self.failed is None:
            return Verdict(~self.holds)
        return Verdict(~self.holds & (self.failed.kind != k.ERROR), self.failed)


class Query:
    """A condition on documents."""

    def test(self, documents: Values, frame: Frame | None) -> Verdict:
        """Return which documents it holds for.

        Parameters
        ----------
        documents
            Objects.
        frame
            Where they are the root; None within ``$elemMatch``.
        """
        raise NotImplementedError

    def costly(self, documents: Values) -> bool:
        """Tell whether it costs so much that rows without need of it are better left out first."""
        return True


@dataclass(frozen=True)
class Joined(Query):
    """Several conditions."""

    parts: Sequence[Query]

    def costly(self, documents: Values) -> bool:
        """Tell whether one of them is."""
        return any(part.costly(documents) for part in self.parts)


@dataclass(frozen=True)
class All(Joined):
    """Every one of some conditions; rows that one has dropped need not be shown to the next."""

    def test(self, documents: Values, frame: Frame | None) -> Verdict:
        """Return which documents all hold for."""
        n = len(documents)
        holds, open_ = np.ones(n, bool), np.ones(n, bool)
        rows: Array | None = None
        failed: Values | None = None
        for part in self.parts:
            live = open_ if rows is None else open_[rows]
            count = int(np.count_nonzero(live))
            if not count:
                break
            # to leave out few rows takes longer than to compare them
            if count < _FEW * len(live) and (len(live) - count > _ROWS or part.costly(documents)):
                left = np.flatnonzero(live)
                rows = left if rows is None else rows[left]
                frame = None if frame is None else frame.take(left)
                documents = documents.take(left) if frame is None else frame.variables[ROOT]
            verdict = part.test(documents, frame)
            kept = verdict.holds
            if verdict.failed is not None:
                kept = kept | (verdict.failed.kind == k.ERROR)
                wide = verdict.failed if rows is None else _widened(verdict.failed, rows, n)
                failed = wide if failed is None else where(failed.kind == k.ERROR, failed, wide)
            if rows is None:
                holds, open_ = holds & verdict.holds, open_ & kept
            else:
                holds[rows] &= verdict.holds
                open_[rows] &= kept
        # what another condition drops needs no value here
        return Verdict(holds & open_, None if failed is None else failed.with_kind(~open_, k.BOOL))


def _widened(failed: Values, rows: Array, n: int) -> Values:
    index = np.full(n, -1, np.int64)
    index[rows] = np.arange(len(rows))
    return failed.take(index)


@dataclass(frozen=True)
class Any_(Joined):
    """At least one of some conditions."""

    def test(self, documents: Values, frame: Frame | None) -> Verdict:
        """Return which documents one holds for."""
        holds = np.zeros(len(documents), bool)
        failed: Values | None = None
        for part in self.parts:
            verdict = part.test(documents, frame)
            holds |= verdict.holds
            if verdict.failed is not None:
                failed = (
                    verdict.failed
                    if failed is None
                    else where(failed.kind == k.ERROR, failed, verdict.failed)
                )
        if failed is not None:
            failed = failed.with_kind(holds, k.BOOL)
        return Verdict(holds, failed)


@dataclass(frozen=True)
class Not(Query):
    """The opposite of a condition."""

    part: Query

    def test(self, documents: Values, frame: Frame | None) -> Verdict:
        """Return which documents it does not hold for."""
        return self.part.test(documents, frame).inverted()

    def costly(self, documents: Values) -> bool:
        """Tell whether the condition is."""
        return self.part.costly(documents)


@dataclass(frozen=True)
class Expression(Query):
    """``$expr``: an expression that counts as true."""

    node: Node

    def test(self, documents: Values, frame: Frame | None) -> Verdict:
        """Return which documents it is true for."""
        if frame is None:
            msg = "$expr outside a document"
            raise PipelineError(msg)
        made = self.node.evaluate(frame)
        return Verdict(truth(made), made if made.has(k.bits(k.ERROR)) else None)


@dataclass(frozen=True)
class Field(Query):
    """A test of what a path leads to: of any value, through arrays."""

    parts: tuple[str, ...]
    check: Test
    elements: bool
    """Whether the elements of an array at the path's end are tested too."""

    def test(self, documents: Values, frame: Frame | None) -> Verdict:
        """Return which documents have such a value."""
        holds = np.zeros(len(documents), bool)
        failed: Values | None = None
        for owner, values in leaves(documents, None, self.parts, elements=self.elements):
            hits = self.check(values)
            if owner is None:
                holds |= hits
            else:
                holds[owner[hits]] = True
            if values.has(k.bits(k.ERROR)):
                bad = np.flatnonzero(values.kind == k.ERROR)
                wide = _widened(values.take(bad), bad if owner is None else owner[bad], len(holds))
                failed = wide if failed is None else where(failed.kind == k.ERROR, failed, wide)
        if failed is not None:
            holds &= failed.kind != k.ERROR
        return Verdict(holds, failed)

    def costly(self, documents: Values) -> bool:
        """Tell whether the path leads to what is still to be computed, or to arrays."""
        values = documents
        for part in self.parts:
            if values.fields is None or part not in values.fields or values.has(_ARRAY):
                break
            column = values.fields.lazy(part)
            if not isinstance(column, Values) and column.costly:
                return True
            values = values.field(part)
        return values.has(_ARRAY)


@dataclass(frozen=True)
class ElementMatch:
    """``$elemMatch``: whether an array has an element that a condition holds for."""

    query: Query | None
    checks: Sequence[Query]

    def __call__(self, values: Values) -> Array:
        """Return which arrays have one."""
        lists = values.lists
        items = lists.items
        if self.query is not None:
            holds = items.is_(_OBJECT) & self.query.test(items, None).holds
        else:
            holds = np.logical_and.reduce([check.test(items, None).holds for check in self.checks])
        out = np.zeros(len(values), bool)
        out[lists.owner[holds]] = True
        return out


def leaves(
    values: Values, owner: Array | None, parts: tuple[str, ...], *, elements: bool
) -> Iterator[tuple[Array | None, Values]]:
    """Yield what a path leads to, as queries see it, with the row that each value belongs to (None: its own).

    The path goes through arrays of objects, one level each time, and a number in it is a place in an array.
    """
    if not parts:
        yield owner, values
        if elements and values.has(_ARRAY):
            lists = values.lists
            yield (lists.owner if owner is None else owner[lists.owner]), lists.items
        return
    name, rest = parts[0], parts[1:]
    if not values.has(_ARRAY):
        yield from leaves(values.field(name), owner, rest, elements=elements)
        return
    rows = np.flatnonzero(values.kind != k.ARRAY)
    if len(rows):
        found = values.take(rows).field(name)
        yield from leaves(found, rows if owner is None else owner[rows], rest, elements=elements)
    lists = values.lists
    inner = np.flatnonzero(lists.items.kind == k.OBJECT)
    if len(inner):
        found = lists.items.take(inner).field(name)
        at = lists.owner[inner]
        yield from leaves(found, at if owner is None else owner[at], rest, elements=elements)
    if name.isdigit():
        found = element(values, np.full(len(values), int(name), np.int64))
        rows = np.flatnonzero(found.kind != k.MISSING)
        yield from leaves(found.take(rows), rows if owner is None else owner[rows], rest, elements=elements)


def parse_query(spec: Any, place: str, parser: Parser | None, depth: int = 0) -> Query:
    """Return a parsed query.

    Parameters
    ----------
    parser
        For ``$expr``; None where that may not be, within ``$elemMatch``.

    Raises
    ------
    PipelineError
        If it is none.
    """
    if not isinstance(spec, Mapping):
        raise PipelineError("a query is an object", place)
    if depth > DEEPEST:
        raise PipelineError(f"nested more than {DEEPEST} deep", place)
    parts: list[Query] = []
    for name, condition in spec.items():
        at = f"{place}.{name}"
        if name in ("$and", "$or", "$nor"):
            if not isinstance(condition, list) or not condition:
                raise PipelineError(f"{name} takes a list of one query or more", at)
            inner = [parse_query(one, f"{at}[{i}]", parser, depth + 1) for i, one in enumerate(condition)]
            parts.append(All(inner) if name == "$and" else Any_(inner) if name == "$or" else Not(Any_(inner)))
        elif name == "$expr":
            if parser is None:
                raise PipelineError("$expr may not be within $elemMatch", at)
            parts.append(Expression(parser.parse(condition, at)))
        elif name == "$comment":
            continue
        elif name.startswith("$"):
            refuse_forbidden(name, place)
            if name in _REFUSED:
                raise PipelineError(f"{name} is not supported in filters", place)
            raise unknown(name, "query operator", ("$and", "$or", "$nor", "$expr", "$comment"), place)
        else:
            parts.append(_field(tuple(name.split(".")), condition, at, depth))
    return parts[0] if len(parts) == 1 else All(parts)


def operators_in(condition: Any) -> bool:
    """Tell whether a condition on a field is made of operators, and not a value to be equal to."""
    return isinstance(condition, Mapping) and bool(condition) and next(iter(condition)).startswith("$")


def _field(path: tuple[str, ...], condition: Any, place: str, depth: int) -> Query:
    if "" in path and path:
        raise PipelineError("a path has no empty part", place)
    if isinstance(condition, re.Pattern):
        return Field(path, regex_test(condition, None, place), elements=True)
    if not operators_in(condition):
        return Field(path, equal_to(condition, place), elements=True)
    parts = []
    for name in condition:
        if name == "$options" and "$regex" in condition:
            continue
        parts.append(_operator(path, name, condition, place, depth))
    return parts[0] if len(parts) == 1 else All(parts)


def _operator(  # noqa: PLR0912 - one branch an operator
    path: tuple[str, ...], name: str, beside: Mapping[str, Any], place: str, depth: int
) -> Query:
    operand = beside[name]
    at = f"{place}.{name}"
    if name in ELEMENT_TESTS:
        return Field(path, ELEMENT_TESTS[name](operand, at), elements=True)
    if name in WHOLE_TESTS:
        return Field(path, WHOLE_TESTS[name](operand, at), elements=False)
    if name == "$ne":
        return Not(Field(path, equal_to(operand, at), elements=True))
    if name == "$nin":
        return Not(Field(path, ELEMENT_TESTS["$in"](operand, at), elements=True))
    if name == "$exists":
        there: Query = Field(path, lambda values: values.kind != k.MISSING, elements=False)
        return there if operand else Not(there)
    if name == "$regex":
        return Field(path, regex_test(operand, beside.get("$options"), at), elements=True)
    if name == "$not":
        if isinstance(operand, re.Pattern):
            return Not(_field(path, operand, at, depth + 1))
        if not operators_in(operand):
            raise PipelineError("$not takes operators or a regular expression", at)
        return Not(_field(path, operand, at, depth + 1))
    if name == "$elemMatch":
        return Field(path, element_match(operand, at, depth), elements=False)
    if name == "$all":
        if not isinstance(operand, list | tuple):
            raise PipelineError("$all takes a list", at)
        inner: list[Query] = []
        for i, one in enumerate(operand):
            if isinstance(one, Mapping) and "$elemMatch" in one:
                inner.append(_field(path, one, f"{at}[{i}]", depth + 1))
            else:
                inner.append(Field(path, same_value(one, f"{at}[{i}]"), elements=True))
        return All(inner) if inner else Any_([])
    refuse_forbidden(name, place)
    if name in _REFUSED:
        raise PipelineError(f"{name} is not supported in filters", place)
    known = (*ELEMENT_TESTS, *WHOLE_TESTS, "$ne", "$nin", "$exists", "$regex", "$not", "$elemMatch", "$all")
    raise unknown(name, "query operator", known, place)


def element_match(operand: Any, place: str, depth: int) -> Callable[[Values], Array]:
    """Return the test that ``$elemMatch`` makes.

    Raises
    ------
    PipelineError
        If it is none.
    """
    if not isinstance(operand, Mapping):
        raise PipelineError("$elemMatch takes an object", place)
    logical = ("$and", "$or", "$nor", "$expr", "$where")
    if operators_in(operand) and next(iter(operand)) not in logical:
        return ElementMatch(None, [_single(_field((), operand, place, depth + 1))])
    return ElementMatch(parse_query(operand, place, None, depth + 1), ())


def _single(query: Query) -> Query:
    """Return a query of a value that does not look into it if it is an array."""
    if isinstance(query, Field):
        return replace(query, elements=False)
    if isinstance(query, Not):
        return Not(_single(query.part))
    return type(query)([_single(part) for part in query.parts]) if isinstance(query, All | Any_) else query
