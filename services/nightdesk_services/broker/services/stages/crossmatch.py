"""What catalogues have at an alert's position."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
from nightdesk.crossmatch import Catalogue, Matches

from nightdesk_services.broker.services.stages.base import Stage
from nightdesk_services.broker.services.work import Work

_OWN = ("distance", "n", "distance_kpc", "in_ellipse")


class Crossmatch(Stage):
    """Search in every loaded catalogue, with the catalogue's own radius: an angle, or kpc at each galaxy."""

    name = "crossmatch"
    inputs = ("ra", "dec")
    outputs = ("xmatch.*",)

    def __init__(self, catalogues: Callable[[], Sequence[Catalogue]]) -> None:
        self._catalogues = catalogues

    def run(self, work: Work) -> None:
        """Add what the catalogues have.

        For each catalogue ``xmatch.<name>.distance``, arcsec to the nearest match (null if none), ``.n``, the
        number of matches, and ``.<column>``, what the nearest match brings along. For a catalogue with
        distances also ``.distance_kpc``, the smallest projected offset of any match, and for one with shapes
        ``.in_ellipse``, whether the position lies within any.
        """
        ra, dec = work.frame["ra"].to_numpy(), work.frame["dec"].to_numpy()
        columns: list[pl.Series] = []
        for catalogue in self._catalogues():
            found = catalogue.match(ra, dec)
            number = np.bincount(found.row, minlength=len(work.batch))
            records = iter(catalogue.records(found))
            work.matches[catalogue.name] = [[next(records) for _ in range(n)] for n in number.tolist()]
            columns += _columns(catalogue, found, number)
        work.add(pl.DataFrame(columns))


def _columns(catalogue: Catalogue, found: Matches, number: npt.NDArray[np.int64]) -> list[pl.Series]:
    prefix = f"xmatch.{catalogue.name}"
    nearest = np.full(len(number), np.nan)
    rows, first = np.unique(found.row, return_index=True)
    nearest[rows] = found.distance[first]
    made = [
        pl.Series(f"{prefix}.distance", nearest, nan_to_null=True),
        pl.Series(f"{prefix}.n", number.astype(np.int64)),
    ]
    if found.kpc is not None:
        offset = np.full(len(number), np.inf)
        np.fmin.at(offset, found.row, found.kpc)
        offset[np.isinf(offset)] = np.nan
        made.append(pl.Series(f"{prefix}.distance_kpc", offset, nan_to_null=True))
    if found.inside is not None:
        inside = np.zeros(len(number), dtype=bool)
        np.logical_or.at(inside, found.row, found.inside)
        made.append(pl.Series(f"{prefix}.in_ellipse", inside))
    # a null index takes a null
    index = np.full(len(number), -1, np.int64)
    index[rows] = found.index[first]
    brought = catalogue.columns.take(pa.array(index, mask=index < 0))
    for name in brought.column_names:
        if name not in _OWN:
            series = pl.Series(f"{prefix}.{name}", pl.from_arrow(brought[name]))
            made.append(series.fill_nan(None) if series.dtype.is_float() else series)
    return made
