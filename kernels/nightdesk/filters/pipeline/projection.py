"""``$project``, ``$addFields`` and ``$unset``: which fields a document keeps, and which it gains."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import Any

from nightdesk.filters.pipeline import kinds as k
from nightdesk.filters.pipeline.errors import PipelineError
from nightdesk.filters.pipeline.frames import Frame
from nightdesk.filters.pipeline.kinds import Array
from nightdesk.filters.pipeline.nodes import Node
from nightdesk.filters.pipeline.parsing import DEEPEST, Parser
from nightdesk.filters.pipeline.values import Later, Lazy, Values, missing, objects, where

_OBJECT = k.bits(k.OBJECT)


class Mode(Enum):
    """What becomes of a field that is not named."""

    INCLUDE = "include"
    EXCLUDE = "exclude"
    ADD = "add"


@dataclass
class Branch:
    """What becomes of the fields of an object: a flag, an expression, or a branch for an inner object."""

    fields: dict[str, bool | Node | Branch] = field(default_factory=dict)

    @cached_property
    def computed(self) -> bool:
        """Whether an expression is in it."""
        return any(
            isinstance(one, Node) or (isinstance(one, Branch) and one.computed)
            for one in self.fields.values()
        )

    def put(self, path: tuple[str, ...], value: bool | Node, place: str) -> None:
        """Add what becomes of a field.

        Raises
        ------
        PipelineError
            If the path collides with another.
        """
        if not all(path) or any(part.startswith("$") for part in path):
            raise PipelineError(f"no path: {'.'.join(path)!r}", place)
        branch = self
        for part in path[:-1]:
            inner = branch.fields.setdefault(part, Branch())
            if not isinstance(inner, Branch):
                raise PipelineError(f"path collision at {'.'.join(path)}", place)
            branch = inner
        if path[-1] in branch.fields:
            raise PipelineError(f"path collision at {'.'.join(path)}", place)
        branch.fields[path[-1]] = value


@dataclass(frozen=True)
class Projection:
    """A parsed projection."""

    mode: Mode
    branch: Branch

    def apply(self, documents: Values, frame: Frame) -> Values:
        """Return the projected documents; computed fields are made when they are needed."""
        return shaped(documents, self.branch, self.mode, frame, None)


@dataclass(slots=True)
class Computed:
    """A field that an expression gives, not made yet: of fewer rows if some are dropped before."""

    node: Node
    frame: Frame

    @property
    def costly(self) -> bool:
        """Whether it is still to be computed."""
        return self.node.key not in self.frame.cache

    def load(self) -> Values:
        """Return the values."""
        return self.node.evaluate(self.frame)

    def take(self, index: Array) -> Lazy:
        """Return some rows."""
        if not self.costly:
            return Later(lambda: self.load().take(index))
        return Computed(self.node, self.frame.take(index))


def shaped(values: Values, branch: Branch, mode: Mode, frame: Frame, owner: Array | None) -> Values:
    """Return objects as a branch wants them, also those in arrays.

    Parameters
    ----------
    owner
        Row of the frame that each value belongs to; None: its own.
    """
    n = len(values)
    columns: dict[str, Lazy | Values] = {}
    for name in values.fields or ():
        child = branch.fields.get(name)
        if child is None:
            keep: bool = mode is not Mode.INCLUDE
        elif isinstance(child, bool):
            keep = child
        else:
            keep = False
            if isinstance(child, Branch) or mode is not Mode.INCLUDE:
                columns[name] = _new(values, name, child, mode, (frame, owner))
        if keep:
            columns[name] = _old(values, name)
    for name, child in branch.fields.items():
        new = isinstance(child, Node) or (isinstance(child, Branch) and child.computed)
        if name not in columns and new and not isinstance(child, bool):
            columns[name] = _new(values, name, child, mode, (frame, owner))
    made = objects(columns, n)
    if values.only(_OBJECT):
        return made
    result = where(values.kind == k.OBJECT, made, values if mode is Mode.EXCLUDE else missing(n))
    if branch.computed:
        result = made
    if values.has(k.bits(k.ARRAY)):
        lists = values.lists
        own = lists.owner if owner is None else owner[lists.owner]
        inner = shaped(lists.items, branch, mode, frame, own)
        there = inner.kind != k.MISSING
        arrays = lists._replace(items=inner)
        result = where(
            values.kind == k.ARRAY, (arrays if there.all() else arrays.keep(there)).values(), result
        )
    if values.has(k.bits(k.ERROR)):
        result = where(values.kind == k.ERROR, values, result)
    return result


def _old(values: Values, name: str) -> Lazy | Values:
    if values.fields is not None and values.only(_OBJECT):
        return values.fields.lazy(name)
    return Later(lambda: values.field(name))


def _new(
    values: Values, name: str, child: Node | Branch, mode: Mode, place: tuple[Frame, Array | None]
) -> Lazy:
    frame, owner = place
    if isinstance(child, Branch):
        return Later(lambda: shaped(values.field(name), child, mode, frame, owner))
    if owner is None:
        return Computed(child, frame)
    return Later(lambda: child.evaluate(frame).take(owner))


def parse_project(spec: Any, place: str, parser: Parser) -> Projection:
    """Return a parsed ``$project``.

    Raises
    ------
    PipelineError
        If it is none.
    """
    if not isinstance(spec, Mapping) or not spec:
        raise PipelineError("$project takes an object of one field or more", place)
    found: list[tuple[tuple[str, ...], bool | Node, str]] = []
    _flatten(spec, (), place, parser, found, flags=True)
    identity = next((value for path, value, _ in found if path == ("_id",)), None)
    others = [value for path, value, _ in found if path != ("_id",)]
    named = any(value is not False for value in others)
    if named and any(value is False for value in others):
        at = next(at for path, value, at in found if value is False and path != ("_id",))
        raise PipelineError("$project either includes or excludes fields, only _id may be otherwise", at)
    excluding = not named and (bool(others) or identity is False)
    branch = Branch()
    for path, value, at in found:
        if excluding and path == ("_id",) and value is not False:
            continue
        branch.put(path, value, at)
    if not excluding and identity is None:
        branch.fields.setdefault("_id", True)
    return Projection(Mode.EXCLUDE if excluding else Mode.INCLUDE, branch)


def parse_add(name: str, spec: Any, place: str, parser: Parser) -> Projection:
    """Return a parsed ``$addFields``.

    Raises
    ------
    PipelineError
        If it is none.
    """
    if not isinstance(spec, Mapping):
        raise PipelineError(f"{name} takes an object", place)
    found: list[tuple[tuple[str, ...], bool | Node, str]] = []
    _flatten(spec, (), place, parser, found, flags=False)
    branch = Branch()
    for path, value, at in found:
        branch.put(path, value, at)
    return Projection(Mode.ADD, branch)


def parse_unset(spec: Any, place: str) -> Projection:
    """Return a parsed ``$unset``.

    Raises
    ------
    PipelineError
        If it is none.
    """
    names = spec if isinstance(spec, list) else [spec]
    if not names or not all(isinstance(name, str) and name for name in names):
        raise PipelineError("$unset takes the name of a field, or a list of them", place)
    branch = Branch()
    for name in names:
        branch.put(tuple(name.split(".")), False, place)
    return Projection(Mode.EXCLUDE, branch)


def _flatten(
    spec: Mapping[str, Any],
    before: tuple[str, ...],
    place: str,
    parser: Parser,
    found: list[tuple[tuple[str, ...], bool | Node, str]],
    *,
    flags: bool,
) -> None:
    if len(before) > DEEPEST:
        raise PipelineError(f"nested more than {DEEPEST} deep", place)
    for name, value in spec.items():
        at = f"{place}.{name}"
        if name.startswith("$"):
            raise PipelineError(f"a field's name begins with no dollar: {name!r}", place)
        path = (*before, *name.split("."))
        if flags and isinstance(value, bool | int | float):
            found.append((path, bool(value), at))
        elif isinstance(value, Mapping) and value and not any(str(one).startswith("$") for one in value):
            _flatten(value, path, at, parser, found, flags=flags)
        elif isinstance(value, Mapping) and not value and flags:
            raise PipelineError("an empty object is no projection", at)
        else:
            found.append((path, parser.parse(value, at), at))


def with_field(documents: Values, path: tuple[str, ...], node: Node, frame: Frame) -> Values:
    """Return documents with one field set."""
    branch = Branch()
    branch.put(path, node, "")
    return shaped(documents, branch, Mode.ADD, frame, None)
