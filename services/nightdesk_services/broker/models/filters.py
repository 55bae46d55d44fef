"""A filter as the broker needs it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ActiveFilter:
    """An expression that is live, and whose alerts it may see."""

    id: int
    version: int
    source: str
    survey: str
    stream_id: int
    group_id: int
    programs: frozenset[int]
    """Programs of the survey that the filter's stream may see."""
