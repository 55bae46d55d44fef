"""The way of a target, the Sun and the Moon over the sky of a site, for a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

import astropy.units as u
import numpy as np
import numpy.typing as npt
from astropy.coordinates import AltAz, SkyCoord, get_body, get_sun
from astropy.time import Time

from nightdesk_services.marshal.services.facilities.night import Site

Floats = npt.NDArray[np.float64]

TWILIGHTS: Final = {"astronomical": -18.0, "nautical": -12.0, "civil": -6.0}
"""Altitude of the Sun's centre in degrees below which it is dark."""
_STEP: Final = 600.0
"""Seconds; between, an altitude is within 0.02 degrees of a straight line."""

_HOURS: Final = np.arange(0.0, 86400.0 + _STEP, _STEP) / 3600.0


@dataclass(frozen=True)
class Track:
    """Altitudes in degrees, without refraction, shape ``(n,)`` each."""

    start: datetime
    hours: Floats
    """Since the start."""
    target: Floats
    sun: Floats
    moon: Floats
    moon_distance: float
    """Degrees from the target, in the middle of the day."""
    moon_light: float
    """Part of the Moon that is lit, 0 to 1."""

    def time(self, hours: float) -> datetime:
        """Return the time at some hours since the start."""
        return self.start + timedelta(hours=hours)


@dataclass(frozen=True)
class Window:
    """A span in which a target is up and it is dark; hours since the start."""

    begin: float
    end: float


def track(site: Site, start: datetime, ra: float, dec: float) -> Track:
    """Return the tracks of 24 hours.

    Parameters
    ----------
    ra, dec
        ICRS, degrees.
    """
    times, sun, moon = _bodies(start)
    frame = AltAz(obstime=times, location=site.location)
    target = SkyCoord(ra * u.deg, dec * u.deg)
    middle = len(_HOURS) // 2
    elongation = float(sun[middle].separation(moon[middle], origin_mismatch="ignore").rad)
    return Track(
        start=start,
        hours=_HOURS,
        target=_altitude(target, frame),
        sun=_altitude(sun, frame),
        moon=_altitude(moon, frame),
        moon_distance=float(moon[middle].separation(target, origin_mismatch="ignore").deg),
        # the Sun is far behind the Moon, so that the phase angle is 180 degrees less the elongation
        moon_light=(1 - float(np.cos(elongation))) / 2,
    )


@lru_cache(maxsize=4)
def _bodies(start: datetime) -> tuple[Time, SkyCoord, SkyCoord]:
    """Return times, Sun and Moon as seen from the middle of the Earth; their distances give the parallax."""
    times = Time(start) + _HOURS * u.hour
    return times, get_sun(times), get_body("moon", times)


def lowest(max_airmass: float) -> float:
    """Return the altitude in degrees of an airmass, which is taken as the secant of the zenith distance."""
    return float(np.degrees(np.arcsin(1 / max_airmass)))


def airmass(altitude: float) -> float:
    """Return the airmass at an altitude in degrees."""
    return float(1 / np.sin(np.radians(altitude)))


def windows(one: Track, max_airmass: float, sun_below: float) -> list[Window]:
    """Return when a target is observable, with ends between the steps where the curves cross the limits."""
    up = _positive(one.hours, one.target - lowest(max_airmass))
    dark = _positive(one.hours, sun_below - one.sun)
    both = (
        Window(max(a.begin, b.begin), min(a.end, b.end))
        for a in up
        for b in dark
        if a.begin < b.end and b.begin < a.end
    )
    return sorted(both, key=lambda window: window.begin)


def _positive(hours: Floats, values: Floats) -> list[Window]:
    """Return where a curve of straight pieces is above zero."""
    found: list[Window] = []
    begin = float(hours[0]) if values[0] > 0 else None
    for i in range(1, len(values)):
        here, there = float(values[i - 1]), float(values[i])
        if (here > 0) == (there > 0):
            continue
        at = float(hours[i - 1] + (hours[i] - hours[i - 1]) * here / (here - there))
        if begin is None:
            begin = at
        else:
            found.append(Window(begin, at))
            begin = None
    if begin is not None:
        found.append(Window(begin, float(hours[-1])))
    return found


def best(one: Track, spans: list[Window]) -> tuple[float, float] | None:
    """Return when a target stands highest while it is observable, in hours, and its altitude then."""
    if not spans:
        return None
    inside = np.zeros(len(one.hours), dtype=bool)
    for span in spans:
        inside |= (one.hours >= span.begin) & (one.hours <= span.end)
    if not inside.any():
        middle = (spans[0].begin + spans[0].end) / 2
        return middle, float(np.interp(middle, one.hours, one.target))
    i = int(np.argmax(np.where(inside, one.target, -90.0)))
    return float(one.hours[i]), float(one.target[i])


def _altitude(place: SkyCoord, frame: AltAz) -> Floats:
    return np.asarray(place.transform_to(frame).alt.deg, np.float64)
