"""The range of brightness that shows what is faint in an image, as IRAF's zscale finds it; compiled."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from nightdesk.jit import jit

Floats = npt.NDArray[np.float64]

_SAMPLES: Final = 1000
_ROUNDS: Final = 5
_LEAST: Final = 5
"""Samples that a line is laid through, and half of them all."""
_REJECTED: Final = 2.5
"""Standard deviations from the line beyond which a sample does not count."""
_GROWN: Final = 0.01
"""Part of all samples that go with one that does not count."""
_CONTRAST: Final = 0.25


def limits(values: Floats) -> tuple[float, float]:
    """Return the lower and the upper limit of zscale [1]_: around the median, along the sky's own spread.

    A line is laid through the sorted values, without what is off it; the limits are where that line, made
    four times as steep, leaves the image. Equal to `astropy.visualization.ZScaleInterval` with its defaults.

    Parameters
    ----------
    values
        Finite, in the order of the image; one or more.

    References
    ----------
    .. [1] IRAF, help of the task ``display``.
    """
    stride = max(1, values.size // _SAMPLES)
    samples = np.sort(values[::stride][:_SAMPLES])
    n = len(samples)
    low, high, slope = float(samples[0]), float(samples[-1]), _slope(samples) / _CONTRAST
    if math.isnan(slope):
        return low, high
    middle, center = float(samples[n // 2] + samples[(n - 1) // 2]) / 2, (n - 1) // 2
    return max(low, middle - (center - 1) * slope), min(high, middle + (n - center) * slope)


@jit
def _slope(samples: Floats) -> float:
    """Return the slope of the line through sorted samples; NaN if too few of them are near one."""
    n = samples.size
    least, wide = max(_LEAST, n // 2), max(1, int(n * _GROWN))
    off = np.zeros(n, np.bool_)
    good, before, slope = n, n + 1, 0.0
    for _ in range(_ROUNDS):
        if good >= before or good < least:
            break
        slope, middle, spread = _line(samples, off, good)
        grown = np.zeros(n, np.bool_)
        for i in range(n):
            if off[i] or abs(samples[i] - middle - slope * i) > _REJECTED * spread:
                for j in range(max(0, i - (wide - 1) // 2), min(n, i + wide // 2 + 1)):
                    grown[j] = True
        off, before, good = grown, good, 0
        for i in range(n):
            good += not off[i]
    return np.nan if good < least else slope


@jit
def _line(samples: Floats, off: Any, good: int) -> tuple[float, float, float]:
    """Return the slope of the best line through what is not off, where it begins, the spread around it."""
    x = y = xy = xx = above = 0.0
    for i in range(samples.size):
        if not off[i]:
            x, y = x + i / good, y + samples[i] / good
    for i in range(samples.size):
        if not off[i]:
            xy += (i - x) * (samples[i] - y)
            xx += (i - x) ** 2
    slope = xy / xx
    for i in range(samples.size):
        if not off[i]:
            above += (samples[i] - y - slope * (i - x)) ** 2
    return slope, y - slope * x, np.sqrt(above / good)
