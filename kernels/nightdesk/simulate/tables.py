"""Tables as dictionaries of NumPy arrays: what objects are, one element each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Table = dict[str, NDArray[Any]]


def take(table: Table, index: NDArray[Any]) -> Table:
    """Return some of the rows."""
    return {name: values[index] for name, values in table.items()}


def concat(tables: Sequence[Table]) -> Table:
    """Put tables with the same columns on top of each other."""
    return {name: np.concatenate([table[name] for table in tables]) for name in tables[0]}


def size(table: Table) -> int:
    """Return the number of rows."""
    return len(next(iter(table.values())))
