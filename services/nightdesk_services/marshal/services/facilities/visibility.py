"""Where targets, Sun and Moon stand over a site, for many times at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import astropy.units as u
import numpy as np
import numpy.typing as npt
from astropy.coordinates import TETE, AltAz, SkyCoord, get_body, get_sun
from astropy.time import Time

from nightdesk_services.marshal.services.facilities.night import Site

Floats = npt.NDArray[np.float64]

_COARSE: Final = 600.0
"""Seconds between two places of Sun and Moon, which move slowly; between them they are interpolated."""


@dataclass(frozen=True)
class Sky:
    """The sky over a site at times of equal distance."""

    start: datetime
    step: float
    """Seconds."""
    sun: Floats
    """Altitude of the Sun at each time, degrees."""
    altitude: Floats
    """Altitude of each target at each time, degrees, without refraction."""
    hour_angle: Floats
    """Degrees from the meridian, west positive, likewise."""
    moon: Floats
    """Degrees of each target from the Moon, likewise."""

    @property
    def airmass(self) -> Floats:
        """Secant of the zenith distance; infinite below the horizon."""
        sine = np.sin(np.radians(self.altitude))
        with np.errstate(divide="ignore"):
            return np.where(sine > 0, 1 / sine, np.inf)

    def time(self, index: float) -> datetime:
        """Return the time of a place in the arrays."""
        return self.start + timedelta(seconds=self.step * index)


def sky_over(
    site: Site, places: Sequence[tuple[float, float]], start: datetime, end: datetime, step: float
) -> Sky:
    """Return the sky over a site from one time to another.

    Parameters
    ----------
    places
        Right ascension and declination of each target, ICRS, degrees.
    step
        Seconds.
    """
    seconds = np.arange(0.0, (end - start).total_seconds() + step, step)
    times = Time(start) + seconds * u.s
    # precession within some nights is far below what a plan needs
    middle = times[len(times) // 2]
    ra, dec = np.asarray(places, np.float64).reshape(-1, 2).T
    targets = SkyCoord(ra * u.deg, dec * u.deg)
    apparent = targets.transform_to(TETE(obstime=middle))
    sidereal = np.asarray(times.sidereal_time("apparent", longitude=site.lon * u.deg).deg)
    angle = (sidereal[None, :] - np.asarray(apparent.ra.deg)[:, None] + 180) % 360 - 180
    north, delta = np.radians(site.lat), np.radians(np.asarray(apparent.dec.deg))[:, None]
    sine = np.sin(north) * np.sin(delta) + np.cos(north) * np.cos(delta) * np.cos(np.radians(angle))
    sun, moon = _sun_and_moon(site, start, seconds)
    towards = np.asarray(targets.cartesian.xyz.value).T
    return Sky(
        start=start,
        step=step,
        sun=sun,
        altitude=np.degrees(np.arcsin(np.clip(sine, -1, 1))),
        hour_angle=angle,
        moon=np.degrees(np.arccos(np.clip(towards @ moon, -1, 1))),
    )


def moon_phase(times: Sequence[datetime]) -> Floats:
    """Return which part of the Moon's disk is lit at each time, 0 to 1."""
    if not times:
        return np.empty(0)
    at = Time(list(times))
    elongation = get_body("moon", at).separation(get_sun(at), origin_mismatch="ignore")
    return np.asarray((1 - np.cos(elongation.rad)) / 2)


def _sun_and_moon(site: Site, start: datetime, seconds: Floats) -> tuple[Floats, Floats]:
    """Return the Sun's altitude and the Moon's direction (3 rows) at each time."""
    nodes = np.arange(0.0, seconds[-1] + _COARSE, _COARSE)
    times = Time(start) + nodes * u.s
    sun = get_sun(times).transform_to(AltAz(obstime=times, location=site.location)).alt.deg
    moon = get_body("moon", times, location=site.location)
    ra, dec = np.radians(moon.ra.deg), np.radians(moon.dec.deg)
    axes = (np.cos(dec) * np.cos(ra), np.cos(dec) * np.sin(ra), np.sin(dec))
    direction = np.array([np.interp(seconds, nodes, axis) for axis in axes])
    return np.interp(seconds, nodes, np.asarray(sun)), direction / np.linalg.norm(direction, axis=0)
