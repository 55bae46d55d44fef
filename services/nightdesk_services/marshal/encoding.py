"""JSON that a browser reads without loss: large integers as strings, NaN as null, times in ISO 8601."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from typing import Any

# JavaScript's numbers are exact up to here; survey ids go far beyond.
_EXACT = 2**53 - 1


def plain(value: Any) -> Any:
    """Return a value as JSON's own types; bytes become null."""
    if value is None or isinstance(value, (str, bool)):
        return value
    if isinstance(value, int):
        return int(value) if -_EXACT <= value <= _EXACT else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in value]
    if isinstance(value, datetime):
        return iso(value)
    return None if isinstance(value, (bytes, bytearray, memoryview)) else str(value)


def iso(time: datetime) -> str:
    """Return a time in UTC, with its zone."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds")


def dumps(value: Any) -> str:
    """Return compact JSON."""
    return json.dumps(plain(value), separators=(",", ":"), allow_nan=False)
