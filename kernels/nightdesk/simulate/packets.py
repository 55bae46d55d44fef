"""What both surveys' packets are made with."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from nightdesk.simulate.cadence import Field, Ints
from nightdesk.simulate.light import Seen


@dataclass(frozen=True)
class Identified:
    """Ids of the alerts of one visit."""

    name: list[str]
    """Object ids."""
    candid: Ints


class Packets(Protocol):
    """Writes the alerts of visits in one survey's form."""

    def identify(self, seen: Seen, field: Field, night: int, slot: int) -> Identified:
        """Return the ids of the alerts of a visit."""
        ...

    def write(self, seen: Seen, ids: Identified, field: Field) -> list[bytes]:
        """Write the packets of the alerts of the last visit."""
        ...


def history(points: NDArray[np.object_], rows: Ints, number: int) -> list[list[bytes]]:
    """Split encoded points, sorted by object, into one list for each of `number` objects."""
    bounds = np.searchsorted(rows, np.arange(number + 1)).tolist()
    listed = points.tolist()
    return [listed[start:end] for start, end in pairwise(bounds)]
