"""From the documents that write an expression to its parts."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from nightdesk.filters.pipeline.errors import PipelineError, unknown
from nightdesk.filters.pipeline.frames import ROOT, Frame
from nightdesk.filters.pipeline.nodes import ArrayNode, Constant, Function, Node, ObjectNode, Operation, Path
from nightdesk.filters.pipeline.python import ABSENT, constant

DEEPEST: Final = 100
"""Levels of the most nested expression."""
MANY: Final = 10_000

Builder = Callable[["Parser", Any, str], Node]
OPERATORS: Final[dict[str, Builder]] = {}
"""Expression operator -> what parses its argument."""

FORBIDDEN: Final = {
    "$out": "it writes to the store",
    "$merge": "it writes to the store",
    "$lookup": "it reads other collections",
    "$graphLookup": "it reads other collections",
    "$unionWith": "it reads other collections",
    "$function": "it runs JavaScript",
    "$accumulator": "it runs JavaScript",
    "$where": "it runs JavaScript",
    "$rand": "the same alert would not always give the same answer",
    "$sampleRate": "the same alert would not always give the same answer",
    "$sample": "the same alert would not always give the same answer",
}
"""Stage or operator that no filter may use -> why."""


def builder(name: str) -> Callable[[Builder], Builder]:
    """Declare how an operator's argument is parsed."""

    def declare(build: Builder) -> Builder:
        OPERATORS[name] = build
        return build

    return declare


def strict(name: str, least: int = 1, most: int | None = 1) -> Callable[[Function], Function]:
    """Declare an operator that is a function of its arguments' values.

    Parameters
    ----------
    name
        Name of the operator.
    least, most
        Number of arguments; None: no limit.
    """

    def declare(function: Function) -> Function:
        def build(parser: Parser, spec: Any, place: str) -> Node:
            return Operation(function, parser.arguments(name, spec, place, least, most), text({name: spec}))

        OPERATORS[name] = build
        return function

    return declare


def text(spec: Any) -> str:
    """Return a text that is the same for the same specification."""
    return json.dumps(spec, default=repr)


def refuse_forbidden(name: str, place: str) -> None:
    """Refuse what no filter may use.

    Raises
    ------
    PipelineError
        If it is such a stage or operator.
    """
    if name in FORBIDDEN:
        raise PipelineError(f"{name} is forbidden in filters: {FORBIDDEN[name]}", place)


@dataclass(frozen=True)
class Parser:
    """Parses expressions in which certain variables are known."""

    variables: frozenset[str] = frozenset({ROOT})
    depth: int = 0

    def parse(self, spec: Any, place: str) -> Node:
        """Return the parsed expression, computed already if it depends on nothing.

        Raises
        ------
        PipelineError
            If it is no expression.
        """
        if self.depth > DEEPEST:
            raise PipelineError(f"nested more than {DEEPEST} deep", place)
        node = Parser(self.variables, self.depth + 1)._parse(spec, place)
        if node.free or isinstance(node, Constant):
            return node
        return Constant(_folded(node), node.key)

    def within(self, *variables: str) -> Parser:
        """Return a parser that knows more variables."""
        return Parser(self.variables | frozenset(variables), self.depth)

    def _parse(self, spec: Any, place: str) -> Node:
        if isinstance(spec, str) and spec.startswith("$"):
            return self._path(spec, place)
        if isinstance(spec, Mapping):
            return self._document(spec, place)
        if isinstance(spec, list | tuple):
            items = tuple(self.parse(item, f"{place}[{i}]") for i, item in enumerate(spec))
            return ArrayNode(items, text(spec))
        return self.literal(spec, place)

    def literal(self, value: Any, place: str) -> Constant:
        """Return a value as it stands."""
        try:
            return Constant(constant(value), text({"$literal": value, "type": type(value).__name__}))
        except TypeError as error:
            raise PipelineError(str(error), place) from error

    def _document(self, spec: Mapping[str, Any], place: str) -> Node:
        for name in spec:
            if not isinstance(name, str):
                raise PipelineError(f"a field's name is text, not {name!r}", place)
        operators = [name for name in spec if name.startswith("$")]
        if not operators:
            fields = {name: self.parse(value, f"{place}.{name}") for name, value in spec.items()}
            if dotted := [name for name in fields if "." in name or not name]:
                raise PipelineError(f"the name of a field in an object has no dot: {dotted[0]!r}", place)
            return ObjectNode(fields, text(spec))
        name = operators[0]
        refuse_forbidden(name, place)
        if len(spec) > 1:
            raise PipelineError(f"{name} stands alone in its object, not with {', '.join(spec)}", place)
        if name not in OPERATORS:
            raise unknown(name, "operator", OPERATORS, place)
        return OPERATORS[name](self, spec[name], f"{place}.{name}")

    def _path(self, spec: str, place: str) -> Node:
        path = spec[1:]
        variable = ROOT
        if path.startswith("$"):
            variable, _, path = path[1:].partition(".")
            if spec.endswith("."):
                raise PipelineError(f"no path: {spec!r}", place)
            if variable == "REMOVE":
                return Constant(constant(ABSENT), spec)
            if variable in ("NOW", "CLUSTER_TIME", "USER_ROLES"):
                raise PipelineError(f"$${variable} is not the same for the same alert", place)
            variable = ROOT if variable == "CURRENT" else variable
            if variable not in self.variables:
                raise PipelineError(f"unknown variable $${variable}", place)
        parts = tuple(path.split(".")) if path else ()
        if (variable == ROOT and spec == "$") or "" in parts or any(p.startswith("$") for p in parts):
            raise PipelineError(f"no path: {spec!r}", place)
        return Path(variable, parts, f"$${variable}.{path}")

    def arguments(
        self, name: str, spec: Any, place: str, least: int = 1, most: int | None = 1
    ) -> tuple[Node, ...]:
        """Return the arguments of an operator; a single one may stand without brackets.

        Raises
        ------
        PipelineError
            If there are too few or too many.
        """
        given = list(spec) if isinstance(spec, list | tuple) else [spec]
        if not least <= len(given) <= (MANY if most is None else most):
            wanted = (
                f"at least {least}" if most is None else f"{least}" if least == most else f"{least} to {most}"
            )
            plural = "" if wanted in ("1", "at least 1") else "s"
            raise PipelineError(f"{name} takes {wanted} argument{plural}, {len(given)} given", place)
        if not isinstance(spec, list | tuple):
            return (self.parse(spec, place),)
        return tuple(self.parse(item, f"{place}[{i}]") for i, item in enumerate(given))

    def options(
        self, name: str, spec: Any, place: str, required: tuple[str, ...], optional: tuple[str, ...] = ()
    ) -> Mapping[str, Any]:
        """Return the named arguments of an operator, unparsed.

        Raises
        ------
        PipelineError
            If one is missing or there is one too many.
        """
        if not isinstance(spec, Mapping):
            raise PipelineError(f"{name} takes an object with {', '.join(required)}", place)
        if lacking := [one for one in required if one not in spec]:
            raise PipelineError(f"{name} lacks {', '.join(lacking)}", place)
        if extra := [one for one in spec if one not in (*required, *optional)]:
            raise PipelineError(f"{name} has no option {extra[0]!r}", place)
        return spec


def _folded(node: Node) -> Any:
    return constant_of(node.evaluate(Frame(1, {})))


def constant_of(values: Any) -> Any:
    """Return a column of one row in a form that repeats without memory."""
    return values.repeat(1)


def plain(value: Any) -> bool:
    """Tell whether a value is neither object nor array nor a path."""
    return isinstance(value, bool | int | float | str | bytes | dt.datetime | type(None))
