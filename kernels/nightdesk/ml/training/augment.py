"""Variations of a stamp that change nothing of what it shows."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

Images = NDArray[np.float32]

BLANKED: Final = 0.08
"""Share of the examples that get a blank border."""
NEAREST: Final = 4
"""Pixels between the centre and the nearest blank border."""
TEMPLATE: Final = 1
"""Place of the template among the planes; it has no border of the chip."""


def augmented(images: Images, margin: int, rng: np.random.Generator) -> Images:
    """Return the stamps shifted, turned, mirrored, and some with a blank border.

    The border of a chip cuts real sources and bogus ones alike, but most simulated alerts there are bogus;
    the blank borders keep the network from learning that a border is all it takes.

    Parameters
    ----------
    images
        Shape (examples, planes, size + 2 * margin, size + 2 * margin).
    margin
        Largest shift, pixels.

    Returns
    -------
    images
        Shape (examples, planes, size, size).
    """
    number, planes, full, _ = images.shape
    size = full - 2 * margin
    found = np.empty((number, planes, size, size), dtype=np.float32)
    shifts = rng.integers(0, 2 * margin + 1, (number, 2))
    turns = np.asarray(rng.integers(0, 8, number)).tolist()
    blanked = np.less(rng.random(number), BLANKED).tolist()
    borders = np.asarray(rng.integers(NEAREST, size // 2, number)).tolist()
    for i, (down, right) in enumerate(shifts.tolist()):
        stamp = images[i, :, down : down + size, right : right + size]
        if blanked[i]:
            stamp = stamp.copy()
            stamp[np.arange(planes) != TEMPLATE, size // 2 + borders[i] :] = 0.0
        stamp = np.rot90(stamp, turns[i] % 4, axes=(1, 2))
        found[i] = stamp[:, :, ::-1] if turns[i] >= 4 else stamp
    return found
