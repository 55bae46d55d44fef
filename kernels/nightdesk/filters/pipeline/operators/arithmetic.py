"""Arithmetic: null where an operand is null or missing, an error where it is no number."""

from __future__ import annotations

import decimal
from collections.abc import Callable, Sequence
from functools import reduce
from typing import Final

import numpy as np

from nightdesk.filters.pipeline import kinds as k
from nightdesk.filters.pipeline.kinds import Array
from nightdesk.filters.pipeline.parsing import strict
from nightdesk.filters.pipeline.values import Values, dates, doubles, errors, integers, null, where

_DATE: Final = k.bits(k.DATE)
_TOP: Final = 2.0**63


def strangers(values: Sequence[Values], allowed: int = k.NUMBERS) -> tuple[Array | None, Array | None]:
    """Return where the first operand that is no number is null, and where it is something else."""
    if all(value.only(allowed) for value in values):
        return None, None
    nullish, wrong = np.zeros(len(values[0]), bool), np.zeros(len(values[0]), bool)
    for value in values:
        open_ = ~(nullish | wrong)
        nullish |= open_ & value.is_(k.NULLISH)
        wrong |= open_ & ~value.is_(allowed | k.NULLISH)
    return nullish, wrong


def settled(
    result: Values, values: Sequence[Values], name: str, allowed: int = k.NUMBERS, *, null_first: bool = False
) -> Values:
    """Return a result with null and errors where an operand is no number."""
    nullish, wrong = strangers(values, allowed)
    if nullish is None or wrong is None:
        return result
    if null_first:
        nullish = np.logical_or.reduce([value.is_(k.NULLISH) for value in values])
        wrong &= ~nullish
    result = where(wrong, errors(f"{name} takes numbers", len(result)), result) if wrong.any() else result
    return where(nullish, null(len(result)), result)


def failing(result: Values, wrong: Array, message: str) -> Values:
    """Return a result with an error at some rows."""
    return where(wrong, errors(message, len(result)), result) if wrong.any() else result


def whole(values: Sequence[Values]) -> Array | None:
    """Return where all operands are integers; None: nowhere."""
    if any(not value.has(k.INTEGERS) for value in values):
        return None
    return np.logical_and.reduce([value.is_(k.INTEGERS) for value in values])


def kind_of(values: Sequence[Values]) -> int | Array:
    """Return the kind of an integer result: int unless an operand is long."""
    if all(not value.has(k.bits(k.LONG)) for value in values):
        return k.INT
    long = np.logical_or.reduce([value.kind == k.LONG for value in values])
    return np.where(long, np.uint8(k.LONG), np.uint8(k.INT))


def _combined(values: list[Values], operation: Callable[[Array, Array], Array]) -> Values:
    with np.errstate(all="ignore"):
        numbers = reduce(operation, [value.floats for value in values])
        result = doubles(np.asarray(numbers, np.float64))
        exact = whole(values)
        if exact is not None and exact.any():
            exact &= np.abs(result.f) < _TOP
            made = np.asarray(reduce(operation, [value.i for value in values]))
            made = np.where(exact, made, 0)
            result = where(exact, integers(made, kind_of(values)), result)
    return result


@strict("$add", 0, None)
def add(values: list[Values], n: int) -> Values:
    """Sum; a date plus milliseconds is a date."""
    if not values:
        return integers(np.zeros(n, np.int64))
    result = _combined(values, np.add)
    if not any(value.has(_DATE) for value in values):
        return settled(result, values, "$add")
    dated = np.add.reduce([(value.kind == k.DATE).astype(np.int64) for value in values])
    total = np.add.reduce([_milliseconds(value) for value in values])
    result = where(dated == 1, dates(total), result)
    result = settled(result, values, "$add", k.NUMBERS | _DATE)
    return failing(result, (dated > 1) & (result.kind != k.NULL), "$add takes one date only")


@strict("$subtract", 2, 2)
def subtract(values: list[Values], n: int) -> Values:
    """Difference; of two dates, the milliseconds between them."""
    a, b = values
    result = _combined(values, np.subtract)
    if not (a.has(_DATE) or b.has(_DATE)):
        return settled(result, values, "$subtract", null_first=True)
    between = _milliseconds(a) - _milliseconds(b)
    both = (a.kind == k.DATE) & (b.kind == k.DATE)
    result = where(both, integers(between, k.LONG), result)
    result = where((a.kind == k.DATE) & b.is_(k.NUMBERS), dates(between), result)
    result = settled(result, values, "$subtract", k.NUMBERS | _DATE, null_first=True)
    return failing(result, a.is_(k.NUMBERS) & (b.kind == k.DATE), "$subtract takes no date from a number")


def _milliseconds(value: Values) -> Array:
    with np.errstate(all="ignore"):
        return np.where(value.kind == k.DOUBLE, np.rint(np.nan_to_num(value.f)), value.i).astype(np.int64)


@strict("$multiply", 0, None)
def multiply(values: list[Values], n: int) -> Values:
    """Product."""
    if not values:
        return integers(np.ones(n, np.int64))
    return settled(_combined(values, np.multiply), values, "$multiply")


@strict("$divide", 2, 2)
def divide(values: list[Values], n: int) -> Values:
    """Quotient, always a double; an error for a divisor of zero."""
    a, b = values
    with np.errstate(all="ignore"):
        result = doubles(a.floats / b.floats)
    result = failing(result, b.floats == 0, "$divide by zero")
    return settled(result, values, "$divide", null_first=True)


@strict("$mod", 2, 2)
def mod(values: list[Values], n: int) -> Values:
    """Remainder, of the sign of the dividend; an error for a divisor of zero."""
    a, b = values
    with np.errstate(all="ignore"):
        result = doubles(np.fmod(a.floats, b.floats))
        exact = whole(values)
        if exact is not None and exact.any():
            divisor = np.where(exact & (b.i != 0), b.i, 1)
            result = where(
                exact, integers(np.fmod(np.where(exact, a.i, 0), divisor), kind_of(values)), result
            )
    result = failing(result, b.floats == 0, "$mod by zero")
    return settled(result, values, "$mod", null_first=True)


@strict("$abs")
def absolute(values: list[Values], n: int) -> Values:
    """Absolute value."""
    (a,) = values
    result = doubles(np.abs(a.f))
    if a.has(k.INTEGERS):
        result = where(a.is_(k.INTEGERS), integers(np.abs(a.i), a.kind), result)
        result = failing(result, a.is_(k.INTEGERS) & (a.i == -(2**63)), "$abs of the least long is too large")
    return settled(result, values, "$abs")


def _to_whole(name: str, function: Callable[[Array], Array]) -> None:
    @strict(name)
    def operator(values: list[Values], n: int) -> Values:
        (a,) = values
        result = doubles(function(a.f))
        if a.has(k.INTEGERS):
            result = where(a.is_(k.INTEGERS), a, result)
        return settled(result, values, name)


_to_whole("$ceil", np.ceil)
_to_whole("$floor", np.floor)


def _to_places(name: str, mode: str, function: Callable[[Array], Array]) -> None:
    @strict(name, 1, 2)
    def operator(values: list[Values], n: int) -> Values:
        a = values[0]
        places = np.zeros(n) if len(values) == 1 else values[1].floats
        usable = (np.floor(places) == places) & (places >= -20) & (places <= 100)
        result = doubles(_placed(a.f, np.where(usable, places, 0).astype(np.int64), mode, function))
        if a.has(k.INTEGERS):
            result = where(a.is_(k.INTEGERS), _placed_integers(a, np.where(usable, places, 0), mode), result)
        result = failing(result, ~usable, f"{name} to a number of places from -20 to 100")
        return settled(result, values, name, null_first=True)


def _placed(numbers: Array, places: Array, mode: str, function: Callable[[Array], Array]) -> Array:
    if not places.any():
        return function(numbers)
    with np.errstate(all="ignore"):
        scale = 10.0 ** np.abs(places)
        up = places >= 0
        scaled = np.where(up, numbers * scale, numbers / scale)
        near = function(scaled)
        result = np.where(up, near / scale, near * scale)
        # where the product is near a boundary, its own rounding must not decide
        part = np.abs(scaled - np.trunc(scaled))
        edge = np.abs(part - 0.5) if mode == decimal.ROUND_HALF_EVEN else np.minimum(part, 1 - part)
        coarse = up & ~(np.abs(scaled) < 2**52)
        result = np.where(coarse, numbers, result)
        doubtful = (edge <= 1e-15 + 4e-16 * np.abs(scaled)) & ~coarse & (part != 0)
    for row in np.flatnonzero(doubtful & np.isfinite(numbers)).tolist():
        result[row] = _decimal(float(numbers[row]), int(places[row]), mode)
    return result


def _decimal(number: float, places: int, mode: str) -> float:
    # as MongoDB: what is rounded is the decimal value of the double, of 34 digits
    with decimal.localcontext() as context:
        context.prec = 400
        exact = decimal.Decimal(number)
        return float(exact.quantize(decimal.Decimal(1).scaleb(-places), rounding=mode))


def _placed_integers(a: Values, places: Array, mode: str) -> Values:
    kind = np.where(a.is_(k.INTEGERS), a.kind, np.uint8(k.INT))
    if not (places < 0).any():
        return integers(a.i, kind)
    numbers = a.i.copy()
    for row in np.flatnonzero(a.is_(k.INTEGERS) & (places < 0)).tolist():
        exact = decimal.Decimal(int(numbers[row]))
        numbers[row] = int(exact.quantize(decimal.Decimal(1).scaleb(-int(places[row])), rounding=mode))
    return integers(numbers, kind)


_to_places("$round", decimal.ROUND_HALF_EVEN, np.rint)
_to_places("$trunc", decimal.ROUND_DOWN, np.trunc)


@strict("$pow", 2, 2)
def power(values: list[Values], n: int) -> Values:
    """Power; an integer where both are and it fits 64 bits."""
    a, b = values
    x, y = a.floats, b.floats
    with np.errstate(all="ignore"):
        numbers = np.power(x, y)
        result = doubles(numbers)
        exact = whole(values)
        if exact is not None and exact.any():
            exact = exact & (b.i >= 0) & (np.abs(numbers) < _TOP)
            made = np.power(np.where(exact, a.i, 0), np.where(exact, b.i, 0))
            result = where(exact, integers(made, kind_of(values)), result)
    result = failing(result, (x == 0) & (y < 0), "$pow of zero to a negative exponent")
    return settled(result, values, "$pow", null_first=True)


def _real(
    name: str, function: Callable[[Array], Array], refused: Callable[[Array], Array] | None = None
) -> None:
    @strict(name)
    def operator(values: list[Values], n: int) -> Values:
        numbers = values[0].floats
        with np.errstate(all="ignore"):
            result = doubles(function(numbers))
            if refused is not None:
                result = failing(result, refused(numbers), f"{name} of a number outside its domain")
        return settled(result, values, name)


_real("$sqrt", np.sqrt, lambda x: x < 0)
_real("$exp", np.exp)
_real("$ln", np.log, lambda x: x <= 0)
_real("$log10", np.log10, lambda x: x <= 0)
_real("$sin", np.sin, np.isinf)
_real("$cos", np.cos, np.isinf)
_real("$tan", np.tan, np.isinf)
_real("$asin", np.arcsin, lambda x: np.abs(x) > 1)
_real("$acos", np.arccos, lambda x: np.abs(x) > 1)
_real("$atan", np.arctan)
_real("$sinh", np.sinh)
_real("$cosh", np.cosh)
_real("$tanh", np.tanh)
_real("$asinh", np.arcsinh)
_real("$acosh", np.arccosh, lambda x: x < 1)
_real("$atanh", np.arctanh, lambda x: np.abs(x) > 1)
_real("$degreesToRadians", lambda x: x * (np.pi / 180))
_real("$radiansToDegrees", lambda x: x * (180 / np.pi))


@strict("$atan2", 2, 2)
def arctangent(values: list[Values], n: int) -> Values:
    """Angle of a point, radians."""
    return settled(doubles(np.arctan2(values[0].floats, values[1].floats)), values, "$atan2", null_first=True)


@strict("$log", 2, 2)
def logarithm(values: list[Values], n: int) -> Values:
    """Logarithm to a base."""
    x, base = values[0].floats, values[1].floats
    with np.errstate(all="ignore"):
        result = doubles(np.log(x) / np.log(base))
    result = failing(result, (x <= 0) | (base <= 0) | (base == 1), "$log of a number outside its domain")
    return settled(result, values, "$log", null_first=True)


def _bitwise(name: str, function: Callable[[Array, Array], Array], start: int) -> None:
    @strict(name, 0, None)
    def operator(values: list[Values], n: int) -> Values:
        if not values:
            return integers(np.full(n, start, np.int64))
        made = np.asarray(reduce(function, [value.i for value in values]))
        return settled(integers(made, kind_of(values)), values, name, k.INTEGERS)


_bitwise("$bitAnd", np.bitwise_and, -1)
_bitwise("$bitOr", np.bitwise_or, 0)
_bitwise("$bitXor", np.bitwise_xor, 0)


@strict("$bitNot")
def invert(values: list[Values], n: int) -> Values:
    """Every bit the other way."""
    return settled(integers(~values[0].i, kind_of(values)), values, "$bitNot", k.INTEGERS)
