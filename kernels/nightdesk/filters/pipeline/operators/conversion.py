"""Types, and conversion from one to another."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable
from typing import Any, Final

import numpy as np

from nightdesk.filters.pipeline import kinds as k
from nightdesk.filters.pipeline.errors import PipelineError
from nightdesk.filters.pipeline.nodes import Constant, Node, Operation
from nightdesk.filters.pipeline.operators.rowwise import OperatorError, by_rows
from nightdesk.filters.pipeline.parsing import Parser, builder, strict, text
from nightdesk.filters.pipeline.python import ABSENT, milliseconds, moment, to_python
from nightdesk.filters.pipeline.values import Values, booleans, coded, doubles, null, where
from nightdesk.filters.pipeline.words import Words

_NAMES: Final = Words(k.NAMES)
_NUMBER: Final = re.compile(r"[+-]?(\d+\.?\d*([eE][+-]?\d+)?|\.\d+([eE][+-]?\d+)?|inf(inity)?|nan)", re.I)


@strict("$type")
def type_name(values: list[Values], n: int) -> Values:
    """Name of the type."""
    return coded(values[0].kind.astype(np.int64), _NAMES)


@strict("$isNumber")
def is_number(values: list[Values], n: int) -> Values:
    """Whether it is a number."""
    return booleans(values[0].is_(k.NUMBERS))


def as_text(value: Any, name: str) -> str:
    """Return a value as the text that operators on text make of it.

    Raises
    ------
    OperatorError
        If it has none.
    """
    if value is None or value is ABSENT:
        return ""
    if isinstance(value, bool | list | dict | bytes):
        msg = f"{name} takes text"
        raise OperatorError(msg)
    return to_text(value)


def to_text(value: Any) -> str:
    """Return a value as text.

    Raises
    ------
    OperatorError
        If it has none.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
        return repr(value).removesuffix(".0")
    if isinstance(value, dt.datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%S.") + f"{value.microsecond // 1000:03d}Z"
    raise _no(value, "string")


def to_double(value: Any) -> float:
    """Return a value as a double.

    Raises
    ------
    OperatorError
        If it has none.
    """
    if isinstance(value, str):
        if not _NUMBER.fullmatch(value):
            raise _no(value, "double")
        return float(value)
    if isinstance(value, dt.datetime):
        return float(milliseconds(value))
    if isinstance(value, bool | int | float):
        return float(value)
    raise _no(value, "double")


def _to_integer(name: str, size: int, *, of_dates: bool) -> Callable[[Any], Any]:
    def convert(value: Any) -> Any:
        if isinstance(value, dt.datetime) and of_dates:
            number = milliseconds(value)
        elif isinstance(value, str):
            if not re.fullmatch(r"[+-]?\d+", value):
                raise _no(value, name)
            number = int(value)
        elif isinstance(value, bool | int | float) and math.isfinite(value):
            number = int(value)
        else:
            raise _no(value, name)
        if not -(2 ** (size - 1)) <= number < 2 ** (size - 1):
            raise _no(value, name)
        return number

    return convert


def to_bool(value: Any) -> bool:
    """Return a value as a truth value: all but false and zero is true."""
    return not (isinstance(value, bool | int | float) and value == 0)


def to_date(value: Any) -> dt.datetime:
    """Return a value as a date: milliseconds since 1970, or text by ISO 8601.

    Raises
    ------
    OperatorError
        If it has none.
    """
    if isinstance(value, dt.datetime):
        return value
    try:
        if isinstance(value, str):
            made = dt.datetime.fromisoformat(value)
            return moment(milliseconds(made))
        if isinstance(value, int | float) and not isinstance(value, bool):
            return moment(int(value))
    except (ValueError, OverflowError) as error:
        raise _no(value, "date") from error
    raise _no(value, "date")


def _no(value: Any, name: str) -> OperatorError:
    return OperatorError(f"no {name} can be made of {str(value)[:40]!r}")


CONVERSIONS: Final[dict[str, Callable[[Any], Any]]] = {
    "double": to_double,
    "int": _to_integer("int", 32, of_dates=False),
    "long": _to_integer("long", 64, of_dates=True),
    "string": to_text,
    "bool": to_bool,
    "date": to_date,
}
"""Type -> conversion of a value that is neither null nor missing."""
_CODES: Final = {1: "double", 2: "string", 8: "bool", 9: "date", 16: "int", 18: "long"}


def converted(values: Values, to: str) -> Values:
    """Return values as another type; null where there is none."""
    rest = values
    if to == "double" and values.has(k.NUMBERS):
        quick = doubles(values.floats)
        if values.only(k.NUMBERS | k.NULLISH):
            return where(values.is_(k.NULLISH), null(len(values)), quick)
    convert = CONVERSIONS[to]
    made = by_rows(lambda value: None if value is None or value is ABSENT else convert(value), [rest])
    if to == "long":
        made = Values(np.where(made.kind == k.INT, np.uint8(k.LONG), made.kind), made.i, made.f, made.words)
    return made


def _to(name: str, to: str) -> None:
    @strict(name)
    def operator(values: list[Values], n: int) -> Values:
        return converted(values[0], to)


_to("$toDouble", "double")
_to("$toInt", "int")
_to("$toLong", "long")
_to("$toString", "string")
_to("$toBool", "bool")
_to("$toDate", "date")


@builder("$convert")
def convert(parser: Parser, spec: Any, place: str) -> Node:
    """Parse ``$convert``."""
    parser.options("$convert", spec, place, ("input", "to"), ("onError", "onNull"))
    node = parser.parse(spec["to"], f"{place}.to")
    to = to_python(node.value)[0] if isinstance(node, Constant) else None
    to = _CODES.get(to, to) if isinstance(to, int) else to
    if to not in CONVERSIONS:
        raise PipelineError(f"$convert to one of {', '.join(CONVERSIONS)}", place)
    used = [part for part in ("onError", "onNull") if part in spec]
    nodes = tuple(parser.parse(spec[part], f"{place}.{part}") for part in ("input", *used))

    def function(values: list[Values], n: int) -> Values:
        given, *others = values
        beside = dict(zip(used, others, strict=True))
        result = converted(given, str(to))
        if "onError" in beside:
            result = where(result.kind == k.ERROR, beside["onError"], result)
        if "onNull" in beside:
            result = where(given.is_(k.NULLISH), beside["onNull"], result)
        return result

    return Operation(function, nodes, text({"$convert": spec}))
