"""Text and bytes out of the payloads into one buffer."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from nightdesk.avro.memory import load8, load64, store8, store64
from nightdesk.jit import jit

Words = npt.NDArray[np.int64]


@jit
def gather(addresses: Words, origins: Words, starts: Words, offsets: Words, target: int) -> None:
    """Copy spans one after another.

    Parameters
    ----------
    addresses
        Where each buffer lies.
    origins
        Offset that the spans of each buffer are counted from, and the end.
    starts
        Offset of each span; rising, except where the span is empty.
    offsets
        Where each span goes in the target, and the end.
    target
        Address that has room for all.
    """
    buffer = 0
    for row in range(len(starts)):
        size = offsets[row + 1] - offsets[row]
        if size == 0:
            continue
        while starts[row] >= origins[buffer + 1]:
            buffer += 1
        source = addresses[buffer] + starts[row] - origins[buffer]
        place = target + offsets[row]
        at = 0
        while at + 8 <= size:
            store64(place + at, load64(source + at))
            at += 8
        while at < size:
            store8(place + at, load8(source + at))
            at += 1
