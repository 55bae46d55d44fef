"""Finding rows near a position: declination zones, each sorted by right ascension.

The method of Gray, Nieto-Santisteban & Szalay 2007 (MSR-TR-2006-52): a cone touches few zones, and within a
zone the rows in question are one range of right ascension, found by bisection.
"""

# ruff: noqa: PLR0912, PLR0917 - a function that is compiled takes plain arrays and calls no others

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from nightdesk.jit import jit

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

ROWS = 64
"""Rows of a zone, about."""
FINEST = 21_600
"""Most zones from pole to pole: 30 arcsec each."""
# ranges of right ascension are widened by this, so that rounding loses no row; the exact distance decides
_MARGIN = 1e-9


def zone_height(rows: int, radius: float) -> float:
    """Return the height of zones in degrees for a number of rows and a search radius in arcsec."""
    return max(180.0 / min(max(rows // ROWS, 1), FINEST), min(radius / 3600.0, 180.0))


def zone_of(dec: Floats, height: float) -> Integers:
    """Return the zone of each declination in degrees, from 0 at the south pole."""
    return np.minimum((dec + 90.0) / height, np.ceil(180.0 / height) - 1).astype(np.int64)


def zone_starts(zones: Integers, height: float) -> Integers:
    """Return the first row of each zone and, last, the number of rows; ``zones`` ascend."""
    edges = np.arange(int(np.ceil(180.0 / height)) + 1)
    return np.searchsorted(zones, edges, side="left").astype(np.int64)


@jit
def cones(
    lon: Floats, lat: Floats, ra: Floats, dec: Floats, starts: Integers, height: float, radius: float
) -> tuple[Integers, Integers, Floats]:
    """Return all pairs of positions and rows within a radius, by position; all angles in degrees.

    Parameters
    ----------
    lon, lat
        Positions to look up, shape ``(n,)``; those that are not finite match nothing.
    ra, dec
        Rows, by zone and within a zone by ``ra`` (0 to 360), shape ``(m,)``.
    starts
        First row of each zone, as `zone_starts` gives it, perhaps shifted.
    height, radius
        Height of the zones, and of the cones.
    """
    size = 64
    owner, row, distance = np.empty(size, np.int64), np.empty(size, np.int64), np.empty(size)
    found = 0
    last = len(starts) - 2
    rad = np.pi / 180.0
    for i in range(len(lon)):
        x, y = lon[i] % 360.0, lat[i]
        if not (np.isfinite(x) and abs(y) <= 90.0):
            continue
        width = 180.0
        if abs(y) + radius < 90.0:
            ratio = np.sin(radius * rad) / np.cos(y * rad)
            width = np.arcsin(min(ratio, 1.0)) / rad + _MARGIN
        cosine = np.cos(y * rad)
        low = max(int((y - radius - _MARGIN + 90.0) / height), 0)
        high = min(int((y + radius + _MARGIN + 90.0) / height), last)
        for zone in range(low, high + 1):
            begin, end = starts[zone], starts[zone + 1]
            if begin == end:
                continue
            # the range of right ascension, and what of it lies beyond the seam at 0 = 360
            for turn in (0.0, 360.0, -360.0):
                left, right = x - width + turn, x + width + turn
                if width >= 180.0:
                    if turn != 0.0:
                        continue
                    left, right = 0.0, 360.0
                if right < 0.0 or left > 360.0:
                    continue
                # bisection: the first row from the left on
                at, stop = begin, end
                while at < stop:
                    middle = (at + stop) // 2
                    if ra[middle] < left:
                        at = middle + 1
                    else:
                        stop = middle
                while at < end and ra[at] <= right:
                    a = np.sin((dec[at] - y) * rad / 2)
                    b = np.sin((ra[at] - x) * rad / 2)
                    square = a * a + cosine * np.cos(dec[at] * rad) * b * b
                    gap = 2 * np.arcsin(np.sqrt(min(square, 1.0))) / rad
                    if gap <= radius:
                        if found == size:
                            owner = np.concatenate((owner, np.empty(size, np.int64)))
                            row = np.concatenate((row, np.empty(size, np.int64)))
                            distance = np.concatenate((distance, np.empty(size)))
                            size *= 2
                        owner[found], row[found], distance[found] = i, at, gap
                        found += 1
                    at += 1
    return owner[:found], row[:found], distance[:found]
