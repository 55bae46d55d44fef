"""The stages of pipelines. Each alert goes through alone: what groups, sorts or limits does so per alert."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final

import numpy as np

from nightdesk.filters.pipeline import kinds as k
from nightdesk.filters.pipeline.errors import PipelineError, unknown
from nightdesk.filters.pipeline.frames import ROOT, Frame
from nightdesk.filters.pipeline.nodes import Node, Path
from nightdesk.filters.pipeline.operators.arrays import directions, sort_keys
from nightdesk.filters.pipeline.parsing import FORBIDDEN, Parser, refuse_forbidden
from nightdesk.filters.pipeline.projection import (
    Projection,
    parse_add,
    parse_project,
    parse_unset,
    with_field,
)
from nightdesk.filters.pipeline.query import Query, Verdict, parse_query
from nightdesk.filters.pipeline.state import State
from nightdesk.filters.pipeline.values import Lists, integers, objects, where

_ARRAY: Final = k.bits(k.ARRAY)


class Stage:
    """One stage: takes documents, gives documents."""

    lenient: ClassVar[bool] = False
    """Whether it gives a document for each, which may be dropped before or after, and cannot fail."""

    def run(self, state: State) -> State:
        """Return what it makes of the documents."""
        raise NotImplementedError


@dataclass(frozen=True)
class Match(Stage):
    """``$match``: keeps documents."""

    query: Query

    def test(self, state: State) -> Verdict:
        """Return for which documents the query holds, those that were dropped among them."""
        return self.query.test(state.root, state.frame)

    def run(self, state: State) -> State:
        """Return the documents for which the query holds."""
        return state.judged(self.test(state)).packed()


@dataclass(frozen=True)
class Project(Stage):
    """``$project``, ``$addFields``, ``$set`` and ``$unset``: which fields are kept and added."""

    lenient: ClassVar[bool] = True
    projection: Projection

    def run(self, state: State) -> State:
        """Return the projected documents."""
        return state.of(self.projection.apply(state.root, state.frame))


@dataclass(frozen=True)
class ReplaceRoot(Stage):
    """``$replaceRoot`` and ``$replaceWith``: an object becomes the document."""

    node: Node

    def run(self, state: State) -> State:
        """Return the objects; a document for which there is none is an error."""
        made = self.node.evaluate(state.frame)
        if made.only(k.bits(k.OBJECT)):
            return state.of(made)
        state.note(made)
        good = made.kind == k.OBJECT
        state.fail(~good & (made.kind != k.ERROR), "$replaceRoot takes an object")
        rows = np.flatnonzero(good)
        return state.take(rows).of(made.take(rows))


@dataclass(frozen=True)
class Lookup(Stage):
    """``$lookup`` of the object's own document, as brokers put it in front."""

    lenient: ClassVar[bool] = True
    name: str

    def run(self, state: State) -> State:
        """Return the documents with a list of that document."""
        aux = state.aux.take(state.rows)
        n = len(aux)
        lists = Lists(np.arange(n + 1), np.arange(n), aux).values()
        frame = Frame(n, {ROOT: state.root, "aux": lists})
        return state.of(with_field(state.root, tuple(self.name.split(".")), Path("aux", (), "$$aux"), frame))


@dataclass(frozen=True)
class Unwind(Stage):
    """``$unwind``: a document for each element of an array."""

    parts: tuple[str, ...]
    index: str | None
    preserve: bool

    def run(self, state: State) -> State:
        """Return the documents, those of one alert together."""
        given = Path(ROOT, self.parts, "$" + ".".join(self.parts)).evaluate(state.frame)
        state.note(given)
        lists = given.lists
        single = ~given.is_(_ARRAY | k.NULLISH | k.bits(k.ERROR))
        if self.preserve:
            single = single | given.is_(k.NULLISH) | ((given.kind == k.ARRAY) & (lists.lengths == 0))
        count = np.where(single, 1, lists.lengths)
        owner = np.repeat(np.arange(len(count), dtype=np.int64), count)
        offsets = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
        position = np.arange(len(owner)) - offsets[:-1][owner]
        alone = single[owner]
        place = np.where(alone, -1, lists.offsets[:-1][owner] + position)
        own = given.take(owner)
        own = own.with_kind(own.kind == k.ARRAY, k.MISSING)
        element = where(alone, own, lists.items.take(place))
        out = state.take(owner)
        variables = {ROOT: out.root, "element": element}
        number = integers(position, k.LONG)
        variables["index"] = number.with_kind(alone, k.NULL)
        frame = Frame(len(owner), variables)
        root = with_field(out.root, self.parts, Path("element", (), "$$element"), frame)
        if self.index:
            root = with_field(root, tuple(self.index.split(".")), Path("index", (), "$$index"), frame)
        return out.of(root)


@dataclass(frozen=True)
class Sort(Stage):
    """``$sort``: the documents of each alert in an order."""

    by: Mapping[str, int]

    def run(self, state: State) -> State:
        """Return the documents, sorted."""
        order = np.lexsort([*reversed(sort_keys(state.root, self.by)), state.rows])
        return state.take(order)


@dataclass(frozen=True)
class Some(Stage):
    """``$limit`` and ``$skip``: the documents of each alert from a position and before another."""

    start: int
    stop: int | None

    def run(self, state: State) -> State:
        """Return these documents."""
        position = state.position
        keep = position >= self.start
        if self.stop is not None:
            keep &= position < self.stop
        return state if keep.all() else state.take(np.flatnonzero(keep))


@dataclass(frozen=True)
class Count(Stage):
    """``$count``: how many documents each alert has."""

    name: str

    def run(self, state: State) -> State:
        """Return one document for each alert that has any."""
        alerts, first, count = np.unique(state.rows, return_index=True, return_counts=True)
        return state.take(first).of(objects({self.name: integers(count)}, len(alerts)))


Build = Callable[[str, Any, str, Parser], Stage]


def _project(name: str, spec: Any, place: str, parser: Parser) -> Stage:
    return Project(parse_project(spec, place, parser))


def _add(name: str, spec: Any, place: str, parser: Parser) -> Stage:
    return Project(parse_add(name, spec, place, parser))


def _unset(name: str, spec: Any, place: str, parser: Parser) -> Stage:
    return Project(parse_unset(spec, place))


def _match(name: str, spec: Any, place: str, parser: Parser) -> Stage:
    return Match(parse_query(spec, place, parser))


def _replace(name: str, spec: Any, place: str, parser: Parser) -> Stage:
    if name == "$replaceRoot":
        spec = parser.options(name, spec, place, ("newRoot",))["newRoot"]
        place = f"{place}.newRoot"
    return ReplaceRoot(parser.parse(spec, place))


def _unwind(name: str, spec: Any, place: str, parser: Parser) -> Stage:
    given = spec if isinstance(spec, Mapping) else {"path": spec}
    parser.options(name, given, place, ("path",), ("includeArrayIndex", "preserveNullAndEmptyArrays"))
    path, index = given["path"], given.get("includeArrayIndex")
    if not (isinstance(path, str) and path.startswith("$") and not path.startswith("$$") and len(path) > 1):
        raise PipelineError(f"the path of $unwind begins with one dollar: {path!r}", place)
    if index is not None and (not isinstance(index, str) or not index or index.startswith("$")):
        raise PipelineError(f"no name of a field: {index!r}", place)
    node = parser.parse(path, place)
    if not isinstance(node, Path):
        raise PipelineError(f"no path: {path!r}", place)
    return Unwind(node.parts, index, bool(given.get("preserveNullAndEmptyArrays", False)))


def _sort(name: str, spec: Any, place: str, parser: Parser) -> Stage:
    by = directions(spec, place)
    if isinstance(by, int):
        raise PipelineError("$sort takes an object of paths and 1 or -1", place)
    return Sort(by)


def _some(name: str, spec: Any, place: str, parser: Parser) -> Stage:
    least = 1 if name == "$limit" else 0
    if isinstance(spec, bool) or not isinstance(spec, int | float) or spec != int(spec) or spec < least:
        raise PipelineError(f"{name} takes an integer of at least {least}", place)
    return Some(0, int(spec)) if name == "$limit" else Some(int(spec), None)


def _count(name: str, spec: Any, place: str, parser: Parser) -> Stage:
    if not isinstance(spec, str) or not spec or spec.startswith("$") or "." in spec:
        raise PipelineError(f"$count takes the name of a field, not {spec!r}", place)
    return Count(spec)


def _lookup(name: str, spec: Any, place: str, parser: Parser) -> Stage:
    own = isinstance(spec, Mapping) and str(spec.get("from", "")).endswith("_aux")
    if not own or set(spec) != {"from", "localField", "foreignField", "as"}:
        said = f"$lookup is forbidden in filters: {FORBIDDEN['$lookup']}"
        raise PipelineError(f"{said}; only that of the alert's object in <survey>_alerts_aux is there", place)
    if (spec["localField"], spec["foreignField"]) != ("objectId", "_id"):
        raise PipelineError("$lookup in <survey>_alerts_aux joins objectId with _id", place)
    if not isinstance(spec["as"], str) or not spec["as"] or spec["as"].startswith("$"):
        raise PipelineError(f"no name of a field: {spec['as']!r}", place)
    return Lookup(spec["as"])


STAGES: Final[dict[str, Build]] = {
    "$match": _match,
    "$project": _project,
    "$addFields": _add,
    "$set": _add,
    "$unset": _unset,
    "$replaceRoot": _replace,
    "$replaceWith": _replace,
    "$lookup": _lookup,
    "$unwind": _unwind,
    "$sort": _sort,
    "$limit": _some,
    "$skip": _some,
    "$count": _count,
}
"""Name of each stage -> what parses it."""


def parse_stage(spec: Any, place: str, parser: Parser) -> tuple[str, Stage]:
    """Return a stage's name and the stage.

    Raises
    ------
    PipelineError
        If there is no such stage, or it cannot be used so.
    """
    if not isinstance(spec, Mapping) or len(spec) != 1:
        raise PipelineError("a stage is an object with the one name of the stage", place)
    name = str(next(iter(spec)))
    if name != "$lookup":
        refuse_forbidden(name, place)
    if name not in STAGES:
        raise unknown(name, "stage", STAGES, place)
    return name, STAGES[name](name, spec[name], f"{place}.{name}", parser)
