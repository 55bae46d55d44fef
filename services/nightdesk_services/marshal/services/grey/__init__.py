"""Images in shades of grey; compiled, as a page of candidates has 75 of them."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from nightdesk_services.marshal.services.grey.shades import STRETCHES, shaded
from nightdesk_services.marshal.services.grey.zscale import limits

__all__ = ["STRETCHES", "compiled", "grey"]

_NUMBERS: Final = {name: number for number, name in enumerate(STRETCHES)}


def grey(image: npt.NDArray[np.float64], stretch: str) -> npt.NDArray[np.uint8]:
    """Return an image cut at zscale's limits, 0 to 255, of the same shape; pixels without value are black.

    Parameters
    ----------
    stretch
        Of `STRETCHES`.
    """
    values = image.ravel()
    known = values[np.isfinite(values)]
    low, high = limits(known) if len(known) else (0.0, 0.0)
    return shaded(values, low, high, _NUMBERS[stretch]).reshape(image.shape)


def compiled() -> None:
    """Have the machine code ready, which takes seconds the first time on a machine."""
    grey(np.zeros((1, 1)), STRETCHES[0])
