"""The features of one band: one row of numbers from its detections."""

# ruff: noqa: PLR0917 - a function that is compiled takes plain arrays

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from nightdesk.features.lines import line
from nightdesk.jit import jit

Floats = npt.NDArray[np.float64]

RECENT = 3.0
"""Days of the recent slope."""


@jit
def moments(mag: Floats, out: Floats) -> None:
    """Write standard deviation, skewness and von Neumann's ratio of magnitudes to ``out[0:3]``."""
    n = len(mag)
    if n < 2:
        return
    mean = mag.mean()
    second, third = ((mag - mean) ** 2).sum(), ((mag - mean) ** 3).sum()
    variance = second / (n - 1)
    out[0] = np.sqrt(variance)
    # what rounding leaves of equal magnitudes is no spread
    if not out[0] > 1e-12 * max(abs(mean), 1.0):
        out[0] = 0.0
        return
    if n > 2:
        out[1] = n / ((n - 1) * (n - 2)) * third / variance**1.5
    steps = 0.0
    for i in range(n - 1):
        steps += (mag[i + 1] - mag[i]) ** 2
    out[2] = steps / second


@jit
def weighted(value: Floats, error: Floats) -> tuple[float, float, float, float]:
    """Return weighted mean, its error, reduced χ² against it, and Stetson's K; NaN where they are not.

    Points of which value or error is not known do not count.
    """
    total, mean, n = 0.0, 0.0, 0
    for i in range(len(value)):
        if np.isfinite(value[i]) and error[i] > 0 and np.isfinite(error[i]):
            w = 1.0 / error[i] ** 2
            total += w
            mean += w * value[i]
            n += 1
    if n == 0:
        return np.nan, np.nan, np.nan, np.nan
    mean /= total
    if n < 2:
        return mean, total**-0.5, np.nan, np.nan
    square, absolute = 0.0, 0.0
    for i in range(len(value)):
        if np.isfinite(value[i]) and error[i] > 0 and np.isfinite(error[i]):
            gap = (value[i] - mean) / error[i]
            square += gap * gap
            absolute += abs(gap)
    # what rounding leaves of equal values is no shape
    k = absolute / n / np.sqrt(square / n) if square > n * 1e-18 else np.nan
    return mean, total**-0.5, square / (n - 1), k


@jit
def measure(jd: Floats, mag: Floats, magerr: Floats, flux: Floats, fluxerr: Floats, out: Floats) -> None:
    """Write the features of one band, in the order of `nightdesk.features.PER_BAND`.

    Parameters
    ----------
    jd, mag, magerr, flux, fluxerr
        Detections in order of time: days, AB magnitudes, µJy.
    out
        Shape (20,), NaN; what cannot be told stays so.
    """
    n = len(jd)
    out[0], out[1] = n, 0.0
    if n == 0:
        return
    out[2], out[3] = jd[0], jd[n - 1]
    out[11] = weighted(flux, fluxerr)[2]
    up = (flux > 0) & np.isfinite(mag)
    n = int(up.sum())
    out[1] = n
    if n == 0:
        return
    t, m, e = jd[up], mag[up], magerr[up]
    peak = int(np.argmin(m))
    out[4], out[5] = m[peak], t[peak]
    if n > 1:
        out[6] = m.max() - m[peak]
    out[7], out[8], _, out[13] = weighted(m, e)
    shape = np.full(3, np.nan)
    moments(m, shape)
    out[9], out[10], out[12] = shape[0], shape[1], shape[2]
    out[14], out[15] = line(t[: peak + 1], m[: peak + 1], e[: peak + 1])
    out[16], out[17] = line(t[peak:], m[peak:], e[peak:])
    begin = int(np.searchsorted(t, t[n - 1] - RECENT))
    out[18], out[19] = line(t[begin:], m[begin:], e[begin:])
