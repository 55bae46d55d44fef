"""Straight lines through points of a light curve."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from nightdesk.jit import jit

Floats = npt.NDArray[np.float64]


@jit
def line(time: Floats, value: Floats, error: Floats) -> tuple[float, float]:
    """Return the slope of a weighted least-squares line and its standard error.

    Points of which value or error is not known do not count.

    Returns
    -------
    slope, error
        In units of value per time; NaN with fewer than two points or without any spread in time.
    """
    total, t0, v0 = 0.0, 0.0, 0.0
    for i in range(len(time)):
        if np.isfinite(value[i]) and error[i] > 0 and np.isfinite(error[i]):
            w = 1.0 / error[i] ** 2
            total += w
            t0 += w * (time[i] - time[0])
            v0 += w * value[i]
    if total <= 0.0:
        return np.nan, np.nan
    t0 /= total
    v0 /= total
    spread, joint = 0.0, 0.0
    first, last = np.inf, -np.inf
    for i in range(len(time)):
        if np.isfinite(value[i]) and error[i] > 0 and np.isfinite(error[i]):
            w = 1.0 / error[i] ** 2
            gap = time[i] - time[0] - t0
            spread += w * gap * gap
            joint += w * gap * (value[i] - v0)
            first, last = min(first, time[i]), max(last, time[i])
    if not last > first:
        return np.nan, np.nan
    return joint / spread, 1.0 / np.sqrt(spread)
