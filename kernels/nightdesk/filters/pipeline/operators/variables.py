"""Variables, literals and fields of objects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from nightdesk.filters.pipeline import kinds as k
from nightdesk.filters.pipeline.errors import PipelineError
from nightdesk.filters.pipeline.frames import ROOT, Frame
from nightdesk.filters.pipeline.nodes import Constant, Function, Node, Operation, Path, needed
from nightdesk.filters.pipeline.operators.arithmetic import failing
from nightdesk.filters.pipeline.operators.rowwise import OperatorError, by_rows
from nightdesk.filters.pipeline.parsing import Parser, builder, strict, text
from nightdesk.filters.pipeline.python import ABSENT, to_python
from nightdesk.filters.pipeline.values import Fields, Later, Lazy, Values, missing, null, objects, where

_OBJECT = k.bits(k.OBJECT)


@builder("$literal")
def literal(parser: Parser, spec: Any, place: str) -> Node:
    """Parse ``$literal``."""
    return parser.literal(spec, place)


@dataclass(frozen=True, eq=False)
class Let(Node):
    """An expression with variables of its own."""

    variables: Mapping[str, Node]
    body: Node
    key: str

    @cached_property
    def free(self) -> frozenset[str]:  # type: ignore[override]
        """Variables from outside."""
        return (self.body.free - set(self.variables)) | needed(list(self.variables.values()))

    def compute(self, frame: Frame) -> Values:
        """Return the expression's value."""
        made = {name: node.evaluate(frame) for name, node in self.variables.items()}
        return self.body.evaluate(frame.inside(made))


@builder("$let")
def let(parser: Parser, spec: Any, place: str) -> Node:
    """Parse ``$let``."""
    parser.options("$let", spec, place, ("vars", "in"))
    if not isinstance(spec["vars"], Mapping):
        raise PipelineError("the vars of $let are an object", place)
    variables = {
        variable(name, place): parser.parse(value, f"{place}.vars.{name}")
        for name, value in spec["vars"].items()
    }
    body = parser.within(*variables).parse(spec["in"], f"{place}.in")
    return Let(variables, body, text({"$let": spec}))


def variable(name: Any, place: str) -> str:
    """Return the name of a variable.

    Raises
    ------
    PipelineError
        If it is none.
    """
    if not (isinstance(name, str) and name and (name[0].islower() or ord(name[0]) > 127) and "." not in name):
        raise PipelineError(f"the name of a variable begins with a small letter: {name!r}", place)
    return name


@strict("$mergeObjects", 0, None)
def merge(values: list[Values], n: int) -> Values:
    """One object of the fields of several, the last one's where several have it."""
    if len(values) == 1 and values[0].has(k.bits(k.ARRAY)):
        return by_rows(_merged, values)
    result = objects({}, n)
    for value in values:
        result = _merge_two(result, value)
    wrong = np.logical_or.reduce([~value.is_(_OBJECT | k.NULLISH) for value in values]) if values else None
    return result if wrong is None else failing(result, wrong, "$mergeObjects takes objects")


def _merge_two(a: Values, b: Values) -> Values:
    if b.fields is None or a.fields is None:
        return b if a.fields is None and b.only(_OBJECT) else a

    def of(name: str) -> Lazy:
        def make() -> Values:
            over = b.field(name)
            return where(over.kind != k.MISSING, over, a.field(name))

        return Later(make)

    columns: dict[str, Lazy | Values] = {}
    for name in dict.fromkeys([*a.fields, *b.fields]):
        # what one side alone has need not be made to know whose it is
        columns[name] = a.fields.lazy(name) if name not in b.fields else of(name)
    return replace(a, fields=Fields(columns))


def _merged(given: Any) -> Any:
    parts = given if isinstance(given, list) else [given]
    result: dict[str, Any] = {}
    for part in parts:
        if part is None or part is ABSENT:
            continue
        if not isinstance(part, dict):
            msg = "$mergeObjects takes objects"
            raise OperatorError(msg)
        result |= part
    return result


@builder("$getField")
def get_field(parser: Parser, spec: Any, place: str) -> Node:
    """Parse ``$getField``: its field's name may hold dots and dollars."""
    if isinstance(spec, Mapping) and "field" in spec:
        parser.options("$getField", spec, place, ("field",), ("input",))
    else:
        spec = {"field": spec}
    source = parser.parse(spec["input"], f"{place}.input") if "input" in spec else Path(ROOT, (), "$$ROOT.")
    name = field_name(parser, spec["field"], place)

    def function(values: list[Values], n: int) -> Values:
        (given,) = values
        return where(given.is_(k.NULLISH), _absent_or_null(given), given.field(name))

    return Operation(function, (source,), text({"$getField": spec}))


def _absent_or_null(given: Values) -> Values:
    return where(given.kind == k.NULL, null(len(given)), missing(len(given)))


def field_name(parser: Parser, spec: Any, place: str) -> str:
    """Return a field's name that is a constant.

    Raises
    ------
    PipelineError
        If it is none.
    """
    node = parser.parse(spec, f"{place}.field")
    value = to_python(node.value)[0] if isinstance(node, Constant) else None
    if not isinstance(value, str):
        raise PipelineError("the field is a constant text", place)
    return value


def _setter(name: str) -> Function:
    def function(values: list[Values], n: int) -> Values:
        given, value = values
        columns: dict[str, Lazy | Values] = {}
        for other in given.fields or ():
            if other != name and given.fields is not None:
                columns[other] = given.fields.lazy(other)
        if not value.only(k.bits(k.MISSING)):
            columns[name] = value
        result = objects(columns, n)
        result = failing(result, ~given.is_(_OBJECT | k.NULLISH), "$setField takes an object")
        return where(given.is_(k.NULLISH), null(n), result)

    return function


@builder("$setField")
def set_field(parser: Parser, spec: Any, place: str) -> Node:
    """Parse ``$setField``."""
    parser.options("$setField", spec, place, ("field", "input", "value"))
    nodes = tuple(parser.parse(spec[part], f"{place}.{part}") for part in ("input", "value"))
    return Operation(_setter(field_name(parser, spec["field"], place)), nodes, text({"$setField": spec}))


@builder("$unsetField")
def unset_field(parser: Parser, spec: Any, place: str) -> Node:
    """Parse ``$unsetField``."""
    parser.options("$unsetField", spec, place, ("field", "input"))
    nodes = (parser.parse(spec["input"], f"{place}.input"), parser.parse("$$REMOVE", place))
    return Operation(_setter(field_name(parser, spec["field"], place)), nodes, text({"$unsetField": spec}))


@strict("$objectToArray")
def object_to_array(values: list[Values], n: int) -> Values:
    """Array of ``{k, v}``, one a field."""

    def pairs(given: Any) -> Any:
        if given is None or given is ABSENT:
            return None
        if not isinstance(given, dict):
            msg = "$objectToArray takes an object"
            raise OperatorError(msg)
        return [{"k": name, "v": value} for name, value in given.items()]

    return by_rows(pairs, values)


@strict("$arrayToObject")
def array_to_object(values: list[Values], n: int) -> Values:
    """Object of an array of ``[name, value]`` or ``{k, v}``."""
    return by_rows(_from_pairs, values)


def _from_pairs(given: Any) -> Any:
    if given is None or given is ABSENT:
        return None
    result: dict[str, Any] = {}
    for pair in given if isinstance(given, list) else [None]:
        if isinstance(pair, dict) and set(pair) == {"k", "v"}:
            name, value = pair["k"], pair["v"]
        elif isinstance(pair, list) and len(pair) == 2:
            name, value = pair
        else:
            msg = "$arrayToObject takes an array of pairs"
            raise OperatorError(msg)
        if not isinstance(name, str):
            msg = "$arrayToObject takes names that are text"
            raise OperatorError(msg)
        result[name] = value
    return result
