"""From what surveys write to UTC, microjansky and AB magnitudes: the one place of these conversions.

Fluxes are difference fluxes, signed, in µJy; magnitudes are AB, whose zero point is 3631 Jy [1]_, so that 1
µJy has magnitude 23.9. Errors are one sigma, to first order; limits are five sigma. NaN stands for unknown.

References
----------
.. [1] Oke & Gunn 1983, ApJ 266, 713.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import numpy.typing as npt

from nightdesk.surveys.model import Clock

Floats = npt.NDArray[np.float64]

ZEROPOINT: Final = 23.9
"""AB magnitude of 1 µJy."""
POGSON: Final = 2.5 / math.log(10)
"""Magnitudes per relative change of flux."""
SIGNIFICANT: Final = 3.0
"""Signal-to-noise ratio below which a point has no magnitude."""
LIMIT_SIGMA: Final = 5.0
"""Significance of a limiting magnitude."""
MJD_ZERO: Final = 2400000.5
"""Julian date of MJD 0."""


def flux_of_magnitude(magnitude: npt.ArrayLike, zeropoint: npt.ArrayLike = ZEROPOINT) -> Floats:
    """Return the positive flux of an AB magnitude, in units of which 1 has the magnitude ``zeropoint``."""
    difference = np.asarray(magnitude, dtype=np.float64) - np.asarray(zeropoint, dtype=np.float64)
    with np.errstate(over="ignore"):
        return np.asarray(10.0 ** (-0.4 * difference), dtype=np.float64)


def magnitude_of_flux(flux_ujy: npt.ArrayLike) -> Floats:
    """Return the AB magnitude of a flux in µJy; NaN where the flux is not positive."""
    flux = np.asarray(flux_ujy, dtype=np.float64)
    return np.asarray(ZEROPOINT - 2.5 * np.log10(np.where(flux > 0, flux, np.nan)), dtype=np.float64)


def flux_in_ujy(flux: npt.ArrayLike, zeropoint: npt.ArrayLike) -> Floats:
    """Return a flux in µJy, given in units of which 1 has the AB magnitude ``zeropoint``."""
    return np.asarray(flux, dtype=np.float64) * flux_of_magnitude(zeropoint)


def magnitude_or_limit(
    flux: npt.ArrayLike,
    error: npt.ArrayLike,
    zeropoint: npt.ArrayLike = ZEROPOINT,
    *,
    significant: float = SIGNIFICANT,
    limit: float = LIMIT_SIGMA,
) -> tuple[Floats, Floats, Floats]:
    """Return magnitudes of forced fluxes where they are significant, else upper limits.

    As ZTF's forced photometry is to be used (Masci et al. 2023, arXiv:2305.16279): a flux above SNT = 3 sigma
    is a detection, else SNU = 5 sigma are the limit.

    Parameters
    ----------
    flux, error
        Difference fluxes and their standard errors, in units of which 1 has the magnitude ``zeropoint``.
    significant
        Signal-to-noise ratio of a detection.
    limit
        Signal-to-noise ratio of a limit.

    Returns
    -------
    magnitude, error
        AB; NaN where the flux is not significant.
    limiting_magnitude
        AB; NaN where the flux is significant or the error is not known.
    """
    size, sigma = np.asarray(flux, dtype=np.float64), np.asarray(error, dtype=np.float64)
    zero = np.asarray(zeropoint, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        seen = (size / sigma > significant) & (sigma > 0)
        magnitude = np.where(seen, zero - 2.5 * np.log10(np.where(seen, size, 1.0)), np.nan)
        uncertainty = np.where(seen, POGSON * sigma / size, np.nan)
        unseen = ~seen & (sigma > 0)
        faintest = np.where(unseen, zero - 2.5 * np.log10(np.where(unseen, limit * sigma, 1.0)), np.nan)
    return magnitude, uncertainty, faintest


def utc(times: npt.ArrayLike, clock: Clock) -> tuple[Floats, Floats]:
    """Return survey times as UTC.

    Parameters
    ----------
    times
        Dates in the clock's format and scale; NaN is unknown and stays so.

    Returns
    -------
    mjd
        Modified Julian dates, UTC.
    jd
        Julian dates, UTC.
    """
    values = np.asarray(times, dtype=np.float64)
    if clock.scale == "utc":
        return (values, values + MJD_ZERO) if clock.format == "mjd" else (values - MJD_ZERO, values)
    from astropy.time import Time

    mjd, jd = np.full_like(values, np.nan), np.full_like(values, np.nan)
    known = np.isfinite(values)
    if known.any():
        moment = Time(values[known], format=clock.format, scale=clock.scale).utc
        mjd[known], jd[known] = moment.mjd, moment.jd
    return mjd, jd
