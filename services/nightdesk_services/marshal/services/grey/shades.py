"""From brightness to shades of grey, pixel by pixel; compiled."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
from nightdesk.jit import jit

Floats = npt.NDArray[np.float64]
Shades = npt.NDArray[np.uint8]

STRETCHES: Final = ("asinh", "linear", "log", "sqrt")
"""How brightness between the limits becomes shade; places in here are the numbers of `shaded`."""
_ASINH, _LOG = 0.1, 1000.0
_ASINH_OF_ONE, _LOG_OF_ONE = float(np.arcsinh(1 / _ASINH)), float(np.log1p(_LOG))


@jit
def shaded(values: Floats, low: float, high: float, stretch: int) -> Shades:
    """Return brightness between limits as shades, 0 to 255; what has no value is black."""
    shades = np.zeros(values.size, np.uint8)
    span = high - low if high != low else 1.0
    for i in range(values.size):
        if np.isfinite(values[i]):
            part = min(max((values[i] - low) / span, 0.0), 1.0)
            shades[i] = np.uint8(np.rint(255 * _stretched(part, stretch)))
    return shades


@jit
def _stretched(part: float, stretch: int) -> float:
    if stretch == 0:
        return float(np.arcsinh(part / _ASINH) / _ASINH_OF_ONE)
    if stretch == 2:
        return float(np.log1p(_LOG * part) / _LOG_OF_ONE)
    return np.sqrt(part) if stretch == 3 else part
