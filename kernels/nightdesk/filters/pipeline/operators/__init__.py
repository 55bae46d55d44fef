"""The operators of expressions, by family; importing this declares them all."""

from __future__ import annotations

from nightdesk.filters.pipeline.operators import (
    arithmetic,
    arrays,
    conversion,
    dates,
    lambdas,
    logic,
    sets,
    statistics,
    strings,
    variables,
)

__all__ = [
    "arithmetic",
    "arrays",
    "conversion",
    "dates",
    "lambdas",
    "logic",
    "sets",
    "statistics",
    "strings",
    "variables",
]
