"""Columns of numbers in the one width that analysis wants: doubles and 64-bit integers, all in one call."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from nightdesk.avro.blocks import BLOCKS
from nightdesk.avro.memory import load64, peek8, peek32, peek64, peek_float, poke8, poke64
from nightdesk.avro.operations import DOUBLE, FLOAT, INT, LONG
from nightdesk.avro.schema import Guards, Place
from nightdesk.avro.storage import LINE, Storage
from nightdesk.jit import jit

Words = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

WIDE = {
    "float": (FLOAT, pa.float64()),
    "double": (DOUBLE, pa.float64()),
    "int": (INT, pa.int64()),
    "long": (LONG, pa.int64()),
}
KIND, CELLS, TAGS, BRANCH, OUTER, TARGET, BITS = range(7)
MAGNITUDE = 0x7FFFFFFFFFFFFFFF
INFINITY = 0x7FF0000000000000
PACK = 0x0102040810204080
"""Times this, eight bytes of 0 or 1 have their bits in the uppermost byte, the first one lowest."""


@jit
def mark(mask: int, rows: int, tags: int, branch: int, outer: int) -> None:
    """Note as bytes of 0 or 1 where a column has values."""
    if tags == 0 and outer == 0:
        for i in range(rows):
            poke8(mask, i, 1)
    elif outer == 0:
        for i in range(rows):
            poke8(mask, i, peek8(tags, i) == branch)
    elif tags == 0:
        for i in range(rows):
            poke8(mask, i, peek8(outer, i))
    else:
        for i in range(rows):
            poke8(mask, i, (peek8(tags, i) == branch) & (peek8(outer, i) != 0))


@jit
def widen(columns: Words, rows: int, mask: int, nulls: Words) -> None:
    """Copy columns.

    Parameters
    ----------
    columns
        Shape (columns, 7): kind, address of the cells, of the tags or 0, the tag of a value, address of
        booleans that tell where the record around is there or 0, addresses of the copy and of its bitmap.
    rows
        Cells of each column.
    mask
        Address of room for a byte per row, and zeros up to a multiple of eight.
    nulls
        Number of nulls in each column; changed.
    """
    for number in range(len(columns)):
        kind, cells, target = columns[number, KIND], columns[number, CELLS], columns[number, TARGET]
        mark(mask, rows, columns[number, TAGS], columns[number, BRANCH], columns[number, OUTER])
        if kind == FLOAT:
            for i in range(rows):
                word = peek_float(cells, i)
                poke64(target, i, word)
                poke8(mask, i, peek8(mask, i) & (word & MAGNITUDE <= INFINITY))
        elif kind == DOUBLE:
            for i in range(rows):
                word = peek64(cells, i)
                poke64(target, i, word)
                poke8(mask, i, peek8(mask, i) & (word & MAGNITUDE <= INFINITY))
        elif kind == INT:
            for i in range(rows):
                poke64(target, i, peek32(cells, i))
        else:
            for i in range(rows):
                poke64(target, i, peek64(cells, i))
        there = 0
        for i in range(rows):
            there += peek8(mask, i)
        nulls[number] = rows - there
        if there < rows:
            for i in range((rows + 7) >> 3):
                poke8(columns[number, BITS], i, (load64(mask + 8 * i) * PACK) >> 56)


def wide(
    storage: Storage, places: Sequence[Place], rows: int, guarded: Callable[[Guards], Mask | None]
) -> list[pa.Array]:
    """Copy numbers into Arrow arrays.

    Parameters
    ----------
    storage
        The cells.
    places
        Columns of one table, of the kinds of `WIDE`.
    rows
        Rows of the table.
    guarded
        Gives the mask of some guards.
    """
    words, bits = _lines(rows * 8), _lines((rows + 7) // 8)
    # one block for all, used again by later calls
    block = BLOCKS.take(max(1, (words + bits) * len(places)))
    outers: dict[Guards, Mask | None] = {}
    columns = np.zeros((len(places), 7), np.int64)
    for number, place in enumerate(places):
        around = place.guards[:-1]
        if around not in outers:
            outers[around] = guarded(around)
        outer = outers[around]
        tags, branch = place.guards[-1] if place.guards else (-1, 0)
        first = block.ctypes.data if number == 0 else int(columns[0, TARGET])
        target = first + number * (words + bits)
        columns[number] = (
            WIDE[place.node.kind][0],
            storage.addresses[place.node.column],
            storage.addresses[tags] if tags >= 0 else 0,
            branch,
            outer.ctypes.data if outer is not None else 0,
            target,
            target + words,
        )
    nulls = np.zeros(len(places), np.int64)
    mask = np.zeros(rows + 8, np.uint8)
    widen(columns, rows, mask.ctypes.data, nulls)
    buffer = pa.py_buffer(block)
    arrays = []
    for number, (place, missing) in enumerate(zip(places, nulls.tolist(), strict=True)):
        start = number * (words + bits)
        validity = buffer.slice(start + words, bits) if missing else None
        values = buffer.slice(start, rows * 8)
        arrays.append(
            pa.Array.from_buffers(WIDE[place.node.kind][1], rows, [validity, values], null_count=missing)
        )
    return arrays


def _lines(size: int) -> int:
    """Return a size rounded up to whole lines of the cache."""
    return -(-size // LINE) * LINE
