"""Items that look alike, decoded many at a time.

The points of a light curve are alike: the same fields are null, the identifiers are equally long, so the
bytes of most items have one of a few shapes. A shape is learnt from an item that the interpreter has decoded
(see `nightdesk.avro.learning`): bits that every item of the shape has in common (tags, continuation bits of
varints, lengths of text, the high bits of ASCII), and where each cell's bytes lie. Items whose bits agree
need no other check, and up to `BLOCK_ROWS` of them are moved column by column. Any other item goes back to
the interpreter.

A shape is a stretch of 64-bit words: its size in bytes, the number of its moves, then bits that matter, what
they must be, and the moves of four words each: kind, column, offset in the item or constant, length. The
moves are in order of their kinds; behind them is as much room again, where they are put in order.
"""

# ruff: noqa: PLR0912, PLR0917 - a function that is compiled takes plain numbers, and dispatches by them

from __future__ import annotations

from nightdesk.avro.memory import (
    load8,
    load32,
    load64,
    peek64,
    poke8,
    poke32,
    poke64,
    store8,
    store32,
    store64,
)
from nightdesk.avro.varints import LOW_BITS, gather7, zigzag
from nightdesk.jit import jit

SHAPES = 16
"""Shapes remembered per array."""
BLOCK_ROWS = 256
MAX_WORDS = 256
"""Largest item that has a shape, in words of eight bytes."""
HEADER = 2
MOVE = 4
TAG, FILL1, FILL4, FILL8, PLACE, INTEGER4, INTEGER8, WORD8, WORD4, BYTE = range(10)
KINDS = 10
KNOWN, LAST, PATIENCE, COOLING, VICTIM = range(5)
HEAD = 8
"""Words per array: shapes known, last one met, patience, items to skip, shape to replace next."""
MAX_PATIENCE = 64
REST = 256


@jit
def matches(shape: int, at: int) -> bool:
    """Whether the item at an address has a shape; its bytes and eight more must be readable."""
    words = (load64(shape) + 7) >> 3
    bits = shape + HEADER * 8
    wanted = bits + MAX_WORDS * 8
    if (peek64(at, 0) ^ peek64(wanted, 0)) & peek64(bits, 0) != 0:
        return False
    wrong = 0
    for word in range(words):
        wrong |= (peek64(at, word) ^ peek64(wanted, word)) & peek64(bits, word)
    return wrong == 0


@jit
def find(memory: int, stride: int, head: int, at: int, end: int) -> int:
    """Number of the shape of the item at an address, or -1."""
    last = load64(head + LAST * 8)
    known = load64(head + KNOWN * 8)
    for turn in range(-1, known):
        number = last if turn < 0 else turn
        if turn == last or number >= known:
            continue
        shape = memory + number * stride
        if at + load64(shape) + 8 <= end and matches(shape, at):
            store64(head + LAST * 8, number)
            return number
    return -1


@jit
def integer(at: int, length: int) -> int:
    """A varint of known length."""
    if length == 1:
        return zigzag(load8(at))
    word = load64(at)
    if length < 8:
        return zigzag(gather7(word & ((1 << (8 * length)) - 1) & LOW_BITS))
    number = gather7(word & LOW_BITS)
    if length > 8:
        number |= (load8(at + 8) & 127) << 56
    if length > 9:
        number |= load8(at + 9) << 63
    return zigzag(number)


@jit
def move(kind: int, cells: int, argument: int, length: int, list_: int, count: int, origin: int) -> None:
    """Fill one column for some items, given as pairs of row and address."""
    if kind == WORD4:
        for i in range(count):
            store32(cells + peek64(list_, 2 * i) * 4, load32(peek64(list_, 2 * i + 1) + argument))
    elif kind == BYTE:
        for i in range(count):
            store8(cells + peek64(list_, 2 * i), load8(peek64(list_, 2 * i + 1) + argument))
    elif kind == WORD8:
        for i in range(count):
            store64(cells + peek64(list_, 2 * i) * 8, load64(peek64(list_, 2 * i + 1) + argument))
    elif kind == INTEGER8:
        for i in range(count):
            store64(cells + peek64(list_, 2 * i) * 8, integer(peek64(list_, 2 * i + 1) + argument, length))
    elif kind == INTEGER4:
        for i in range(count):
            store32(cells + peek64(list_, 2 * i) * 4, integer(peek64(list_, 2 * i + 1) + argument, length))
    elif kind == PLACE:
        for i in range(count):
            store64(cells + peek64(list_, 2 * i) * 8, peek64(list_, 2 * i + 1) + argument - origin)
    elif kind in (TAG, FILL1):
        for i in range(count):
            store8(cells + peek64(list_, 2 * i), argument)
    elif kind == FILL4:
        for i in range(count):
            store32(cells + peek64(list_, 2 * i) * 4, argument)
    elif kind == FILL8:
        for i in range(count):
            store64(cells + peek64(list_, 2 * i) * 8, argument)


@jit
def move4(kind: int, base: int, what: int, list_: int, count: int) -> None:
    """Fill four columns of words or bytes at once, while the item is near."""
    cells0, at0 = load64(base + load64(what + 8) * 8), load64(what + 16)
    cells1, at1 = load64(base + load64(what + 40) * 8), load64(what + 48)
    cells2, at2 = load64(base + load64(what + 72) * 8), load64(what + 80)
    cells3, at3 = load64(base + load64(what + 104) * 8), load64(what + 112)
    if kind == WORD4:
        for i in range(count):
            row, item = peek64(list_, 2 * i) * 4, peek64(list_, 2 * i + 1)
            store32(cells0 + row, load32(item + at0))
            store32(cells1 + row, load32(item + at1))
            store32(cells2 + row, load32(item + at2))
            store32(cells3 + row, load32(item + at3))
    else:
        for i in range(count):
            row, item = peek64(list_, 2 * i), peek64(list_, 2 * i + 1)
            store8(cells0 + row, load8(item + at0))
            store8(cells1 + row, load8(item + at1))
            store8(cells2 + row, load8(item + at2))
            store8(cells3 + row, load8(item + at3))


@jit
def move_items(
    shape: int, leading: bool, base: int, row: int, count: int, list_: int, chosen: int, origin: int
) -> None:
    """Fill all columns for the items of one shape in a block of `count` rows."""
    moves = load64(shape + 8)
    what = shape + (HEADER + 2 * MAX_WORDS) * 8
    step = 0
    while step < moves:
        kind = load64(what)
        if kind >= WORD4 and step + 3 < moves and load64(what + 3 * MOVE * 8) == kind:
            move4(kind, base, what, list_, chosen)
            step += 4
            what += 4 * MOVE * 8
            continue
        cells = load64(base + load64(what + 8) * 8)
        argument = load64(what + 16)
        # constants of the first shape fill the whole block, those of the others correct it
        if leading and kind <= FILL1:
            for i in range(count):
                poke8(cells + row, i, argument)
        elif leading and kind == FILL4:
            for i in range(count):
                poke32(cells + row * 4, i, argument)
        elif leading and kind == FILL8:
            for i in range(count):
                poke64(cells + row * 8, i, argument)
        # every shape sets every tag, so where the first set it right nothing is to correct
        elif kind != TAG or load8(cells + load64(list_)) != argument:
            move(kind, cells, argument, load64(what + 24), list_, chosen, origin)
        step += 1
        what += MOVE * 8


@jit
def burst(
    memory: int,
    stride: int,
    head: int,
    at: int,
    end: int,
    limit: int,
    row: int,
    origin: int,
    base: int,
    scratch: int,
) -> tuple[int, int]:
    """Decode items as long as they have known shapes.

    Parameters
    ----------
    memory
        Address of the array's shapes.
    stride
        Bytes of one shape.
    head
        Address of the array's words.
    at, end
        Address of the first item and of the end of the data.
    limit
        Greatest number of items, at most `BLOCK_ROWS`.
    row
        Row of the first item.
    origin
        Address that spans are counted from.
    base
        Address of the addresses of the columns.
    scratch
        Address of room for four words per item.

    Returns
    -------
    items, address
        How many were decoded, and where the next one begins.
    """
    first = at
    count = 0
    numbers = scratch + BLOCK_ROWS * 16
    while count < limit:
        number = find(memory, stride, head, at, end)
        if number < 0:
            break
        store64(numbers + count * 16, number)
        store64(numbers + count * 16 + 8, at)
        at += load64(memory + number * stride)
        count += 1
    left = count
    leading = True
    number = load64(numbers)
    while left > 0:
        # the items of one shape
        chosen = 0
        following = -1
        for i in range(count):
            other = load64(numbers + i * 16)
            if other == number:
                store64(scratch + chosen * 16, row + i)
                store64(scratch + chosen * 16 + 8, load64(numbers + i * 16 + 8))
                store64(numbers + i * 16, -1)
                chosen += 1
            elif following < 0:
                following = other
        left -= chosen
        shape = memory + number * stride
        move_items(shape, leading, base, row, count, scratch, chosen, origin)
        leading = False
        number = following
    return count, at if count > 0 else first
