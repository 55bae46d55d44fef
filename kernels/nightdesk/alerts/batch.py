"""The unit of work: a batch of alerts as columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from nightdesk.alerts.layout import Layout
from nightdesk.surveys import Survey

STANDARD: Final[dict[str, pl.DataType]] = {
    "candid": pl.Int64(),
    "objectId": pl.String(),
    "jd": pl.Float64(),
    "ra": pl.Float64(),
    "dec": pl.Float64(),
    "hpx12": pl.Int64(),
    "hpx6": pl.Int64(),
    "band": pl.String(),
    "flux_ujy": pl.Float64(),
    "fluxerr_ujy": pl.Float64(),
    "magpsf": pl.Float64(),
    "sigmapsf": pl.Float64(),
    "isdiffpos": pl.Boolean(),
    "limmag": pl.Float64(),
    "score": pl.Float64(),
    "programid": pl.Int64(),
    "sso": pl.Boolean(),
}
"""Columns that every batch has, whatever the survey.

``jd`` is UTC, at the moment the survey gives (ZTF: start of the exposure, LSST: its middle); ``ra`` and
``dec`` are ICRS degrees; ``hpx12`` and ``hpx6`` nested HEALPix pixels; fluxes are difference fluxes in µJy,
signed; ``magpsf`` the AB magnitude of the flux's absolute value; ``limmag`` the 5 sigma limit; ``score`` real
(1) or bogus (0); ``sso`` whether it is a known solar-system object.
"""


@dataclass(frozen=True)
class Ragged:
    """A list of rows for each alert: the rows of alert ``i`` are ``values[offsets[i]:offsets[i + 1]]``."""

    offsets: npt.NDArray[np.int64]
    """Shape (alerts + 1,), from 0, never falling."""
    values: pl.DataFrame

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, index: int) -> pl.DataFrame:
        """Return the rows of one alert."""
        start, stop = int(self.offsets[index]), int(self.offsets[index + 1])
        return self.values[start:stop]

    def __iter__(self) -> Iterator[pl.DataFrame]:
        return (self[i] for i in range(len(self)))

    @property
    def lengths(self) -> npt.NDArray[np.int64]:
        """Rows of each alert."""
        return np.diff(self.offsets)

    @property
    def owner(self) -> npt.NDArray[np.int64]:
        """Index of the alert that each row belongs to."""
        return np.repeat(np.arange(len(self), dtype=np.int64), self.lengths)

    def take(self, indices: npt.NDArray[np.int64]) -> Ragged:
        """Return the lists of some alerts, in the order given."""
        lengths = self.lengths[indices]
        offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        first = np.repeat(self.offsets[:-1][indices] - offsets[:-1], lengths)
        rows = first + np.arange(offsets[-1], dtype=np.int64)
        return Ragged(offsets, self.values[rows])

    @staticmethod
    def from_lengths(lengths: Sequence[int], values: pl.DataFrame) -> Ragged:
        """Return the lists that lie one after the other in ``values``."""
        return Ragged(np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64), values)


@dataclass(frozen=True)
class AlertBatch:
    """Alerts of one survey as columns; stages add columns with `with_columns` and drop alerts with `take`."""

    survey: Survey
    frame: pl.DataFrame
    """One row per alert: the columns of `STANDARD`, ``candidate.<field>`` and ``<record>.<field>`` as the
    survey wrote them (NaN is null), and what stages have added."""
    prv: Ragged
    """Earlier detections and non-detections in the survey's fields, and ``jd`` (UTC)."""
    fp: Ragged
    """Forced photometry in the survey's fields, and ``jd`` (UTC)."""
    cutouts: dict[str, list[bytes | None]]
    """``science``, ``template``, ``difference`` -> a stamp per alert as in the packet: FITS, maybe
    gzipped."""
    cutout_names: dict[str, list[str | None]]
    """File names that the packets give to the stamps."""
    source: npt.NDArray[np.int32]
    """Index of the payload that each alert came in."""
    layouts: tuple[Layout, ...]
    """Schemas that occur in the batch."""
    layout: npt.NDArray[np.int32]
    """Index of each alert's schema in `layouts`."""

    def __len__(self) -> int:
        return self.frame.height

    def take(self, indices: npt.ArrayLike) -> AlertBatch:
        """Return some alerts, in the order given.

        Parameters
        ----------
        indices
            Integer positions, or one boolean per alert.
        """
        chosen = np.asarray(indices)
        rows = (np.flatnonzero(chosen) if chosen.dtype == np.bool_ else chosen).astype(np.int64)
        if chosen.dtype == np.bool_ and len(chosen) != len(self):
            msg = f"{len(chosen)} booleans for {len(self)} alerts"
            raise IndexError(msg)
        return replace(
            self,
            frame=self.frame[rows],
            prv=self.prv.take(rows),
            fp=self.fp.take(rows),
            cutouts={kind: [stamps[i] for i in rows] for kind, stamps in self.cutouts.items()},
            cutout_names={kind: [names[i] for i in rows] for kind, names in self.cutout_names.items()},
            source=self.source[rows],
            layout=self.layout[rows],
        )

    def with_columns(self, columns: pl.DataFrame | Mapping[str, pl.Series]) -> AlertBatch:
        """Return the batch with more columns, one row per alert; a column of the same name is replaced."""
        new = (
            list(columns.get_columns())
            if isinstance(columns, pl.DataFrame)
            else [series.alias(name) for name, series in columns.items()]
        )
        if wrong := [s.name for s in new if len(s) != len(self)]:
            msg = f"column {wrong[0]!r} has {len(new[0])} rows for {len(self)} alerts"
            raise ValueError(msg)
        return replace(self, frame=self.frame.with_columns(new))
