"""Decode many payloads of one schema in a call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from nightdesk.avro import interpreter, operations
from nightdesk.avro.errors import COUNT, EMPTY_ITEMS, Refusal
from nightdesk.avro.program import Program
from nightdesk.avro.storage import Storage
from nightdesk.avro.tables import Buffers, Tables


class Stretch(NamedTuple):
    """Records that lie one after another in a buffer."""

    payload: int
    """Position of the payload that they came from."""
    buffer: bytes
    start: int
    stop: int
    records: int = 1


def decode(
    program: Program, payloads: Sequence[bytes], starts: Sequence[int] | int = 0, *, whole: bool = False
) -> Tables:
    """Decode payloads that hold one record each.

    Parameters
    ----------
    program
        The compiled schema that the payloads were written with.
    payloads
        The bytes; they are kept, not copied, as long as the tables live.
    starts
        Where the record begins in each payload (5 behind Confluent's framing), or in all of them.
    whole
        Refuse payloads with bytes after the record, which fastavro ignores.

    Returns
    -------
    Tables
        One row of table 0 per good payload, in order; the others are in `Tables.refusals`.
    """
    each = [starts] * len(payloads) if isinstance(starts, int) else starts
    stretches = [
        Stretch(index, payload, min(start, len(payload)), len(payload))
        for index, (payload, start) in enumerate(zip(payloads, each, strict=True))
    ]
    return decode_stretches(program, stretches, whole=whole)


def decode_stretches(program: Program, stretches: Sequence[Stretch], *, whole: bool = False) -> Tables:
    """Decode stretches of records, as container files hold them; those of one payload in a row.

    Parameters
    ----------
    program
        The compiled schema that the records were written with.
    stretches
        Where the records lie.
    whole
        Refuse payloads with bytes after the last record of a stretch.

    Returns
    -------
    Tables
        One row of table 0 per record. A payload with a bad record is refused with all its records.
    """
    refusals: list[Refusal] = []
    good = _possible(program, stretches, refusals)
    held = [pa.py_buffer(stretch.buffer) for stretch in good]
    sizes = np.fromiter((len(buffer) for buffer in held), np.int64, len(good))
    origins = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    segments = np.array(
        [
            (buffer.address, stretch.start, stretch.stop, stretch.records, origin, whole)
            for stretch, buffer, origin in zip(good, held, origins.tolist(), strict=False)
        ],
        np.int64,
    ).reshape(len(good), 6)
    owners = np.fromiter((stretch.payload for stretch in good), np.int64, len(good))
    first = np.flatnonzero(np.diff(owners, prepend=-1))
    payloads = np.append(first, len(good)).astype(np.int64)
    status = np.zeros((len(first), 4), np.int64)
    storage = _run(program, payloads, segments, status)
    bad = np.flatnonzero(status[:, 0])
    for payload, (code, offset, instruction, step) in zip(
        owners[first[bad]].tolist(), status[bad].tolist(), strict=True
    ):
        refusals.append(Refusal(payload, code, offset, program.field(instruction, step)))
    lasting = np.repeat(status[:, 0] == 0, np.diff(payloads))
    source = np.repeat(owners[lasting], segments[lasting, operations.RECORDS]).astype(np.int64)
    refusals.sort(key=lambda refusal: refusal.index)
    return Tables(program.layout, storage, source, refusals, Buffers([s.buffer for s in good], held, origins))


def _possible(program: Program, stretches: Sequence[Stretch], refusals: list[Refusal]) -> list[Stretch]:
    """The stretches without those of payloads that claim more records than can be there."""
    smallest = program.layout.root.smallest
    wrong: dict[int, Refusal] = {}
    for stretch in stretches:
        if stretch.records * smallest > stretch.stop - stretch.start and stretch.records > 1:
            wrong.setdefault(stretch.payload, Refusal(stretch.payload, COUNT, stretch.start))
        elif smallest == 0 and stretch.records > operations.MAX_EMPTY_ITEMS:
            wrong.setdefault(stretch.payload, Refusal(stretch.payload, EMPTY_ITEMS, stretch.start))
    refusals.extend(wrong.values())
    return [stretch for stretch in stretches if stretch.payload not in wrong]


def _run(
    program: Program,
    payloads: npt.NDArray[np.int64],
    segments: npt.NDArray[np.int64],
    status: npt.NDArray[np.int64],
) -> Storage:
    stops, starts = segments[:, operations.STOP], segments[:, operations.START]
    records, size = int(segments[:, operations.RECORDS].sum()), int((stops - starts).sum())
    storage = Storage(program.plan, records, size)
    state = np.zeros(3, np.int64)
    lesson = program.lessons.borrow()
    while not interpreter.run(
        program.code.ctypes.data,
        program.jumps,
        program.depth,
        payloads,
        segments,
        storage.addresses.ctypes.data,
        storage.capacity,
        program.plan.most,
        storage.rows,
        status,
        state,
        lesson.shapes.ctypes.data,
        program.lessons.shape_bytes,
        lesson.heads.ctypes.data,
        lesson.scratch.ctypes.data,
    ):
        storage.grow(int(state[operations.FULL_TABLE]), int(state[operations.ROWS_WANTED]))
    program.lessons.give_back(lesson)
    program.plan.remember(storage.rows, size)
    return storage
