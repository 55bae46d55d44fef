"""JSON that a browser reads without loss: large integers as strings, NaN as null, times in ISO 8601."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
from bson import Int64

# JavaScript's numbers are exact up to here; survey ids go far beyond.
_EXACT = 2**53 - 1
_AS_THEY_ARE: Final = frozenset({str, float, bool, type(None)})
_encoder = msgspec.json.Encoder()


def plain(value: Any) -> Any:
    """Return a value as JSON's own types; bytes become null."""
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in value]
    return _exact(value)


def iso(time: datetime) -> str:
    """Return a time in UTC, with its zone."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds")


def encode(value: Any) -> bytes:
    """Return compact JSON in UTF-8."""
    try:
        return _encoder.encode(_exact(value))
    except UnicodeEncodeError:  # half of a surrogate pair has no UTF-8, but an escape
        return json.dumps(plain(value), separators=(",", ":"), allow_nan=False).encode()


def dumps(value: Any) -> str:
    """Return compact JSON."""
    return encode(value).decode()


def _exact(value: Any) -> Any:
    """Return a value as what the encoder knows; that writes NaN and infinities as null by itself."""
    kind = type(value)
    return value if kind in _AS_THEY_ARE else _CONVERSIONS.get(kind, _other)(value)


def _mapping(value: Mapping[Any, Any]) -> dict[str, Any]:
    return {
        (key if type(key) is str else str(key)): item
        if (kind := type(item)) in _AS_THEY_ARE
        else _CONVERSIONS.get(kind, _other)(item)
        for key, item in value.items()
    }


def _sequence(value: Collection[Any]) -> Collection[Any]:
    # a spectrum has thousands of numbers, none of which need be touched
    if _AS_THEY_ARE.issuperset(map(type, value)):
        return value
    return [
        item if (kind := type(item)) in _AS_THEY_ARE else _CONVERSIONS.get(kind, _other)(item)
        for item in value
    ]


def _integer(value: int) -> int | str:
    return int(value) if -_EXACT <= value <= _EXACT else str(int(value))


def _other(value: Any) -> Any:
    """Return a value of a rarer type, by what that derives from."""
    for base, conversion in _BASES:
        if isinstance(value, base):
            return conversion(value)
    return str(value)


def _nothing(value: Any) -> None:
    del value


_CONVERSIONS: Final[dict[type, Callable[[Any], Any]]] = {
    dict: _mapping,
    list: _sequence,
    tuple: _sequence,
    int: _integer,
    Int64: _integer,
    datetime: iso,
}
_BASES: Final[tuple[tuple[Any, Callable[[Any], Any]], ...]] = (
    (str, str),
    (int, _integer),
    (float, float),
    (dict, _mapping),
    ((list, tuple, set, frozenset), _sequence),
    (datetime, iso),
    ((bytes, bytearray, memoryview), _nothing),
)
