"""When it is dark at a site, and when a target is up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any, Final

import astropy.units as u
import numpy as np
import numpy.typing as npt
from astropy.coordinates import AltAz, EarthLocation, SkyCoord, get_sun
from astropy.time import Time
from astropy.utils import iers

from nightdesk_services.marshal.access import Document

# the tables that come with astropy do; a request must not wait for a download
iers.conf.auto_download = False
# UT1 is off by less than a second then: times of sunset are to the minute anyway
iers.conf.auto_max_age = None
iers.conf.iers_degraded_accuracy = "ignore"

Hours = npt.NDArray[np.float64]

_STEP: Final = 300.0
"""Seconds between two altitudes; crossings are interpolated to a few seconds."""
_SUN: Final = {"sunset": -0.833, "nautical": -12.0, "astronomical": -18.0}
"""Altitude of the Sun's centre in degrees; at sunset with refraction and the Sun's radius (34', 16')."""
_UP: Final = 30.0
"""Altitude in degrees above which a target is up: an airmass of two."""


@dataclass(frozen=True)
class Site:
    """A place on Earth."""

    lat: float
    """Degrees."""
    lon: float
    """Degrees, east positive."""
    elevation: float = 0.0
    """Metres."""

    @property
    def location(self) -> EarthLocation:
        """The place for astropy."""
        return EarthLocation(lat=self.lat * u.deg, lon=self.lon * u.deg, height=self.elevation * u.m)

    def noon(self, day: date) -> datetime:
        """Return local mean noon of a calendar day, in UTC."""
        return datetime(day.year, day.month, day.day, 12, tzinfo=UTC) - timedelta(hours=self.lon / 15)


def site_of(telescope: Document) -> Site | None:
    """Return where a telescope is, None if that is not known or not fixed."""
    lat, lon = telescope.get("lat"), telescope.get("lon")
    if lat is None or lon is None or not telescope.get("fixed_location", True):
        return None
    return Site(float(lat), float(lon), float(telescope.get("elevation") or 0.0))


def ephemeris(site: Site, day: date) -> dict[str, Any]:
    """Return the times of the night that begins on a local calendar day, in SkyPortal's names.

    A time that does not occur, as in polar summer, is None. ISO times in UTC, and milliseconds of Unix time.
    """
    return dict(_ephemeris(site, day))


@lru_cache(maxsize=512)
def _ephemeris(site: Site, day: date) -> dict[str, Any]:
    noon = site.noon(day)
    altitude = _sun(site, noon)
    found: dict[str, Any] = {"utc_offset_hours": round(site.lon / 15, 2)}
    for name, limit in _SUN.items():
        down, up = (_crossing(noon, altitude, limit, rising=rising) for rising in (False, True))
        names = (
            ("sunset", "sunrise")
            if name == "sunset"
            else (f"twilight_evening_{name}", f"twilight_morning_{name}")
        )
        for key, when in zip(names, (down, up), strict=True):
            found[f"{key}_utc"] = None if when is None else when.isoformat(timespec="seconds")
            found[f"{key}_unix_ms"] = None if when is None else round(1000 * when.timestamp())
    return found


def darkness(site: Site, now: datetime) -> dict[str, Any]:
    """Return whether it is astronomical night, and the twilights before and after it."""
    local = now + timedelta(hours=site.lon / 15)
    day = (local - timedelta(hours=12)).date()
    times = ephemeris(site, day)
    evening, morning = (times[f"twilight_{name}_astronomical_unix_ms"] for name in ("evening", "morning"))
    ms = 1000 * now.timestamp()
    dark = evening is not None and morning is not None and evening <= ms <= morning
    return {
        "is_night_astronomical": dark,
        "evening": times["twilight_evening_astronomical_utc"] or False,
        "morning": times["twilight_morning_astronomical_utc"] or False,
    }


def up(site: Site, day: date, ra: float, dec: float) -> tuple[datetime | None, datetime | None]:
    """Return when a target rises above 30 degrees and sets below them, within a day from local noon.

    Parameters
    ----------
    ra, dec
        ICRS, degrees.
    """
    noon = site.noon(day)
    place = SkyCoord(ra * u.deg, dec * u.deg).transform_to(
        AltAz(obstime=_times(noon), location=site.location)
    )
    altitude = np.asarray(place.alt.deg, np.float64)
    return _crossing(noon, altitude, _UP, rising=True), _crossing(noon, altitude, _UP, rising=False)


def _times(noon: datetime) -> Time:
    return Time(noon) + np.arange(0.0, 86400.0 + _STEP, _STEP) * u.s


def _sun(site: Site, noon: datetime) -> Hours:
    times = _times(noon)
    return np.asarray(get_sun(times).transform_to(AltAz(obstime=times, location=site.location)).alt.deg)


def _crossing(noon: datetime, altitude: Hours, limit: float, *, rising: bool) -> datetime | None:
    above = altitude > limit
    change = (~above[:-1] & above[1:]) if rising else (above[:-1] & ~above[1:])
    at = np.flatnonzero(change)
    if not len(at):
        return None
    i = int(at[0])
    part = (limit - altitude[i]) / (altitude[i + 1] - altitude[i])
    return noon + timedelta(seconds=float(_STEP * (i + part)))
