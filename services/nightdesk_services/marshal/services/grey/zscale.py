"""The range of brightness that shows what is faint in an image, as IRAF's zscale finds it; compiled."""

from __future__ import annotations

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


@jit
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
    n = samples.size
    least = max(_LEAST, n // 2)
    off = np.zeros(n, np.bool_)
    good, before, slope = n, n + 1, 0.0
    for _ in range(_ROUNDS):
        if good >= before or good < least:
            break
        slope, above, spread = _line(samples, off)
        off = _grown(off | (np.abs(above) > _REJECTED * spread), max(1, int(n * _GROWN)))
        before, good = good, n - int(off.sum())
    low, high = samples[0], samples[-1]
    if good < least:
        return low, high
    middle, center, slope = (samples[n // 2] + samples[(n - 1) // 2]) / 2, (n - 1) // 2, slope / _CONTRAST
    return max(low, middle - (center - 1) * slope), min(high, middle + (n - center) * slope)


@jit
def _line(samples: Floats, off: Any) -> tuple[float, Floats, float]:
    """Return the slope of the best line through what is not off, how far above it all are, their spread."""
    place = np.arange(samples.size).astype(np.float64)
    dx, dy = place - place[~off].mean(), samples - samples[~off].mean()
    slope = (dx[~off] * dy[~off]).sum() / (dx[~off] ** 2).sum()
    above = dy - slope * dx
    return slope, above, above[~off].std()


@jit
def _grown(off: Any, wide: int) -> Any:
    """Return what is off, and so many samples around each."""
    grown = np.zeros_like(off)
    for i in np.flatnonzero(off):
        grown[max(0, i - (wide - 1) // 2) : i + wide // 2 + 1] = True
    return grown
