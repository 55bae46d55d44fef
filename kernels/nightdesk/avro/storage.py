"""Memory of the columns: one block per table, grown when the interpreter asks."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from nightdesk.avro.blocks import BLOCKS, Block
from nightdesk.avro.schema import Layout

EXPANSION = 64
"""Bytes of columns that a byte of payload may become in each table."""
LINE = 64
"""Bytes of a line of the cache."""
MARGIN = 1.2

Words = npt.NDArray[np.int64]


class Plan:
    """What the storage of every call of a program has in common."""

    def __init__(self, layout: Layout) -> None:
        self.columns = layout.columns
        tables = len(layout.items)
        owners = np.array([column.table for column in layout.columns], np.int64)
        widths = np.array([column.width for column in layout.columns], np.int64)
        self.members = [np.flatnonzero(owners == table) for table in range(tables)]
        """Columns of each table."""
        self.widths = [widths[members] for members in self.members]
        row = [max(1, int(widths.sum())) for widths in self.widths]
        self.most = np.array([max(1, EXPANSION * 1024 // size) for size in row], np.int64)
        """Rows of each table that a KiB of payload may become."""
        self.smallest = np.array([max(1, item.smallest) for item in layout.items], np.int64)
        """Least bytes of payload for a row of each table."""
        self.density = np.full(tables, 1 / 1024)
        """Rows per byte of payload that each table had lately."""

    def remember(self, rows: Words, size: int) -> None:
        """Learn from a call how many rows to expect: at once up, slowly down."""
        self.density = np.maximum(self.density * 0.95, rows / max(size, 1))


class Storage:
    """The cells of all columns of one call.

    Parameters
    ----------
    plan
        The program's plan.
    records
        Rows of table 0.
    size
        Bytes of payload.
    """

    def __init__(self, plan: Plan, records: int, size: int) -> None:
        self._plan = plan
        tables = len(plan.members)
        self.rows = np.zeros(tables, np.int64)
        self.capacity = np.minimum(
            size // plan.smallest, (size * plan.density * MARGIN).astype(np.int64) + 16
        )
        self.capacity[0] = records
        self.addresses = np.zeros(max(1, len(plan.columns)), np.int64)
        self._starts = np.zeros(max(1, len(plan.columns)), np.int64)
        self._blocks: list[Block] = [np.empty(0, np.uint8)] * tables
        for table in range(tables):
            self._allocate(table, int(self.capacity[table]))

    def _allocate(self, table: int, capacity: int) -> None:
        members = self._plan.members[table]
        # an odd number of lines between columns spreads them over the cache's sets
        lines = -(-capacity * self._plan.widths[table] // LINE) | 1
        lines[1::2] += 2
        ends = np.cumsum(lines) * LINE
        block = BLOCKS.take((int(ends[-1]) if len(ends) else 0) + 2 * LINE)
        address = block.ctypes.data
        skip = -address % LINE
        self._starts[members] = ends - lines * LINE + skip
        self.addresses[members] = self._starts[members] + address
        self.capacity[table] = capacity
        self._blocks[table] = block

    def grow(self, table: int, rows: int) -> None:
        """Give a table room for at least so many rows; those in use are kept."""
        kept = {index: self.cells(index) for index in self._plan.members[table].tolist()}
        self._allocate(table, max(rows, 2 * int(self.capacity[table])))
        for index, cells in kept.items():
            self.cells(index)[:] = cells

    def cells(self, column: int) -> npt.NDArray[Any]:
        """The cells of a column, one per row in use, without copying."""
        kind = self._plan.columns[column]
        start = int(self._starts[column])
        used = int(self.rows[kind.table]) * kind.width
        view: npt.NDArray[Any] = self._blocks[kind.table][start : start + used].view(kind.dtype)
        return view
