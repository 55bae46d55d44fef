"""Parts of the sky with a share of a probability, as ranges of nested HEALPix pixels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import astropy.units as u
import numpy as np
import numpy.typing as npt
from astropy_healpix import healpix_to_lonlat, pixel_resolution_to_nside
from astropy_healpix.core import healpix_cone_search
from nightdesk import sky

from nightdesk_services.marshal.exceptions import Invalid

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

FINEST: Final = 29
"""HEALPix order of the ranges: the finest there is, as in a MOC (IVOA Multi-Order Coverage)."""
MOST_PIXELS: Final = 200_000
_SIGMAS: Final = 4
_ACROSS: Final = 16
_SMALLEST: Final = 1e-6


@dataclass(frozen=True)
class Skymap:
    """A probability per area in pixels of several sizes."""

    order: Integers
    pixel: Integers
    density: Floats
    """Per steradian, perhaps not normalised."""

    def region(self, percent: float) -> Integers:
        """Return the smallest region with so much of the probability.

        Pixels are taken by falling density until their sum reaches the share, the last one included: the
        credible region by greedy search, as in Singer & Price 2016, PRD 93, 024013.

        Returns
        -------
        ranges
            First pixel of order `FINEST`, and the one after the last, of each range; shape ``(n, 2)``.
        """
        # of the sky, relative: what all have in common cancels out
        share = self.density * 0.25 ** self.order.astype(np.float64)
        ranked = np.argsort(-self.density, kind="stable")
        total = np.cumsum(share[ranked])
        last = int(np.searchsorted(total, percent / 100 * total[-1], side="left"))
        kept = ranked[: last + 1]
        shift = 2 * (FINEST - self.order[kept])
        return _merged(self.pixel[kept] << shift, (self.pixel[kept] + 1) << shift)


def gaussian(ra: float, dec: float, error: float) -> Skymap:
    """Return the map of a position with a standard error on each axis, all in degrees."""
    if not _SMALLEST <= error <= 180 / _SIGMAS:
        raise Invalid(f"skymap.error: between {_SMALLEST:g} and {180 / _SIGMAS:.0f} degrees")
    nside = pixel_resolution_to_nside(error / _ACROSS * u.deg, round="up")
    order = min(int(np.log2(nside)), FINEST)
    radius = min(_SIGMAS * error, 179.9)
    pixel = np.unique(
        np.asarray(healpix_cone_search(ra * u.deg, dec * u.deg, radius * u.deg, 2**order, order="nested"))
    ).astype(np.int64)
    lon, lat = healpix_to_lonlat(pixel, 2**order, order="nested")
    distance = sky.separation(ra, dec, lon.to_value(u.deg), lat.to_value(u.deg)) / 3600
    return Skymap(np.full(len(pixel), order), pixel, np.exp(-0.5 * np.square(distance / error)))


def multiorder(uniq: Sequence[Any], density: Sequence[Any]) -> Skymap:
    """Return the map that a list of NUNIQ pixels and one of densities are.

    Raises
    ------
    Invalid
        If they are no map.
    """
    if not 0 < len(uniq) == len(density) <= MOST_PIXELS:
        raise Invalid(f"skymap.uniq, skymap.probdensity: lists of the same length, up to {MOST_PIXELS}")
    try:
        pixels, values = np.array(uniq, np.int64), np.array(density, np.float64)
    except (ValueError, TypeError, OverflowError) as error:
        raise Invalid("skymap.uniq, skymap.probdensity: must be integers and numbers") from error
    if pixels.ndim != 1 or values.ndim != 1 or (pixels < 4).any() or (pixels >= 4 ** (FINEST + 2)).any():
        raise Invalid("skymap.uniq: must be NUNIQ numbers of HEALPix pixels")
    if not np.isfinite(values).all() or (values < 0).any() or not values.any():
        raise Invalid("skymap.probdensity: must be positive")
    order = (_bits(pixels) - 3) // 2
    pixel = pixels - (np.int64(4) << (2 * order))
    if (pixel >= (np.int64(12) << (2 * order))).any():
        raise Invalid("skymap.uniq: must be NUNIQ numbers of HEALPix pixels")
    return Skymap(order, pixel, values)


def within(ranges: Integers, ra: npt.ArrayLike, dec: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """Return whether positions in degrees lie in a region; one that is none does not."""
    lon, lat = np.asarray(ra, np.float64), np.asarray(dec, np.float64)
    good = np.isfinite(lon) & np.isfinite(lat)
    pixels = sky.pixel(np.where(good, lon, 0.0), np.where(good, lat, 0.0), FINEST)
    place = np.searchsorted(ranges[:, 0], pixels, side="right") - 1
    inside = pixels < ranges[np.maximum(place, 0), 1]
    return np.asarray(good & (place >= 0) & inside, np.bool_)


def coarse(ranges: Integers) -> tuple[str, list[int]]:
    """Return the pixel column to ask, and the pixels that hold a region."""
    shift = 2 * (FINEST - sky.COARSE)
    first, last = ranges[:, 0] >> shift, (ranges[:, 1] - 1) >> shift
    pixels = np.unique(np.concatenate([np.arange(a, b + 1) for a, b in zip(first, last, strict=True)]))
    return f"hpx{sky.COARSE}", pixels.tolist()


def area(ranges: Integers) -> float:
    """Return the area of a region in square degrees."""
    sphere = 4 * np.pi * (180 / np.pi) ** 2
    return float((ranges[:, 1] - ranges[:, 0]).sum() / (12 * 4.0**FINEST) * sphere)


def _bits(values: Integers) -> Integers:
    """Return how many binary digits integers have, exactly."""
    found = np.zeros(len(values), np.int64)
    rest = values.copy()
    for step in (32, 16, 8, 4, 2, 1):
        large = rest >= (np.int64(1) << step)
        found[large] += step
        rest[large] >>= step
    return found + 1


def _merged(first: Integers, stop: Integers) -> Integers:
    ranked = np.argsort(first)
    first, stop = first[ranked], np.maximum.accumulate(stop[ranked])
    new = np.concatenate([[True], first[1:] > stop[:-1]])
    starts = np.flatnonzero(new)
    ends = np.concatenate([starts[1:] - 1, [len(first) - 1]])
    return np.stack([first[starts], stop[ends]], axis=1)
