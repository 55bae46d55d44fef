"""One scalar at a time, with every check: the way for odd encodings and for the last bytes of a payload."""

# ruff: noqa: PLR0912, PLR0917 - a function that is compiled takes plain numbers, and dispatches by them

from __future__ import annotations

from nightdesk.avro.errors import BRANCH, INT_RANGE, LENGTH, SYMBOL, TEXT, TRUNCATED
from nightdesk.avro.memory import load8, load32, load64, store8, store32, store64
from nightdesk.avro.operations import BOOLEAN, BYTES, DOUBLE, ENUM, FLOAT, INT, LONG, NULLABLE, STRING
from nightdesk.avro.varints import utf8, varint
from nightdesk.jit import jit

NAN32 = 0x7FC00000
NAN64 = 0x7FF8000000000000


@jit
def span(at: int, end: int, origin: int, is_text: bool, starts: int, lengths: int, row: int) -> int:
    """Note where a string lies; the address after it, or what is wrong as a negative number."""
    size, at = varint(at, end)
    if at < 0:
        return at
    if size < 0:
        return -LENGTH
    if size > end - at:
        return -TRUNCATED
    if is_text and not utf8(at, at + size):
        return -TEXT
    store64(starts + row * 8, at - origin)
    store32(lengths + row * 4, size)
    return at + size


@jit
def absent(kind: int, cells: int, row: int) -> None:
    """Fill the cell of a null, so that no stale memory shows."""
    if kind == FLOAT:
        store32(cells + row * 4, NAN32)
    elif kind == DOUBLE:
        store64(cells + row * 8, NAN64)
    elif kind == BOOLEAN:
        store8(cells + row, 0)
    elif kind in (INT, ENUM):
        store32(cells + row * 4, 0)
    else:
        store64(cells + row * 8, 0)


@jit
def one(
    op: int, at: int, end: int, origin: int, base: int, column: int, row: int, present: int, extra: int
) -> int:
    """Decode one scalar with every check; the address after it, or what is wrong as a negative number."""
    kind = op
    if op >= NULLABLE:
        kind = op - NULLABLE
        tag, at = varint(at, end)
        if at < 0:
            return at
        if tag < 0 or tag > 1:
            return -BRANCH
        store8(load64(base + column * 8 - 8) + row, tag)
        if tag != present >> 1:
            absent(kind, load64(base + column * 8), row)
            if kind in (STRING, BYTES):
                store32(load64(base + column * 8 + 8) + row * 4, 0)
            return at
    cells = load64(base + column * 8)
    if kind in (INT, LONG, ENUM):
        number, at = varint(at, end)
        if at < 0:
            return at
        if kind == LONG:
            store64(cells + row * 8, number)
            return at
        if kind == INT and (number < -0x80000000 or number > 0x7FFFFFFF):
            return -INT_RANGE
        if kind == ENUM and (number < 0 or number >= extra):
            return -SYMBOL
        store32(cells + row * 4, number)
        return at
    if kind in (STRING, BYTES):
        return span(at, end, origin, kind == STRING, cells, load64(base + column * 8 + 8), row)
    width = extra
    if kind == FLOAT:
        width = 4
    elif kind == DOUBLE:
        width = 8
    elif kind == BOOLEAN:
        width = 1
    if width > end - at:
        return -TRUNCATED
    if kind == FLOAT:
        store32(cells + row * 4, load32(at))
    elif kind == DOUBLE:
        store64(cells + row * 8, load64(at))
    elif kind == BOOLEAN:
        store8(cells + row, 1 if load8(at) != 0 else 0)
    else:
        store64(cells + row * 8, at - origin)
    return at + width
