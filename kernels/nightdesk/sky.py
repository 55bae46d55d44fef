"""Positions on the sky: HEALPix pixels, cones, separations and their notations."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

import astropy.units as u
import numpy as np
import numpy.typing as npt
from astropy.coordinates import Angle, SkyCoord
from astropy_healpix import lonlat_to_healpix
from astropy_healpix.core import healpix_cone_search

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

FINE: Final = 12
"""HEALPix order of the ``hpx12`` column: pixels of about 52 arcsec."""
COARSE: Final = 6
"""HEALPix order of the ``hpx6`` column: pixels of about 55 arcmin."""
FINE_RADIUS: Final = 300.0
"""Cones up to this radius in arcsec are asked for by fine pixels, larger ones by coarse pixels."""


def pixel(ra: npt.ArrayLike, dec: npt.ArrayLike, order: int) -> Integers:
    """Return nested HEALPix pixels.

    Parameters
    ----------
    ra, dec
        ICRS position in degrees, any shape.
    order
        HEALPix order; the pixels are those of ``nside = 2**order``.
    """
    lon = np.asarray(ra, dtype=np.float64) * u.deg
    lat = np.asarray(dec, dtype=np.float64) * u.deg
    return np.asarray(lonlat_to_healpix(lon, lat, 2**order, order="nested"), dtype=np.int64)


def cone(ra: float, dec: float, radius_arcsec: float) -> tuple[str, list[int]]:
    """Return the pixel column to ask and the pixels that cover a cone.

    The pixels hold the whole cone and some sky around it: test the exact distance of what they give.

    Returns
    -------
    column
        ``hpx12`` for a radius of at most `FINE_RADIUS`, else ``hpx6``.
    pixels
        Sorted nested pixels.

    Raises
    ------
    ValueError
        If the radius is negative or beyond 180 degrees, or the declination beyond a pole.
    """
    if not 0 <= radius_arcsec <= 180 * 3600:
        msg = f"a cone's radius lies between 0 and 648000 arcsec, not {radius_arcsec}"
        raise ValueError(msg)
    if not (np.isfinite(ra) and -90 <= dec <= 90):
        msg = f"({ra}, {dec}) is not a position in degrees"
        raise ValueError(msg)
    order = FINE if radius_arcsec <= FINE_RADIUS else COARSE
    # a milliarcsecond of margin, and never nothing: the search rejects a radius of zero
    radius = (radius_arcsec + 1e-3) * u.arcsec
    found = healpix_cone_search(ra * u.deg, dec * u.deg, radius.to(u.deg), 2**order, order="nested")
    own = int(pixel(ra, dec, order))
    return f"hpx{order}", sorted({own, *(int(p) for p in found)})


def separation(ra1: npt.ArrayLike, dec1: npt.ArrayLike, ra2: npt.ArrayLike, dec2: npt.ArrayLike) -> Floats:
    """Return great-circle distances in arcsec of positions in degrees, shapes broadcast (haversine)."""
    lon1, lat1, lon2, lat2 = (np.radians(np.asarray(x, dtype=np.float64)) for x in (ra1, dec1, ra2, dec2))
    a = np.sin((lat2 - lat1) / 2) ** 2 + np.cos(lat1) * np.cos(lat2) * np.sin((lon2 - lon1) / 2) ** 2
    return np.asarray(np.degrees(2 * np.arcsin(np.sqrt(np.clip(a, 0, 1)))) * 3600, dtype=np.float64)


def galactic(ra: npt.ArrayLike, dec: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Return galactic longitude and latitude in degrees of ICRS positions in degrees."""
    lon, lat = np.radians(np.asarray(ra, np.float64)), np.radians(np.asarray(dec, np.float64))
    place = np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    x, y, z = np.tensordot(_to_galactic(), place, axes=1)
    return np.degrees(np.arctan2(y, x)) % 360.0, np.degrees(np.arctan2(z, np.hypot(x, y)))


@cache
def _to_galactic() -> Floats:
    """Return the rotation that astropy makes of the axes, which a single position would wait a while for."""
    axes = SkyCoord(x=[1, 0, 0], y=[0, 1, 0], z=[0, 0, 1], representation_type="cartesian").galactic
    return np.asarray(axes.cartesian.xyz.value, dtype=np.float64)


def radec_str(ra: float, dec: float) -> list[str]:
    """Return a position in degrees as ``["hh:mm:ss.ssss", "[-]dd:mm:ss.sss"]``, as Kowalski writes it.

    Examples
    --------
    >>> radec_str(185.7288484, 15.8236168)
    ['12:22:54.9236', '15:49:25.020']
    """
    return radec_strings([ra], [dec])[0]


def radec_strings(ra: npt.ArrayLike, dec: npt.ArrayLike) -> list[list[str]]:
    """Return `radec_str` of many positions."""
    hours: Any = Angle(np.atleast_1d(np.asarray(ra, dtype=np.float64)), unit=u.deg)
    degrees: Any = Angle(np.atleast_1d(np.asarray(dec, dtype=np.float64)), unit=u.deg)
    hms = hours.to_string(unit=u.hourangle, sep=":", precision=4, pad=True)
    dms = degrees.to_string(unit=u.deg, sep=":", precision=3, pad=True)
    # rounding may end at the 24th hour
    return [
        [str(a).replace("24:", "00:", 1) if str(a)[:3] == "24:" else str(a), str(b)]
        for a, b in zip(hms, dms, strict=True)
    ]
