"""Where an object is by its light curve: the mean of where its detections were."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt
from nightdesk import sky

Floats = npt.NDArray[np.float64]
Method = Literal["snr2", "invvar"]

MAX_OFFSET: Final = 0.5
"""Arcsec: what is farther from the median is no detection of the object, as in SkyPortal."""
_CLIP: Final = 4.0
"""Of the scatter of the distances from the median."""


@dataclass(frozen=True)
class Point:
    """A detection with its position; ICRS, degrees."""

    mjd: float
    ra: float
    dec: float
    snr: float
    ra_unc: float | None = None
    """Arcsec."""
    dec_unc: float | None = None
    filter: str = ""
    mag: float | None = None
    instrument_ids: frozenset[int] = frozenset()
    stream_ids: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Position:
    """A place and what it comes from."""

    ra: float
    dec: float
    used: int
    """Detections in the mean; 0: this is the discovery position."""


def best(points: Sequence[Point], discovery: tuple[float, float], method: Method = "snr2") -> Position:
    """Return the weighted mean of where detections were.

    Parameters
    ----------
    discovery
        Returned if there is no point, or their median is farther than `MAX_OFFSET` from it.
    method
        Weights: the square of the signal-to-noise ratio, or the inverse variance of the coordinates; where
        no point has what that needs, all weigh the same as the median does.
    """
    fallback = Position(*discovery, used=0)
    if not points:
        return fallback
    ra0, dec0 = discovery
    east = _wrapped(np.array([p.ra for p in points]) - ra0) * np.cos(np.radians(dec0)) * 3600.0
    north = (np.array([p.dec for p in points]) - dec0) * 3600.0
    middle = float(np.median(east)), float(np.median(north))
    if np.hypot(*middle) > MAX_OFFSET:
        return fallback
    away = np.hypot(east - middle[0], north - middle[1])
    keep = away <= MAX_OFFSET
    if keep.sum() > 4:
        keep &= away <= max(_CLIP * float(np.std(away[keep])), 1e-6)
    weights = _weights(points, method)
    usable = keep & (weights > 0).all(axis=0)
    if usable.any():
        middle = (
            float(np.average(east[usable], weights=weights[0][usable])),
            float(np.average(north[usable], weights=weights[1][usable])),
        )
    ra = (ra0 + middle[0] / max(float(np.cos(np.radians(dec0))), 1e-9) / 3600.0) % 360.0
    dec = min(max(dec0 + middle[1] / 3600.0, -90.0), 90.0)
    return Position(ra, dec, used=int(usable.sum() if usable.any() else keep.sum()))


def shown(position: Position, discovery: tuple[float, float]) -> dict[str, Any]:
    """Return a position in SkyPortal's shape."""
    lon, lat = sky.galactic(position.ra, position.dec)
    return {
        "ra": position.ra,
        "dec": position.dec,
        "gal_lon": float(lon),
        "gal_lat": float(lat),
        "ebv": None,
        "separation": float(sky.separation(position.ra, position.dec, *discovery)),
        "discovery_ra": discovery[0],
        "discovery_dec": discovery[1],
    }


def _weights(points: Sequence[Point], method: Method) -> Floats:
    """Return weights of both coordinates, shape ``(2, n)``; 0 for a point that has none."""
    if method == "snr2":
        return np.tile(np.square([max(p.snr, 0.0) for p in points]), (2, 1))
    uncertain = np.array([[p.ra_unc or np.inf, p.dec_unc or np.inf] for p in points], np.float64).T
    return 1.0 / np.square(uncertain)


def _wrapped(degrees: Floats) -> Floats:
    return (degrees + 180.0) % 360.0 - 180.0
