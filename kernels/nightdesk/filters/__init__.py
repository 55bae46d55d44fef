"""Filters: what a group wants to see of the stream."""

from __future__ import annotations

from nightdesk.filters.errors import FilterError
from nightdesk.filters.expression import Cut, Expression

__all__ = ["Cut", "Expression", "FilterError"]
