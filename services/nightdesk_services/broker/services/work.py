"""A batch on its way through the stages."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import polars as pl
from nightdesk.alerts import AlertBatch

from nightdesk_services.broker.models.objects import KnownObject
from nightdesk_services.broker.services.points import Curves

Document = dict[str, Any]


@dataclass
class Work:
    """The columns of a batch, and what stages found that is not a column."""

    batch: AlertBatch
    known: dict[str, KnownObject] = field(default_factory=dict)
    """Object -> what the store has of it."""
    curves: Curves | None = None
    """Every detection of the objects, once the history is joined."""
    matches: dict[str, list[list[Document]]] = field(default_factory=dict)
    """Catalogue -> per alert its matches, nearest first."""
    documents: dict[str, list[Document]] = field(default_factory=dict)
    """Field of the alert's document (``classifications``) -> its content per alert."""
    programs: frozenset[int] | None = None
    """Whose points are seen; None: public ones and those of each alert's own program."""

    @property
    def frame(self) -> pl.DataFrame:
        """One row per alert."""
        return self.batch.frame

    def add(self, columns: pl.DataFrame) -> None:
        """Add columns, one row per alert."""
        self.batch = self.batch.with_columns(columns)
