"""Filters: what a group wants to see of the stream."""

from __future__ import annotations

from nightdesk.filters.bank import Bank
from nightdesk.filters.errors import FilterError
from nightdesk.filters.expression import Cut, Expression

__all__ = ["Bank", "Cut", "Expression", "FilterError"]
