"""From brightness to shades of grey, pixel by pixel; compiled."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
from nightdesk.jit import jit

from nightdesk_services.marshal.services.grey.zscale import limits

STRETCHES: Final = ("asinh", "linear", "log", "sqrt")
"""How brightness between the limits becomes shade; places in here are the numbers of `shaded`."""
_ASINH, _LOG = 0.1, 1000.0
_ASINH_OF_ONE, _LOG_OF_ONE = float(np.arcsinh(1 / _ASINH)), float(np.log1p(_LOG))


@jit
def shaded(image: npt.NDArray[np.float64], stretch: int) -> npt.NDArray[np.uint8]:
    """Return an image cut at zscale's limits, 0 to 255; pixels without value are black."""
    values = image.ravel()
    shades = np.zeros(values.size, np.uint8)
    known = values[np.isfinite(values)]
    if known.size:
        low, high = limits(known)
        span = high - low if high != low else 1.0
        for i in range(values.size):
            if np.isfinite(values[i]):
                part = min(max((values[i] - low) / span, 0.0), 1.0)
                shades[i] = np.uint8(np.rint(255 * _stretched(part, stretch)))
    return shades.reshape(image.shape)


@jit
def _stretched(part: float, stretch: int) -> float:
    if stretch == 0:
        return float(np.arcsinh(part / _ASINH) / _ASINH_OF_ONE)
    if stretch == 2:
        return float(np.log1p(_LOG * part) / _LOG_OF_ONE)
    return np.sqrt(part) if stretch == 3 else part
