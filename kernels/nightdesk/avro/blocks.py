"""Blocks of memory that are used again.

The kernel hands out fresh memory page by page, which costs as much time as a third of the decoding; so blocks
come back here when the last array on them is gone.
"""

from __future__ import annotations

import ctypes
import weakref
from collections import defaultdict

import numpy as np
import numpy.typing as npt

Block = npt.NDArray[np.uint8]

SMALLEST = 1 << 18
MOST_IDLE = 1 << 28
"""Bytes kept for later; what is more goes back to the system."""


class Blocks:
    """Idle blocks, by size."""

    def __init__(self) -> None:
        self._idle: defaultdict[int, list[Block]] = defaultdict(list)
        self._bytes = 0

    def take(self, size: int) -> Block:
        """Memory of at least so many bytes with arbitrary content; smaller blocks are not worth keeping."""
        if size < SMALLEST:
            return np.empty(size, np.uint8)
        # three sizes between powers of two keep the loss small
        step = 1 << (size.bit_length() - 3)
        rounded = -(-size // step) * step
        try:
            block = self._idle[rounded].pop()
            self._bytes -= rounded
        except IndexError:
            block = np.empty(rounded, np.uint8)
        lease = (ctypes.c_char * rounded).from_address(block.ctypes.data)
        weakref.finalize(lease, self._give, block).atexit = False
        # arrays on the lease keep it, the lease keeps the block
        return np.frombuffer(memoryview(lease).cast("B"), np.uint8)

    def _give(self, block: Block) -> None:
        if self._bytes + len(block) <= MOST_IDLE:
            self._bytes += len(block)
            self._idle[len(block)].append(block)


BLOCKS = Blocks()
