"""Memory for the shapes that a program has learnt."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from nightdesk.avro.shapes import BLOCK_ROWS, HEAD, HEADER, MAX_PATIENCE, MAX_WORDS, MOVE, PATIENCE, SHAPES

Words = npt.NDArray[np.int64]


class Lesson(NamedTuple):
    """What one thread knows of the shapes of items."""

    shapes: Words
    heads: Words
    scratch: Words
    """Room for the items of a block."""


class Lessons:
    """Lessons that no call uses just now; a call borrows one, so that threads never share it.

    Parameters
    ----------
    arrays
        Arrays whose items have shapes.
    cells
        Most values in one of their items.
    """

    def __init__(self, arrays: int, cells: int) -> None:
        self._arrays = arrays
        # a value makes three moves at most: of its tag, its cell and its length; there is room for them twice
        self._words = HEADER + 2 * MAX_WORDS + 6 * MOVE * cells
        self._idle: list[Lesson] = []

    @property
    def shape_bytes(self) -> int:
        """Bytes of one shape."""
        return self._words * 8

    def borrow(self) -> Lesson:
        """A lesson for one call."""
        try:
            return self._idle.pop()
        except IndexError:
            heads = np.zeros((self._arrays, HEAD), np.int64)
            heads[:, PATIENCE] = MAX_PATIENCE
            shapes = np.empty(self._arrays * SHAPES * self._words, np.int64)
            return Lesson(shapes, heads, np.empty(BLOCK_ROWS * 4, np.int64))

    def give_back(self, lesson: Lesson) -> None:
        """Keep a lesson for the next call."""
        self._idle.append(lesson)
