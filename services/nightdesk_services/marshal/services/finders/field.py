"""The sky around a target as a negative: stars of a catalogue, and a cutout where there is one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image

from nightdesk_services.marshal.services.finders.stamp import Stamp
from nightdesk_services.marshal.services.finders.stars import Star

Floats = npt.NDArray[np.float64]

_SEEING: Final = 1.6
"""Full width of a drawn star in arcsec."""
_BRIGHT: Final = 25.0
"""A cutout is black at its brightest pixels, or where it stands so many times its noise above its sky."""
_SOFT: Final = 4.0
"""Up to so many times the noise its scale is linear, above it logarithmic."""


@dataclass(frozen=True)
class Plane:
    """A square of the tangent plane, north up and east left."""

    ra: float
    dec: float
    arcsec: float
    """Its side."""
    size: int
    """Its side in pixels."""

    @property
    def scale(self) -> float:
        """Pixels an arcsec."""
        return self.size / self.arcsec

    def place(self, ra: float, dec: float) -> tuple[float, float] | None:
        """Return the pixel of a position, from the upper left corner; None if it is far off."""
        a, d, d0 = math.radians(ra - self.ra), math.radians(dec), math.radians(self.dec)
        below = math.sin(d) * math.sin(d0) + math.cos(d) * math.cos(d0) * math.cos(a)
        if below < 0.5:
            return None
        east = math.cos(d) * math.sin(a) / below
        north = (math.sin(d) * math.cos(d0) - math.cos(d) * math.sin(d0) * math.cos(a)) / below
        return (
            self.size / 2 - math.degrees(east) * 3600 * self.scale,
            self.size / 2 - math.degrees(north) * 3600 * self.scale,
        )


def negative(plane: Plane, stars: Sequence[Star], stamp: Stamp | None, band: str = "") -> Image.Image:
    """Return the picture of a field: dark stars on white paper.

    Parameters
    ----------
    stamp
        Drawn in place of the stars where it has pixels.
    band
        Not empty if the stars have magnitudes.
    """
    dark = _dots(plane, stars)
    if stamp is not None:
        own = _of_stamp(plane, stamp)
        dark = np.where(np.isnan(own), dark, own)
    return Image.fromarray(np.round(255 * (1 - np.clip(dark, 0, 1))).astype(np.uint8))


def _dots(plane: Plane, stars: Sequence[Star]) -> Floats:
    """Return how dark each pixel is by the stars: brighter ones are wider and darker, as on a plate."""
    dark = np.zeros((plane.size, plane.size))
    for star in stars:
        place = plane.place(star.ra, star.dec)
        if place is None:
            continue
        mag = 17.0 if star.mag is None else star.mag
        width = (_SEEING / 2.35 + 0.14 * max(19.0 - mag, 0.0) ** 1.25) * plane.scale
        depth = min(max((22.5 - mag) / 4.0, 0.25), 1.6)
        reach = math.ceil(3.2 * width)
        x0, y0 = round(place[0]), round(place[1])
        left, right = max(x0 - reach, 0), min(x0 + reach + 1, plane.size)
        top, bottom = max(y0 - reach, 0), min(y0 + reach + 1, plane.size)
        if left >= right or top >= bottom:
            continue
        x = np.arange(left, right) + 0.5 - place[0]
        y = np.arange(top, bottom)[:, None] + 0.5 - place[1]
        dark[top:bottom, left:right] += depth * np.exp(-(((x**2 + y**2) / (2 * width**2)) ** 1.4))
    return dark


def _of_stamp(plane: Plane, stamp: Stamp) -> Floats:
    """Return how dark each pixel is by a cutout, NaN where it has none."""
    dark = np.full((plane.size, plane.size), np.nan)
    tangent = plane.place(stamp.ra, stamp.dec)
    if tangent is None:
        return dark
    # no corner of it is farther from its tangent point, wherever in it that lies
    reach = 1.5 * stamp.side * plane.scale
    left, right = (round(min(max(tangent[0] + way, 0), plane.size)) for way in (-reach, reach))
    top, bottom = (round(min(max(tangent[1] + way, 0), plane.size)) for way in (-reach, reach))
    if left >= right or top >= bottom:
        return dark
    x = (np.arange(left, right) + 0.5 - tangent[0]) / plane.scale
    y = (np.arange(top, bottom)[:, None] + 0.5 - tangent[1]) / plane.scale
    east, north = np.broadcast_arrays(-x, -y)
    values = stamp.at(np.asarray(east), np.asarray(north))
    known = stamp.pixels[np.isfinite(stamp.pixels)]
    sky = float(np.median(known))
    noise = 1.4826 * float(np.median(np.abs(known - sky))) or float(known.std()) or 1.0
    top_level = max(float(np.percentile(known, 99.7)) - sky, _BRIGHT * noise)
    scaled = np.clip(values - sky + 0.6 * noise, 0, top_level) / (_SOFT * noise)
    dark[top:bottom, left:right] = np.arcsinh(scaled) / np.arcsinh(top_level / (_SOFT * noise))
    return dark
