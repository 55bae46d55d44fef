"""A filter as the broker needs it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ActiveFilter:
    """A filter that is live, and whose alerts it may see."""

    id: int
    version: int
    source: str
    """An expression, or a pipeline as JSON."""
    survey: str
    stream_id: int
    group_id: int
    programs: frozenset[int]
    """Programs of the survey that the filter's stream may see."""
    kind: str = "expression"
    """``expression`` or ``pipeline``."""
