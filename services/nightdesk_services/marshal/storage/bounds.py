"""Bounds of a range as a condition on the store."""

from __future__ import annotations

from typing import Any


def between(low: Any, high: Any) -> dict[str, Any]:
    """Return the condition that a value lies in a range, ends included; empty where both are None."""
    return {name: value for name, value in (("$gte", low), ("$lte", high)) if value is not None}
