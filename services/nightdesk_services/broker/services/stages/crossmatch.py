"""What catalogues have at an alert's position."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import polars as pl
from nightdesk.crossmatch import Catalogue

from nightdesk_services.broker.services.stages.base import Stage
from nightdesk_services.broker.services.work import Work


class Crossmatch(Stage):
    """Cone search in every loaded catalogue, with the catalogue's own radius."""

    name = "crossmatch"
    inputs = ("ra", "dec")
    outputs = ("xmatch.*",)

    def __init__(self, catalogues: Callable[[], Sequence[Catalogue]]) -> None:
        self._catalogues = catalogues

    def run(self, work: Work) -> None:
        """Add the distance in arcsec of the nearest match (null if none) and the number of matches."""
        ra, dec = work.frame["ra"].to_numpy(), work.frame["dec"].to_numpy()
        size = len(work.batch)
        columns: list[pl.Series] = []
        for catalogue in self._catalogues():
            found = catalogue.match(ra, dec)
            number = np.bincount(found.row, minlength=size)
            nearest = np.full(size, np.nan)
            rows, first = np.unique(found.row, return_index=True)
            nearest[rows] = found.distance[first]
            records = iter(catalogue.records(found))
            work.matches[catalogue.name] = [[next(records) for _ in range(n)] for n in number.tolist()]
            columns += [
                pl.Series(f"xmatch.{catalogue.name}.distance", nearest, nan_to_null=True),
                pl.Series(f"xmatch.{catalogue.name}.n", number.astype(np.int64)),
            ]
        work.add(pl.DataFrame(columns))
