"""Offset stars: bright stars by themselves near a faint target, and the way from each to it."""

from __future__ import annotations

from dataclasses import dataclass

import astropy.units as u
import numpy as np
from astropy.coordinates import SkyCoord
from nightdesk import sky

from nightdesk_services.marshal.services.finders.facilities import Facility
from nightdesk_services.marshal.services.finders.stars import Field, Star, neighbours


@dataclass(frozen=True)
class Target:
    """What is to be observed; ICRS, degrees."""

    name: str
    ra: float
    dec: float
    mag: float | None = None
    band: str = ""
    """Filter of the magnitude."""
    comment: str = ""
    priority: str = ""


@dataclass(frozen=True)
class Offset:
    """A star and how far the telescope moves from it to the target."""

    star: Star
    east: float
    """In arcsec along the circle of declination, as the handset of a telescope counts; west is negative."""
    north: float
    distance: float
    angle: float
    """Position angle of the way, degrees east of north."""


def chosen(field: Field, target: Target, bounds: Facility, count: int) -> list[Offset]:
    """Return the nearest stars to a target that are within the bounds and by themselves."""
    if not field.stars or count == 0:
        return []
    lon, lat = ([getattr(star, axis) for star in field.stars] for axis in ("ra", "dec"))
    distances = sky.separation(target.ra, target.dec, lon, lat)
    found: list[Star] = []
    for i in np.argsort(distances, kind="stable").tolist():
        star, distance = field.stars[i], float(distances[i])
        if distance > bounds.radius_degrees * 3600 or len(found) == count:
            break
        bright = star.mag is not None and bounds.mag_min <= star.mag <= bounds.mag_limit
        if bright and distance >= bounds.min_sep_arcsec and neighbours(field, star) >= bounds.min_sep_arcsec:
            found.append(star)
    return [_offset(star, target) for star in found]


def _offset(star: Star, target: Target) -> Offset:
    here, there = (SkyCoord(one.ra * u.deg, one.dec * u.deg) for one in (star, target))
    east, north = here.spherical_offsets_to(there)
    return Offset(
        star,
        float(east.to_value(u.arcsec)),
        float(north.to_value(u.arcsec)),
        float(here.separation(there).to_value(u.arcsec)),
        float(here.position_angle(there).to_value(u.deg)) % 360.0,
    )
