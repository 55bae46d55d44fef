"""Matching by physical distance: how far from a galaxy its transients may lie.

As Kowalski matches CLU and NED: every galaxy has a search radius of its own, from a physical radius at its
distance, and an ellipse where its shape is known.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

ARCSEC: Final = 3600 * 180 / np.pi
"""Arcseconds in a radian."""
LARGEST: Final = 3.0
"""Degrees beyond which no radius grows by default: M31 and M33 would fill a good part of the sky."""
UNITS: Final = {"kpc": 1e-3, "Mpc": 1.0, "Gpc": 1e3}
"""Unit of distance -> Mpc."""


@dataclass(frozen=True)
class Galaxies:
    """Distances and shapes of a catalogue's galaxies, arrays of shape ``(m,)``; NaN is unknown.

    Raises
    ------
    ValueError
        If the physical radius is not positive, or the largest radius not within 0 to 10 degrees.
    """

    distance: Floats
    """Distance in Mpc, at best the angular-diameter distance; one that is not positive is unknown."""
    radius_kpc: float
    """How far from a galaxy's centre a match may lie."""
    largest: float = LARGEST
    """Largest angular radius in degrees."""
    nearest: float = 0.0
    """Distances below this, in Mpc, are not believed and count as unknown."""
    axis: Floats | None = None
    """Semi-major axis in arcsec, already with any margin."""
    ratio: Floats | None = None
    """Minor over major axis; unknown is 1, a circle."""
    angle: Floats | None = None
    """Position angle of the major axis in degrees, from north to east; unknown is 0."""

    def __post_init__(self) -> None:
        """Check the numbers."""
        if not self.radius_kpc > 0:
            msg = f"a physical radius is positive, not {self.radius_kpc} kpc"
            raise ValueError(msg)
        if not 0 < self.largest <= 10:
            msg = f"the largest radius lies between 0 and 10 degrees, not {self.largest}"
            raise ValueError(msg)

    def believed(self) -> Floats:
        """Return the distances in Mpc, NaN where they are unknown or not believed."""
        good = np.isfinite(self.distance) & (self.distance > 0) & (self.distance >= self.nearest)
        return np.where(good, self.distance, np.nan)

    def radius(self) -> Floats:
        """Return the search radius of each galaxy in arcsec; 0 where the distance is unknown."""
        angular = self.radius_kpc / (self.believed() * 1e3) * ARCSEC
        return np.where(np.isnan(angular), 0.0, np.minimum(angular, self.largest * 3600))

    def ellipses(self) -> Floats | None:
        """Return semi-major axis (arcsec), ratio and angle of each galaxy, shape ``(m, 3)``; axis 0: none."""
        if self.axis is None:
            return None
        size = len(self.distance)
        axis = np.where(np.isfinite(self.axis) & (self.axis > 0), self.axis, 0.0)
        ratio = np.ones(size) if self.ratio is None else self.ratio
        angle = np.zeros(size) if self.angle is None else self.angle
        ratio = np.where((ratio > 0) & (ratio <= 1), ratio, 1.0)
        return np.column_stack([np.minimum(axis, self.largest * 3600), ratio, np.nan_to_num(angle)])


def offset_kpc(distance_arcsec: npt.ArrayLike, distance_mpc: npt.ArrayLike) -> Floats:
    """Return the projected offset in kpc of an angle in arcsec at a distance in Mpc (small angles).

    Examples
    --------
    >>> round(float(offset_kpc(1.0, 206.264806)), 6)
    1.0
    """
    angle = np.asarray(distance_arcsec, dtype=np.float64) / ARCSEC
    return np.asarray(angle * np.asarray(distance_mpc, dtype=np.float64) * 1e3)


def in_ellipse(
    ra: npt.ArrayLike, dec: npt.ArrayLike, centre_ra: npt.ArrayLike, centre_dec: npt.ArrayLike, shape: Floats
) -> npt.NDArray[np.bool_]:
    """Return which positions lie within ellipses on the sky.

    The position's great-circle offset from the centre is laid along and across the major axis by its position
    angle (azimuthal equidistant projection about the centre).

    Parameters
    ----------
    ra, dec
        ICRS degrees, shape ``(n,)``.
    centre_ra, centre_dec
        Centres of the ellipses, ICRS degrees, shape ``(n,)``.
    shape
        Semi-major axis in arcsec, minor over major axis, position angle in degrees from north to east, shape
        ``(n, 3)``.
    """
    lon, lat, lon0, lat0 = (
        np.radians(np.asarray(x, dtype=np.float64)) for x in (ra, dec, centre_ra, centre_dec)
    )
    turn = lon - lon0
    east = np.cos(lat) * np.sin(turn)
    north = np.cos(lat0) * np.sin(lat) - np.sin(lat0) * np.cos(lat) * np.cos(turn)
    away = np.arctan2(
        np.hypot(east, north), np.sin(lat0) * np.sin(lat) + np.cos(lat0) * np.cos(lat) * np.cos(turn)
    )
    angle = np.arctan2(east, north) - np.radians(shape[:, 2])
    along, across = away * np.cos(angle), away * np.sin(angle)
    major = shape[:, 0] / ARCSEC
    known = major > 0
    major = np.where(known, major, 1.0)
    return np.asarray(known & ((along / major) ** 2 + (across / (major * shape[:, 1])) ** 2 <= 1))
