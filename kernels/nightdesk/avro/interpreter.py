"""The interpreter: one compiled loop that decodes payloads of any schema into columns.

Where a run of values may lie near the end of the data, or one has a tag or length in long form, a checked
routine takes one value at a time; otherwise the bounds of the whole run are checked once.
"""

# ruff: noqa: PLR0912, PLR0915, PLR0917, SIM102 - one loop without calls is what makes it fast

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from nightdesk.avro.checked import NAN32, NAN64, one
from nightdesk.avro.errors import BRANCH, COUNT, EMPTY_ITEMS, EXPANSION, LONG_VARINT, TRAILING
from nightdesk.avro.learning import learn
from nightdesk.avro.memory import load8, load32, load64, store8, store32, store64, trailing_zeros
from nightdesk.avro.operations import (
    ADDRESS,
    ARRAY,
    BLOCK,
    BOOLEAN,
    DOUBLE,
    END,
    FIRST,
    FLOAT,
    FULL_TABLE,
    INT,
    ITEM,
    JUMP,
    LONG,
    MAX_EMPTY_ITEMS,
    NEXT,
    NULLABLE,
    ORIGIN,
    RECORDS,
    ROWS_WANTED,
    START,
    STOP,
    UNION,
    WHOLE,
)
from nightdesk.avro.shapes import (
    BLOCK_ROWS,
    COOLING,
    HEAD,
    MAX_PATIENCE,
    PATIENCE,
    REST,
    SHAPES,
    burst,
)
from nightdesk.avro.varints import HIGH_BITS, LOW_BITS, gather7, varint, zigzag
from nightdesk.jit import jit

Words = npt.NDArray[np.int64]


@jit
def run(
    code: int,
    jumps: Words,
    depth: int,
    payloads: Words,
    segments: Words,
    base: int,
    capacity: Words,
    most: Words,
    rows: Words,
    status: Words,
    state: Words,
    shapes: int,
    shape_bytes: int,
    heads: int,
    scratch: int,
) -> bool:
    """Decode payloads from `state[FIRST]` on, until all are done or a table is full.

    Parameters
    ----------
    code
        Instructions, shape (n, WORDS).
    jumps
        First instruction of each union's branches.
    depth
        Greatest nesting of arrays and maps.
    payloads
        First segment of each payload, shape (payloads + 1).
    segments
        Stretches of records, shape (segments, 6): address of the buffer, first and last + 1 byte in it,
        number of records, offset that spans are counted from, whether the records must fill the stretch.
    base
        Address of each column.
    capacity
        Rows that each table has room for.
    most
        Rows of each table that a payload may fill per KiB, with 16 KiB granted to every payload.
    rows
        Rows in use of each table; changed.
    status
        Per payload: error code or 0, byte offset, instruction and step; changed.
    state
        Where to begin; at a full table, which one and how many rows it needs; changed.
    shapes, shape_bytes, heads
        Address of the memory for shapes, the size of one, and address of the words of each array with them.
    scratch
        Address of room for four words for each item of a block. Memory of an array made here would not do: it
        is free as soon as nothing but its address is used.

    Returns
    -------
    bool
        Whether all payloads are done.
    """
    mark = np.empty_like(rows)
    # of each array around the current item: row of its table, items left, first row, instruction
    stack = np.empty((depth + 1, 3), np.int64)
    for payload in range(state[FIRST], len(payloads) - 1):
        mark[:] = rows
        fault = 0
        step = 0
        pc = 0
        at = 0
        address = 0
        empties = 0
        size = 0
        for segment in range(payloads[payload], payloads[payload + 1]):
            size += segments[segment, STOP] - segments[segment, START]
        for segment in range(payloads[payload], payloads[payload + 1]):
            address = segments[segment, ADDRESS]
            at = address + segments[segment, START]
            end = address + segments[segment, STOP]
            origin = address - segments[segment, ORIGIN]
            records = segments[segment, RECORDS]
            row = rows[0]
            if row + records - mark[0] > most[0] * (16 + (size >> 10)):
                fault = EXPANSION
                break
            if row + records > capacity[0]:
                rows[:] = mark
                state[FIRST], state[FULL_TABLE], state[ROWS_WANTED] = payload, 0, row + records
                return False
            for _ in range(records):
                pc = 0
                level = 0
                left = 0
                lesson = 0
                while True:
                    op = load64(code + pc * 64)
                    if op < END:
                        steps = load64(code + pc * 64 + 8)
                        column = load64(code + pc * 64 + 16)
                        present = load64(code + pc * 64 + 32)
                        step = 0
                        if op == NULLABLE + FLOAT:
                            if at + 5 * steps <= end:
                                while step < steps:
                                    tag = load8(at)
                                    cell = load64(base + column * 8) + row * 4
                                    if tag == present:
                                        store32(cell, load32(at + 1))
                                        at += 5
                                    elif tag == 2 - present:
                                        store32(cell, NAN32)
                                        at += 1
                                    else:
                                        break
                                    store8(load64(base + column * 8 - 8) + row, tag >> 1)
                                    column += 2
                                    step += 1
                        elif op == NULLABLE + BOOLEAN:
                            if at + 2 * steps <= end:
                                while step < steps:
                                    tag = load8(at)
                                    cell = load64(base + column * 8) + row
                                    if tag == present:
                                        store8(cell, 1 if load8(at + 1) != 0 else 0)
                                        at += 2
                                    elif tag == 2 - present:
                                        store8(cell, 0)
                                        at += 1
                                    else:
                                        break
                                    store8(load64(base + column * 8 - 8) + row, tag >> 1)
                                    column += 2
                                    step += 1
                        elif op == NULLABLE + DOUBLE:
                            if at + 9 * steps <= end:
                                while step < steps:
                                    tag = load8(at)
                                    cell = load64(base + column * 8) + row * 8
                                    if tag == present:
                                        store64(cell, load64(at + 1))
                                        at += 9
                                    elif tag == 2 - present:
                                        store64(cell, NAN64)
                                        at += 1
                                    else:
                                        break
                                    store8(load64(base + column * 8 - 8) + row, tag >> 1)
                                    column += 2
                                    step += 1
                        elif op in (LONG, INT, NULLABLE + LONG, NULLABLE + INT):
                            stride = load64(code + pc * 64 + 24)
                            is_int = op & 15 == INT
                            if at + 11 * steps <= end:
                                while step < steps:
                                    here = at
                                    if op >= NULLABLE:
                                        tag = load8(here)
                                        if tag == 2 - present:
                                            store8(load64(base + column * 8 - 8) + row, tag >> 1)
                                            if is_int:
                                                store32(load64(base + column * 8) + row * 4, 0)
                                            else:
                                                store64(load64(base + column * 8) + row * 8, 0)
                                            at += 1
                                            column += stride
                                            step += 1
                                            continue
                                        if tag != present:
                                            break
                                        store8(load64(base + column * 8 - 8) + row, tag >> 1)
                                        here += 1
                                    number = load8(here)
                                    if number < 128:
                                        here += 1
                                    else:
                                        word = load64(here)
                                        stops = ~word & HIGH_BITS
                                        if stops != 0:
                                            number = gather7(word & (stops ^ (stops - 1)) & LOW_BITS)
                                            here += (trailing_zeros(stops) >> 3) + 1
                                        else:
                                            number = gather7(word & LOW_BITS)
                                            byte = load8(here + 8)
                                            number |= (byte & 127) << 56
                                            here += 9
                                            if byte >= 128:
                                                byte = load8(here)
                                                if byte > 1:
                                                    break
                                                number |= byte << 63
                                                here += 1
                                    number = zigzag(number)
                                    if is_int:
                                        if number < -0x80000000 or number > 0x7FFFFFFF:
                                            break
                                        store32(load64(base + column * 8) + row * 4, number)
                                    else:
                                        store64(load64(base + column * 8) + row * 8, number)
                                    at = here
                                    column += stride
                                    step += 1
                        elif op == DOUBLE:
                            if at + 8 * steps <= end:
                                while step < steps:
                                    store64(load64(base + column * 8) + row * 8, load64(at))
                                    at += 8
                                    column += 1
                                    step += 1
                        elif op == FLOAT:
                            if at + 4 * steps <= end:
                                while step < steps:
                                    store32(load64(base + column * 8) + row * 4, load32(at))
                                    at += 4
                                    column += 1
                                    step += 1
                        if step < steps:
                            stride = load64(code + pc * 64 + 24)
                            extra = load64(code + pc * 64 + 40)
                            while step < steps:
                                after = one(op, at, end, origin, base, column, row, present, extra)
                                if after < 0:
                                    fault = -after
                                    break
                                at = after
                                column += stride
                                step += 1
                            if fault != 0:
                                break
                        pc += 1
                    elif op == NEXT:
                        row += 1
                        left -= 1
                        block = load64(code + pc * 64 + 8)
                        if lesson > 0:
                            array = load64(code + block * 64 + 64 + 8)
                            head = heads + array * HEAD * 8
                            memory = shapes + array * SHAPES * shape_bytes
                            patience = load64(head + PATIENCE * 8) - 1
                            if patience > 0 and learn(
                                code, block + 2, pc, memory, shape_bytes, head, lesson, at
                            ):
                                store64(head + PATIENCE * 8, patience)
                            else:
                                store64(head + PATIENCE * 8, 4)
                                store64(head + COOLING * 8, REST)
                            lesson = 0
                        pc = block + (1 if left > 0 else 0)
                    elif op == ITEM:
                        head = heads + load64(code + pc * 64 + 8) * HEAD * 8
                        cooling = load64(head + COOLING * 8)
                        if cooling > 0:
                            store64(head + COOLING * 8, cooling - 1)
                            pc += 1
                            continue
                        memory = shapes + load64(code + pc * 64 + 8) * SHAPES * shape_bytes
                        count, at = burst(
                            memory,
                            shape_bytes,
                            head,
                            at,
                            end,
                            min(left, BLOCK_ROWS),
                            row,
                            origin,
                            base,
                            scratch,
                        )
                        row += count
                        left -= count
                        if count > 0:
                            patience = load64(head + PATIENCE * 8) + count
                            store64(head + PATIENCE * 8, min(patience, MAX_PATIENCE))
                        if left == 0:
                            pc -= 1
                        elif count < BLOCK_ROWS:
                            lesson = at
                            pc += 1
                    elif op == UNION:
                        tag, after = varint(at, end)
                        if after < 0:
                            fault = -after
                            break
                        if tag < 0 or tag >= load64(code + pc * 64 + 8):
                            fault = BRANCH
                            break
                        at = after
                        store8(load64(base + load64(code + pc * 64 + 16) * 8) + row, tag)
                        pc = jumps[load64(code + pc * 64 + 24) + tag]
                    elif op == JUMP:
                        pc = load64(code + pc * 64 + 8)
                    elif op == ARRAY:
                        stack[level, 0] = row
                        stack[level, 1] = left
                        row = rows[load64(code + pc * 64 + 24)]
                        stack[level, 2] = row
                        level += 1
                        pc += 1
                    elif op == BLOCK:
                        table = load64(code + pc * 64 + 24)
                        count, after = varint(at, end)
                        if after < 0:
                            fault = -after
                            break
                        if count < 0:
                            count = -count
                            _, after = varint(after, end)
                            if after < 0:
                                fault = -after
                                break
                        if count == 0:
                            at = after
                            level -= 1
                            rows[table] = row
                            count = row - stack[level, 2]
                            row = stack[level, 0]
                            left = stack[level, 1]
                            store32(load64(base + load64(code + pc * 64 + 16) * 8) + row * 4, count)
                            pc = load64(code + pc * 64 + 8)
                            continue
                        smallest = load64(code + pc * 64 + 32)
                        if count < 0:  # the one number whose absolute value has more than 64 bits
                            fault = LONG_VARINT
                            break
                        if smallest > 0 and count > (end - after) // smallest:
                            fault = COUNT
                            break
                        if smallest == 0:
                            empties += count
                            if count > MAX_EMPTY_ITEMS or empties > MAX_EMPTY_ITEMS:
                                fault = EMPTY_ITEMS
                                break
                        if row + count - mark[table] > most[table] * (16 + (size >> 10)):
                            fault = EXPANSION
                            break
                        if row + count > capacity[table]:
                            rows[:] = mark
                            state[FIRST], state[FULL_TABLE], state[ROWS_WANTED] = payload, table, row + count
                            return False
                        at = after
                        left = count
                        pc += 1
                    else:
                        break
                if fault != 0:
                    break
                row += 1
            if fault == 0:
                rows[0] = row
                if segments[segment, WHOLE] != 0 and at != end:
                    fault = TRAILING
            if fault != 0:
                break
        status[payload, 0] = fault
        if fault != 0:
            rows[:] = mark
            status[payload, 1] = at - address
            status[payload, 2] = pc
            status[payload, 3] = step
    state[FIRST] = len(payloads) - 1
    return True
