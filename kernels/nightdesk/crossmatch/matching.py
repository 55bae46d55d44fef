"""Pairs of positions closer than a radius, by sorted HEALPix pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from astropy_healpix import HEALPix

from nightdesk.sky import FINE, pixel, separation

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

# A pixel of order k is 211077" / 2**k wide on average; near the poles its narrow side is about half of that.
_ORDER_0_ARCSEC = 211_077.0
_NARROWEST = 0.5


@dataclass(frozen=True, slots=True)
class Matches:
    """Pairs, sorted by row and then by distance."""

    row: Integers
    """Index of the position that was asked for."""
    index: Integers
    """Row of the catalogue as it lies on disk."""
    distance: Floats
    """Great-circle distance in arcsec."""


def order_for(radius: float) -> int:
    """Return the finest HEALPix order at which a pixel and its neighbours cover a radius in arcsec.

    Raises
    ------
    ValueError
        If the radius is not positive or beyond one degree.
    """
    if not 0 < radius <= 3600:
        msg = f"a cross-match radius lies between 0 and 3600 arcsec, not {radius}"
        raise ValueError(msg)
    order = int(np.floor(np.log2(_ORDER_0_ARCSEC * _NARROWEST / radius)))
    return min(FINE, order)


def match(
    ra: npt.ArrayLike, dec: npt.ArrayLike, pixels: Integers, positions: Floats, radius: float
) -> Matches:
    """Return all pairs within a radius.

    Parameters
    ----------
    ra, dec
        Positions to look up, ICRS degrees, shape ``(n,)``; rows that are not finite match nothing.
    pixels
        Ascending nested pixels of order 12 of the catalogue, shape ``(m,)``.
    positions
        ICRS degrees of the catalogue in the same order, shape ``(m, 2)``.
    radius
        In arcsec.
    """
    ra, dec = np.asarray(ra, dtype=np.float64), np.asarray(dec, dtype=np.float64)
    order = order_for(radius)
    usable = np.flatnonzero(np.isfinite(ra) & np.isfinite(dec) & (np.abs(dec) <= 90))
    if not usable.size or not len(pixels):
        return Matches(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))
    centre = pixel(ra[usable], dec[usable], order)
    grid: Any = HEALPix(nside=2**order, order="nested")
    around = np.vstack([centre, grid.neighbours(centre)])
    rows = np.broadcast_to(usable, around.shape).ravel()
    around = around.ravel()
    # a pixel at a corner of a base face has seven neighbours; the eighth is -1
    rows, around = rows[around >= 0], around[around >= 0]
    shift = 2 * (FINE - order)
    first = np.searchsorted(pixels, around << shift, side="left")
    last = np.searchsorted(pixels, (around + 1) << shift, side="left")
    count = last - first
    rows = np.repeat(rows, count)
    starts = np.repeat(first - np.concatenate(([0], np.cumsum(count)[:-1])), count)
    index = np.arange(len(rows), dtype=np.int64) + starts
    near = np.asarray(positions[index])
    distance = separation(ra[rows], dec[rows], near[:, 0], near[:, 1])
    keep = distance <= radius
    rows, index, distance = rows[keep], index[keep], distance[keep]
    ranked = np.lexsort((index, distance, rows))
    return Matches(rows[ranked], index[ranked], distance[ranked])
