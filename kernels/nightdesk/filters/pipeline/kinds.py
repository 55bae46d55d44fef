"""The types of values, as BSON has them."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

MISSING: Final = 0
NULL: Final = 1
INT: Final = 2
LONG: Final = 3
DOUBLE: Final = 4
STRING: Final = 5
OBJECT: Final = 6
ARRAY: Final = 7
BINARY: Final = 8
BOOL: Final = 9
DATE: Final = 10
ERROR: Final = 11
"""A value that could not be computed; it spoils whatever it goes into."""

NAMES: Final = (
    "missing", "null", "int", "long", "double", "string", "object", "array", "binData", "bool", "date",
    "error",
)  # fmt: skip
"""Name of each kind as ``$type`` gives it."""

RANK: Final = np.array([0, 1, 2, 2, 2, 3, 4, 5, 6, 8, 9, 10], np.int8)
"""Place of each kind in BSON's order of types."""

BIT: Final = np.array([1 << k for k in range(len(NAMES))], np.uint16)


@cache
def bits(*kinds: int) -> int:
    """Return a set of kinds as bits."""
    return sum(1 << kind for kind in kinds)


NULLISH: Final = bits(MISSING, NULL)
INTEGERS: Final = bits(INT, LONG)
NUMBERS: Final = bits(INT, LONG, DOUBLE)
WORDS: Final = bits(STRING, BINARY, ERROR)
"""Kinds whose values are entries of a vocabulary."""


def full(value: Any, n: int, dtype: Any) -> Array:
    """Return one value n times, without the memory."""
    # np.broadcast_to gives the same, in ten times the time
    made: Array = np.ndarray((n,), dtype, np.array([value], dtype), 0, (0,))
    made.flags.writeable = False
    return made


def same(array: Array) -> bool:
    """Tell whether an array is one value many times, as `full` makes it."""
    return len(array) > 0 and array.strides[0] == 0


def pick(array: Array, index: Array) -> Array:
    """Return entries of an array; one value many times stays so."""
    return full(array[0], len(index), array.dtype) if same(array) else array[index]


def among(kind: Array, wanted: int) -> Array:
    """Return where kinds are in a set of kinds."""
    if same(kind):
        return full(bool((1 << int(kind[0])) & wanted), len(kind), np.bool_)
    return (BIT[kind] & wanted) != 0
