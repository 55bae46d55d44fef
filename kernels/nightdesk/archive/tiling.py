"""How the sky of a night is cut into files: HEALPix pixels, finer where there are more alerts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from nightdesk.sky import FINE

FINEST: Final = 6
"""Order of the smallest tiles."""


@dataclass(frozen=True)
class Tile:
    """A nested HEALPix pixel and the alerts in it."""

    order: int
    pixel: int
    rows: int

    @property
    def range(self) -> tuple[int, int]:
        """First and last ``hpx12`` pixel in it."""
        shift = 2 * (FINE - self.order)
        return self.pixel << shift, ((self.pixel + 1) << shift) - 1


def tiles(hpx12: npt.NDArray[np.int64], most: int) -> list[Tile]:
    """Return pixels that hold all alerts, of ``most`` alerts at most unless they are as small as can be.

    One order for all would make thousands of tiny files near the poles of a survey and huge ones in its deep
    fields; so a pixel is split into its four children only where it holds too many (as HATS does).

    Parameters
    ----------
    hpx12
        Nested pixels of order 12, one per alert.

    Returns
    -------
    tiles
        In the order of their ``hpx12``; empty ones are left out.
    """
    where = np.sort(hpx12)

    def split(order: int, pixel: int) -> Iterable[Tile]:
        first, last = Tile(order, pixel, 0).range
        rows = int(np.searchsorted(where, last, "right") - np.searchsorted(where, first, "left"))
        if not rows:
            return
        if rows <= most or order == FINEST:
            yield Tile(order, pixel, rows)
            return
        for child in range(4 * pixel, 4 * pixel + 4):
            yield from split(order + 1, child)

    return [tile for pixel in range(12) for tile in split(0, pixel)]


def touches(order: int, pixel: int, cone_order: int, cone_pixels: Iterable[int]) -> bool:
    """Return whether a pixel shares sky with any of the pixels of a finer or the same order."""
    shift = 2 * (cone_order - order)
    return any(found >> shift == pixel for found in cone_pixels)
