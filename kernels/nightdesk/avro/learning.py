"""How a shape is learnt from an item that the interpreter has decoded."""

# ruff: noqa: PLR0912, PLR0917 - a function that is compiled takes plain numbers, and dispatches by them

from __future__ import annotations

from nightdesk.avro.checked import NAN32, NAN64
from nightdesk.avro.memory import load8, load64, store8, store64
from nightdesk.avro.operations import (
    BOOLEAN,
    BYTES,
    DOUBLE,
    ENUM,
    FIXED,
    FLOAT,
    INT,
    LONG,
    NULLABLE,
    STRING,
    WORDS,
)
from nightdesk.avro.shapes import (
    BYTE,
    FILL1,
    FILL4,
    FILL8,
    HEADER,
    INTEGER4,
    INTEGER8,
    KINDS,
    KNOWN,
    LAST,
    MAX_WORDS,
    MOVE,
    PLACE,
    SHAPES,
    TAG,
    VICTIM,
    WORD4,
    WORD8,
)
from nightdesk.avro.varints import varint
from nightdesk.jit import jit


@jit
def require(shape: int, offset: int, bits: int, value: int) -> None:
    """Demand bits of one byte of an item."""
    store8(shape + HEADER * 8 + offset, bits)
    store8(shape + (HEADER + MAX_WORDS) * 8 + offset, value & bits)


@jit
def put(shape: int, kind: int, column: int, argument: int, length: int) -> None:
    """Add a move to a shape."""
    moves = load64(shape + 8)
    what = shape + (HEADER + 2 * MAX_WORDS + moves * MOVE) * 8
    store64(what, kind)
    store64(what + 8, column)
    store64(what + 16, argument)
    store64(what + 24, length)
    store64(shape + 8, moves + 1)


@jit
def put_absent(shape: int, kind: int, column: int) -> None:
    """Add the moves for a null."""
    if kind == FLOAT:
        put(shape, FILL4, column, NAN32, 0)
    elif kind == DOUBLE:
        put(shape, FILL8, column, NAN64, 0)
    elif kind == BOOLEAN:
        put(shape, FILL1, column, 0, 0)
    elif kind in (INT, ENUM):
        put(shape, FILL4, column, 0, 0)
    else:
        put(shape, FILL8, column, 0, 0)
    if kind in (STRING, BYTES):
        put(shape, FILL4, column + 1, 0, 0)


@jit
def put_present(shape: int, kind: int, column: int, start: int, at: int, end: int, extra: int) -> int:
    """Add what a value demands and its moves; the address after it, or -1 if it can have no shape."""
    offset = at - start
    if kind == FLOAT:
        put(shape, WORD4, column, offset, 0)
        return at + 4
    if kind == DOUBLE:
        put(shape, WORD8, column, offset, 0)
        return at + 8
    if kind == BOOLEAN:
        if load8(at) > 1:
            return -1
        require(shape, offset, 0xFE, 0)
        put(shape, BYTE, column, offset, 0)
        return at + 1
    if kind == FIXED:
        put(shape, PLACE, column, offset, 0)
        return at + extra
    number, after = varint(at, end)
    length = after - at
    if kind in (INT, LONG):
        if kind == INT and length > 4:
            return -1
        for i in range(length):
            more = 0x80 if i < length - 1 else 0
            require(shape, offset + i, 0xFE if i == 9 else 0x80, more)
        put(shape, INTEGER4 if kind == INT else INTEGER8, column, offset, length)
        return after
    for i in range(length):
        require(shape, offset + i, 0xFF, load8(at + i))
    if kind == ENUM:
        put(shape, FILL4, column, number, 0)
        return after
    if kind == STRING:
        for i in range(number):
            if load8(after + i) >= 0x80:
                return -1
            require(shape, offset + length + i, 0x80, 0)
    put(shape, PLACE, column, offset + length, 0)
    put(shape, FILL4, column + 1, number, 0)
    return after + number


@jit
def arrange(shape: int) -> None:
    """Put the moves in order of their kinds."""
    moves = load64(shape + 8)
    first = shape + (HEADER + 2 * MAX_WORDS) * 8
    spare = first + moves * MOVE * 8
    at = spare
    for kind in range(KINDS):
        for step in range(moves):
            if load64(first + step * MOVE * 8) == kind:
                for word in range(MOVE):
                    store64(at + word * 8, load64(first + (step * MOVE + word) * 8))
                at += MOVE * 8
    for word in range(moves * MOVE):
        store64(first + word * 8, load64(spare + word * 8))


@jit
def learn(
    code: int, first: int, last: int, memory: int, stride: int, head: int, start: int, end: int
) -> bool:
    """Remember the shape of an item that was decoded without fault.

    Parameters
    ----------
    code
        Address of the instructions.
    first, last
        Instructions of the item, all of them scalar.
    memory, stride, head
        As in `burst`.
    start, end
        Address of the item and of the byte after it.

    Returns
    -------
    bool
        Whether it has a shape.
    """
    if end - start > MAX_WORDS * 8 or end == start:
        return False
    known = load64(head + KNOWN * 8)
    number = known
    if known == SHAPES:
        number = load64(head + VICTIM * 8)
        store64(head + VICTIM * 8, (number + 1) % SHAPES)
    shape = memory + number * stride
    for word in range((end - start + 7) >> 3):
        store64(shape + (HEADER + word) * 8, 0)
        store64(shape + (HEADER + MAX_WORDS + word) * 8, 0)
    store64(shape, 0x7FFFFFFF)  # fits nothing, until it is complete
    store64(shape + 8, 0)
    at = start
    for pc in range(first, last):
        instruction = code + pc * WORDS * 8
        op = load64(instruction)
        steps, column = load64(instruction + 8), load64(instruction + 16)
        stride_, present, extra = load64(instruction + 24), load64(instruction + 32), load64(instruction + 40)
        for _ in range(steps):
            kind = op & (NULLABLE - 1)
            tag = present
            if op >= NULLABLE:
                tag = load8(at)
                if tag > 2:
                    return False
                require(shape, at - start, 0xFF, tag)
                put(shape, TAG, column - 1, tag >> 1, 0)
                at += 1
            if tag != present:
                put_absent(shape, kind, column)
            else:
                at = put_present(shape, kind, column, start, at, end, extra)
                if at < 0:
                    return False
            column += stride_
    arrange(shape)
    store64(shape, end - start)
    if number == known:
        store64(head + KNOWN * 8, known + 1)
    store64(head + LAST * 8, number)
    return True
