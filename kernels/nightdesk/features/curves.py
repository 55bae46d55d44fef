"""Light curves of many objects as plain arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int8]


@dataclass(frozen=True)
class LightCurves:
    """Detections of objects one after the other; those of object ``i`` are ``offsets[i]:offsets[i + 1]``.

    Raises
    ------
    ValueError
        If the arrays do not belong together, or an object's points are not in order of time.
    """

    offsets: Integers
    """Shape (objects + 1,), from 0, never falling."""
    jd: Floats
    """UTC Julian dates, ascending within an object, shape (points,) as all below."""
    mag: Floats
    """AB magnitude of the flux's absolute value."""
    magerr: Floats
    """One sigma; NaN is unknown."""
    flux: Floats
    """Difference flux in µJy, signed."""
    fluxerr: Floats
    """One sigma in µJy; NaN is unknown."""
    band: Codes
    """Index into `bands`; -1 for a band that is none of them."""
    bands: tuple[str, ...]

    def __post_init__(self) -> None:
        """Check that a kernel may run over the arrays."""
        size = len(self.jd)
        columns = (self.mag, self.magerr, self.flux, self.fluxerr, self.band)
        if any(len(column) != size for column in columns):
            msg = "columns of light curves are of unlike length"
            raise ValueError(msg)
        steps = np.diff(self.offsets)
        if not len(self.offsets) or self.offsets[0] != 0 or self.offsets[-1] != size or (steps < 0).any():
            msg = f"offsets do not part {size} points"
            raise ValueError(msg)
        if size and not -1 <= self.band.min() <= self.band.max() < len(self.bands):
            msg = f"band codes lie between -1 and {len(self.bands) - 1}"
            raise ValueError(msg)
        falls = np.diff(self.jd) < 0
        borders = self.offsets[1:-1]
        falls[borders[(borders > 0) & (borders < size)] - 1] = False
        if falls.any():
            msg = "points of an object are not in order of time"
            raise ValueError(msg)

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @classmethod
    def from_lists(cls, frame: pl.DataFrame, bands: Sequence[str], prefix: str = "history.") -> LightCurves:
        """Return the light curves in a frame's list columns, one object per row.

        Parameters
        ----------
        frame
            ``jd``, ``magpsf``, ``sigmapsf``, ``flux_ujy``, ``fluxerr_ujy`` and ``band``, each a list per row,
            all of the same lengths; a null list is empty.
        prefix
            Stands before the columns' names.
        """
        lists = {name: _values(frame[prefix + name]) for name in (*_NUMBERS, "band")}
        offsets = lists["jd"][0]
        # whoever has other lengths is told by the check above
        numbers = {
            field: np.asarray(lists[name][1].cast(pa.float64()).fill_null(np.nan), dtype=np.float64)
            for name, field in _NUMBERS.items()
        }
        text = pl.Series(lists["band"][1], dtype=pl.String)
        codes = text.replace_strict(
            list(bands), list(range(len(bands))), default=-1, return_dtype=pl.Int8
        ).fill_null(-1)
        return cls(offsets=offsets, band=codes.to_numpy(), bands=tuple(bands), **numbers)


_NUMBERS = {
    "jd": "jd",
    "magpsf": "mag",
    "sigmapsf": "magerr",
    "flux_ujy": "flux",
    "fluxerr_ujy": "fluxerr",
}


def _values(lists: pl.Series) -> tuple[Integers, pa.Array]:
    array = (lists.fill_null([]) if lists.null_count() else lists).to_arrow()
    offsets = np.asarray(array.offsets, dtype=np.int64)
    return offsets - offsets[:1], array.flatten()
