"""One measured figure."""

from __future__ import annotations

from typing import TypedDict


class Result(TypedDict):
    """A figure and what it was compared with in the same run."""

    name: str
    value: float
    unit: str
    reference: str
    ratio: float | None
