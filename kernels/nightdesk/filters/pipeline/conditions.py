"""What the operators of queries test of one value."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

import numpy as np

from nightdesk.filters.pipeline import kinds as k
from nightdesk.filters.pipeline.errors import PipelineError
from nightdesk.filters.pipeline.kinds import Array
from nightdesk.filters.pipeline.operators.rowwise import OperatorError
from nightdesk.filters.pipeline.operators.strings import pattern
from nightdesk.filters.pipeline.ordering import against, compare, equals_one, rank
from nightdesk.filters.pipeline.python import constant, from_python, integral
from nightdesk.filters.pipeline.values import Values, concatenated

Test = Callable[[Values], Array]

_MANY: Final = 16
_TYPES: Final = {
    1: "double", 2: "string", 3: "object", 4: "array", 5: "binData", 8: "bool", 9: "date", 10: "null",
    16: "int", 18: "long",
}  # fmt: skip
_OTHER_TYPES: Final = (
    "undefined", "objectId", "regex", "dbPointer", "javascript", "symbol", "javascriptWithScope", "timestamp",
    "decimal", "minKey", "maxKey",
)  # fmt: skip


def _operand(value: Any, place: str) -> Values:
    try:
        return constant(value)
    except TypeError as error:
        raise PipelineError(str(error), place) from error


def same_value(operand: Any, place: str) -> Test:
    """Return the test of equality with a value, or of a regular expression."""
    return regex_test(operand, None, place) if isinstance(operand, re.Pattern) else equal_to(operand, place)


def equal_to(operand: Any, place: str) -> Test:
    """Return the test of equality; null is equal to missing."""
    wanted = _operand(operand, place)
    if operand is None:
        return lambda values: values.is_(k.NULLISH)
    return lambda values: equals_one(values, wanted)


def _ordered(holds: np.ufunc, *, or_equal: bool) -> Callable[[Any, str], Test]:
    def build(operand: Any, place: str) -> Test:
        if operand is None:
            return (lambda v: v.is_(k.NULLISH)) if or_equal else (lambda v: np.zeros(len(v), bool))
        wanted = _operand(operand, place)
        kind = int(k.RANK[wanted.kind[0]])
        strange = bool(wanted.kind[0] == k.DOUBLE and np.isnan(wanted.f[0]))

        def test(values: Values) -> Array:
            found = against(values, wanted, holds)
            if found is not None:
                return found
            alike = k.RANK[values.kind] == kind
            # NaN is neither less nor greater than a number
            nan = (values.kind == k.DOUBLE) & np.isnan(values.f)
            alike = alike & (nan if strange else ~nan)
            if strange:
                return alike if or_equal else np.zeros(len(values), bool)
            return alike & holds(compare(values, wanted.repeat(len(values))), 0)

        return test

    return build


def _in(operand: Any, place: str) -> Test:
    if not isinstance(operand, list | tuple):
        raise PipelineError("$in takes a list", place)
    tests = [same_value(one, f"{place}[{i}]") for i, one in enumerate(operand)]
    if len(operand) <= _MANY or any(isinstance(one, re.Pattern) for one in operand):
        return lambda values: np.logical_or.reduce([np.zeros(len(values), bool), *(t(values) for t in tests)])
    wanted = from_python(list(operand))
    nullish = k.NULLISH if None in operand else 0

    def test(values: Values) -> Array:
        codes = rank(concatenated([wanted, values]))
        hits = np.isin(codes[len(wanted) :], codes[: len(wanted)])
        return np.asarray(hits | values.is_(nullish))

    return test


def regex_test(operand: Any, options: Any, place: str) -> Test:
    """Return the test of a regular expression on text.

    Raises
    ------
    PipelineError
        If it is none.
    """
    if isinstance(operand, str):
        try:
            compiled = pattern(operand, options or "")
        except OperatorError as error:
            raise PipelineError(str(error), place) from error
    elif isinstance(operand, re.Pattern):
        compiled = operand
    else:
        raise PipelineError("$regex takes text", place)

    def test(values: Values) -> Array:
        words = values.words.items
        good = np.array([isinstance(w, str) and bool(compiled.search(w)) for w in words] or [False])
        text = values.kind == k.STRING
        return text & good[np.where(text, values.i, 0)]

    return test


def _mod(operand: Any, place: str) -> Test:
    numbers = operand if isinstance(operand, list | tuple) else []
    if len(numbers) != 2 or not all(_finite(one) for one in numbers):
        raise PipelineError("$mod takes a list of a divisor and a remainder", place)
    divisor, remainder = int(numbers[0]), int(numbers[1])
    if not divisor:
        raise PipelineError("$mod by zero", place)

    def test(values: Values) -> Array:
        whole, usable = _whole(values, cut=True)
        return usable & (np.fmod(whole, divisor) == remainder)

    return test


def _finite(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 2**63


def _whole(values: Values, *, cut: bool) -> tuple[Array, Array]:
    """Return numbers as integers, and where they are; doubles cut to an integer, or only if they are one."""
    with np.errstate(invalid="ignore"):
        near = np.trunc(values.f)
        double = (values.kind == k.DOUBLE) & (np.abs(near) < 2.0**63) & (cut | (near == values.f))
    whole = values.is_(k.INTEGERS)
    return np.where(whole, values.i, np.where(double, near, 0).astype(np.int64)), whole | double


def _bits(holds: Callable[[Array, int], Array]) -> Callable[[Any, str], Test]:
    def build(operand: Any, place: str) -> Test:
        if isinstance(operand, list | tuple):
            if not all(isinstance(one, int) and not isinstance(one, bool) and one >= 0 for one in operand):
                raise PipelineError("positions of bits are integers from 0", place)
            mask = sum(1 << min(one, 63) for one in set(operand))
        elif isinstance(operand, int | float) and not isinstance(operand, bool) and integral(operand):
            mask = int(operand)
            if mask < 0:
                raise PipelineError("a mask of bits is not negative", place)
        else:
            raise PipelineError("bits are given by an integer or a list of positions", place)
        signed = mask - 2**64 if mask >= 2**63 else mask

        def test(values: Values) -> Array:
            whole, usable = _whole(values, cut=False)
            return usable & holds(whole & np.int64(signed), signed)

        return test

    return build


def _type(operand: Any, place: str) -> Test:
    wanted = 0
    for one in operand if isinstance(operand, list | tuple) else [operand]:
        name = _TYPES.get(int(one)) if isinstance(one, int | float) and not isinstance(one, bool) else one
        if name == "number":
            wanted |= k.NUMBERS
        elif name in k.NAMES[1:-1]:
            wanted |= k.bits(k.NAMES.index(str(name)))
        elif name not in _OTHER_TYPES:
            raise PipelineError(f"there is no type {one!r}", place)
    return lambda values: values.is_(wanted)


def _size(operand: Any, place: str) -> Test:
    if not _finite(operand) or operand != int(operand) or operand < 0:
        raise PipelineError("$size takes a number of elements", place)

    def test(values: Values) -> Array:
        if values.length is None:
            return np.zeros(len(values), bool)
        return (values.kind == k.ARRAY) & (values.length == operand)

    return test


ELEMENT_TESTS: Final[dict[str, Callable[[Any, str], Test]]] = {
    "$eq": equal_to,
    "$gt": _ordered(np.greater, or_equal=False),
    "$gte": _ordered(np.greater_equal, or_equal=True),
    "$lt": _ordered(np.less, or_equal=False),
    "$lte": _ordered(np.less_equal, or_equal=True),
    "$in": _in,
    "$mod": _mod,
    "$type": _type,
    "$bitsAllSet": _bits(lambda found, mask: found == mask),
    "$bitsAllClear": _bits(lambda found, mask: found == 0),
    "$bitsAnySet": _bits(lambda found, mask: found != 0),
    "$bitsAnyClear": _bits(lambda found, mask: found != mask),
}
"""Operators that an array satisfies as a whole or by an element."""
WHOLE_TESTS: Final[dict[str, Callable[[Any, str], Test]]] = {"$size": _size}
"""Operators that look at an array as a whole only."""
