"""Orbits of main-belt asteroids for Rubin's packets, good enough to be of the right kind.

The orbits are drawn from the asteroid's key; they do not integrate to the simulated motion.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from nightdesk.simulate import draws
from nightdesk.simulate.draws import Floats
from nightdesk.simulate.tables import Table

OBLIQUITY: Final = np.radians(23.4392911)
_POLE_RA, _POLE_DEC, _NODE = np.radians([192.85948, 27.12825, 122.93192])


def designations(table: Table) -> list[str]:
    """Return unpacked provisional designations, as ``2004 JQ12``."""
    letters = "ABCDEFGHJKLMNOPQRSTUVWXY"
    found = []
    for key in table["key"].tolist():
        year, half, second, cycle = (
            1995 + key % 30,
            letters[key // 30 % 24],
            letters[key // 720 % 24],
            key // 17280 % 400,
        )
        found.append(f"{year} {half}{second}{cycle or ''}")
    return found


def ss_source(table: Table, place: dict[str, Any], mjd: float) -> dict[str, Any]:
    """Return the fields of ssSource for detections at `place` (``ra``, ``dec`` in degrees) and time `mjd`."""
    keys = table["key"]
    ra, dec = np.radians(place["ra"]), np.radians(place["dec"])
    axis = _axis(table)
    # the Sun, to a degree
    sun = np.radians(280.46 + 0.98564736 * (mjd - 51544.5))
    lam, beta = _ecliptic(ra, dec)
    elongation = np.degrees(np.arccos(np.clip(np.cos(beta) * np.cos(lam - sun), -1, 1)))
    away = np.sqrt(np.maximum(axis**2 - np.sin(np.radians(elongation)) ** 2, 0.1)) + np.cos(
        np.radians(elongation)
    )
    lon, lat = _galactic(ra, dec)
    off_ra, off_dec = 0.05 * draws.normal(keys, 121), 0.05 * draws.normal(keys, 122)
    rate_ra, rate_dec = table["rate_ra"] * 24.0 / 3600.0, table["rate_dec"] * 24.0 / 3600.0
    return {
        "diaSourceId": place["diaSourceId"],
        "ssObjectId": place["ssObjectId"],
        "designation": designations(table),
        "eclLambda": np.degrees(lam) % 360.0,
        "eclBeta": np.degrees(beta),
        "galLon": lon,
        "galLat": lat,
        "elongation": elongation,
        "phaseAngle": np.degrees(np.arcsin(np.clip(np.sin(np.radians(elongation)) / axis, -1, 1))),
        "topoRange": away,
        "topoRangeRate": 0.0,
        "helioRange": axis,
        "helioRangeRate": 0.0,
        "ephRa": place["ra"] - off_ra / 3600.0,
        "ephDec": place["dec"] - off_dec / 3600.0,
        "ephVmag": table["peak"] + 0.2,
        "ephRate": np.hypot(rate_ra, rate_dec),
        "ephRateRa": rate_ra,
        "ephRateDec": rate_dec,
        "ephOffset": np.hypot(off_ra, off_dec),
        "ephOffsetRa": off_ra,
        "ephOffsetDec": off_dec,
        "diaDistanceRank": 1,
    }


def mpc_orbits(table: Table) -> dict[str, Any]:
    """Return the fields of mpc_orbits."""
    keys, names = table["key"], designations(table)
    axis, eccentricity = _axis(table), 0.02 + 0.25 * draws.uniform(keys, 132)
    motion = 0.9856076686 * axis**-1.5
    return {
        "id": 0,
        "designation": names,
        "packed_primary_provisional_designation": names,
        "unpacked_primary_provisional_designation": names,
        "orbit_type_int": 11,
        "u_param": 0,
        "nopp": 6,
        "a": axis,
        "q": axis * (1.0 - eccentricity),
        "e": eccentricity,
        "i": 15.0 * draws.uniform(keys, 133),
        "node": 360.0 * draws.uniform(keys, 134),
        "argperi": 360.0 * draws.uniform(keys, 135),
        "mean_anomaly": 360.0 * draws.uniform(keys, 136),
        "period": 360.0 / motion,
        "mean_motion": motion,
        "epoch_mjd": 61000.0,
        "h": table["peak"] - 5.0 * np.log10(axis * (axis - 1.0)),
        "g": 0.15,
    }


def _axis(table: Table) -> Floats:
    axis: Floats = 2.1 + 1.15 * draws.uniform(table["key"], 131)
    return axis


def _ecliptic(ra: Floats, dec: Floats) -> tuple[Floats, Floats]:
    cos, sin = np.cos(OBLIQUITY), np.sin(OBLIQUITY)
    lam = np.arctan2(np.sin(ra) * cos + np.tan(dec) * sin, np.cos(ra))
    return lam, np.arcsin(np.sin(dec) * cos - np.cos(dec) * sin * np.sin(ra))


def _galactic(ra: Floats, dec: Floats) -> tuple[Floats, Floats]:
    lat = np.arcsin(np.sin(dec) * np.sin(_POLE_DEC) + np.cos(dec) * np.cos(_POLE_DEC) * np.cos(ra - _POLE_RA))
    lon = _NODE - np.arctan2(
        np.cos(dec) * np.sin(ra - _POLE_RA),
        np.sin(dec) * np.cos(_POLE_DEC) - np.cos(dec) * np.sin(_POLE_DEC) * np.cos(ra - _POLE_RA),
    )
    return np.degrees(lon) % 360.0, np.degrees(lat)
