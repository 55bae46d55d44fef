"""Blocks of memory that are used again.

The kernel hands out fresh memory page by page, which costs as much time as a third of the decoding; so blocks
come back here when the last array on them is gone.
"""

from __future__ import annotations

import ctypes
import mmap
import weakref
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Block = npt.NDArray[np.uint8]

SMALLEST = 1 << 18
MOST_IDLE = 1 << 28
"""Bytes kept for later; what is more goes back to the system."""
LOOSE = 2
"""How many times what is asked for a block may be."""
PATIENCE = 16
"""How many blocks are asked for until one that suited none of them goes back to the system."""


@dataclass(eq=False, slots=True)
class _Idle:
    block: Block
    since: int
    """Blocks asked for before it came back."""


class Blocks:
    """Idle blocks, in the order in which they came back.

    A block may come back at any moment, in any thread.
    """

    def __init__(self) -> None:
        self._idle: list[_Idle] = []
        self._taken = 0

    @property
    def idle(self) -> int:
        """Bytes kept for later."""
        return sum(len(one.block) for one in self._idle.copy())

    def take(self, size: int) -> Block:
        """Memory of at least so many bytes with arbitrary content; smaller blocks are not worth keeping."""
        if size < SMALLEST:
            return np.empty(size, np.uint8)
        self._taken += 1
        block = self._found(size)
        if block is None:
            # three sizes between powers of two keep the loss small
            step = 1 << (size.bit_length() - 3)
            # from the heap, it might never go back to the system
            fresh = mmap.mmap(-1, -(-size // step) * step, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
            block = np.frombuffer(fresh, np.uint8)
        lease = (ctypes.c_char * len(block)).from_address(block.ctypes.data)
        weakref.finalize(lease, self._give, block).atexit = False
        # arrays on the lease keep it, the lease keeps the block
        return np.frombuffer(memoryview(lease).cast("B"), np.uint8)

    def _found(self, size: int) -> Block | None:
        fitting = [one for one in self._idle.copy() if size <= len(one.block) <= LOOSE * size]
        for one in sorted(fitting, key=lambda one: len(one.block)):
            with suppress(ValueError):  # another thread took it
                self._idle.remove(one)
                return one.block
        return None

    def _give(self, block: Block) -> None:
        self._idle.append(_Idle(block, self._taken))
        total = 0
        for one in reversed(self._idle.copy()):
            total += len(one.block)
            if total > MOST_IDLE or self._taken - one.since > PATIENCE:
                with suppress(ValueError):
                    self._idle.remove(one)


BLOCKS = Blocks()
