"""Features of many light curves as a table."""

# ruff: noqa: PLR0917 - a function that is compiled takes plain arrays

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl

from nightdesk.features.catalogue import ACROSS, COLOUR, PER_BAND, PERIODIC
from nightdesk.features.colours import colour
from nightdesk.features.curves import LightCurves
from nightdesk.features.measures import measure
from nightdesk.features.periods import PeriodSearch, best_period
from nightdesk.jit import jit

Floats = npt.NDArray[np.float64]

COLOURS: Final = (("g", "r"), ("r", "i"))
"""Pairs of bands whose colours are given, where a survey has both."""
COUNTS: Final = ("n_det", "n_pos")
_NO_SEARCH: Final = (0, 0.0, 0.0, 0)


def features(curves: LightCurves, periods: PeriodSearch | None = None) -> pl.DataFrame:
    """Return the features of light curves, a row for each object.

    Parameters
    ----------
    periods
        Also search for periods; this costs some ten milliseconds for each band of a long light curve.

    Returns
    -------
    frame
        ``<band>.<name>`` for each band and each of `PER_BAND`, ``duration``, and ``color_gr``,
        ``color_gr_err``, ``color_gr_jd`` and ``color_gr_rate`` for each pair of bands. Counts are integers,
        all others doubles: null where they cannot be told.
    """
    pairs = _pairs(curves.bands)
    codes = np.array([[curves.bands.index(a), curves.bands.index(b)] for a, b in pairs], dtype=np.int64)
    width = len(PER_BAND) + (len(PERIODIC) if periods else 0)
    own = np.full((len(curves), len(curves.bands), width), np.nan)
    across = np.full((len(curves), len(ACROSS) + len(COLOUR) * len(pairs)), np.nan)
    search = astuple(periods) if periods else _NO_SEARCH
    points = (curves.jd, curves.mag, curves.magerr, curves.flux, curves.fluxerr)
    # arrays from elsewhere may be read-only, which would be compiled a second time
    plain: Any = tuple(np.require(column, np.float64, ["C", "W"]) for column in points)
    band = np.require(curves.band, np.int8, ["C", "W"])
    offsets = np.require(curves.offsets, np.int64, ["C", "W"])
    _fill(offsets, plain, band, codes.reshape(-1, 2), search, own, across)
    by_band = own.transpose(1, 2, 0).reshape(len(curves.bands) * width, len(curves))
    values = [*by_band, *across.T]
    return pl.DataFrame(
        [
            pl.Series(name, column.astype(np.int64))
            if name.rpartition(".")[2] in COUNTS
            else pl.Series(name, np.ascontiguousarray(column), nan_to_null=True)
            for name, column in zip(names(curves.bands, periods), values, strict=True)
        ]
    )


def names(bands: Sequence[str], periods: PeriodSearch | None = None) -> list[str]:
    """Return the columns of `features`."""
    each = [*PER_BAND, *(PERIODIC if periods else ())]
    return [
        *(f"{band}.{feature.name}" for band in bands for feature in each),
        *(feature.name for feature in ACROSS),
        *(f"color_{a}{b}{feature.name}" for a, b in _pairs(bands) for feature in COLOUR),
    ]


def _pairs(bands: Sequence[str]) -> list[tuple[str, str]]:
    return [(a, b) for a, b in COLOURS if a in bands and b in bands]


@jit
def _fill(
    offsets: npt.NDArray[np.int64],
    points: tuple[Floats, Floats, Floats, Floats, Floats],
    band: npt.NDArray[np.int8],
    pairs: npt.NDArray[np.int64],
    search: tuple[int, float, float, int],
    own: Floats,
    across: Floats,
) -> None:
    for i in range(len(offsets) - 1):
        a, b = offsets[i], offsets[i + 1]
        t, m, e, f, fe = points[0][a:b], points[1][a:b], points[2][a:b], points[3][a:b], points[4][a:b]
        codes = band[a:b]
        if b > a:
            across[i, 0] = t[-1] - t[0]
        for k in range(own.shape[1]):
            mine = codes == k
            measure(t[mine], m[mine], e[mine], f[mine], fe[mine], own[i, k])
            if search[0] > 0 and mine.sum() >= search[0]:
                own[i, k, 20], own[i, k, 21] = best_period(t[mine], f[mine], fe[mine], search)
        for p in range(len(pairs)):
            first = (codes == pairs[p, 0]) & (f > 0) & np.isfinite(m)
            second = (codes == pairs[p, 1]) & (f > 0) & np.isfinite(m)
            colour(
                (t[first], m[first], e[first]),
                (t[second], m[second], e[second]),
                across[i, 1 + 4 * p : 5 + 4 * p],
            )
