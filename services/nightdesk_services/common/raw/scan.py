"""Reading lists of documents in BSON 1.1 (bsonspec.org) value by value, compiled."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
from nightdesk.jit import jit

Bytes = npt.NDArray[np.uint8]
Integers = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint64]

DOUBLE, STRING, DOCUMENT, ARRAY, BINARY, OBJECT_ID = 0x01, 0x02, 0x03, 0x04, 0x05, 0x07
BOOL, TIME, NULL, INT32, TIMESTAMP, INT64, DECIMAL = 0x08, 0x09, 0x0A, 0x10, 0x11, 0x12, 0x13
WORD: Final = 8
"""Longest text, in bytes, that is read: names of bands and signs are shorter."""


class Documents(NamedTuple):
    """Documents that lie one after the other."""

    data: Bytes
    starts: Integers
    ends: Integers


class Fields(NamedTuple):
    """Names, at most 63, that lie one after the other."""

    letters: Bytes
    starts: Integers
    ends: Integers


class Values(NamedTuple):
    """What is read, each of shape (fields, rows)."""

    kinds: Bytes
    """BSON type of each value; 0 where there is none."""
    words: Words
    """The value's bytes, integers made as long as a double."""


@jit
def _int32(data: Any, at: int) -> int:
    low = np.int64(data[at]) | np.int64(data[at + 1]) << 8 | np.int64(data[at + 2]) << 16
    high = np.int64(data[at + 3])
    return int(low | (high - 256 if high > 127 else high) << 24)


@jit
def _size(data: Any, kind: int, at: int, end: int) -> int:
    """Return how many bytes a value takes; -1 if it goes beyond the end or is of no type that is known."""
    size = -1
    if kind in (DOUBLE, TIME, TIMESTAMP, INT64):
        size = 8
    elif kind == INT32:
        size = 4
    elif kind == NULL:
        size = 0
    elif kind == BOOL:
        size = 1
    elif kind == OBJECT_ID:
        size = 12
    elif kind == DECIMAL:
        size = 16
    elif kind in (STRING, DOCUMENT, ARRAY, BINARY) and at + 4 <= end:
        length = _int32(data, at)
        least = 5 if kind in (DOCUMENT, ARRAY) else 1 if kind == STRING else 0
        if length >= least:
            size = length + (4 if kind == STRING else 5 if kind == BINARY else 0)
    return size if size >= 0 and at + size <= end else -1


@jit
def _after_name(data: Any, at: int, end: int) -> int:
    """Return where a value begins whose name begins here; beyond the end if the name has none."""
    while at < end and data[at] != 0:
        at += 1
    return at + 1


@jit
def _same(data: Any, at: int, end: int, letters: Any, start: int, stop: int) -> bool:  # noqa: PLR0917
    """Return whether some bytes are some letters; to make a slice of each would cost more."""
    if end - at != stop - start:
        return False
    for i in range(end - at):  # noqa: SIM110 - compiled, a generator is slower
        if data[at + i] != letters[start + i]:
            return False
    return True


@jit
def _found(data: Any, start: int, end: int, name: Any) -> tuple[int, int]:
    """Return where the list of a document begins and ends: both 0 if it has none, -1 if it cannot be read."""
    if end - start < 5 or _int32(data, start) != end - start:
        return -1, -1
    at = start + 4
    while at < end and data[at] != 0:
        kind, first = data[at], at + 1
        at = _after_name(data, first, end)
        size = _size(data, kind, at, end)
        if size < 0:
            return -1, -1
        if _same(data, first, at - 1, name, 0, len(name)):
            if kind == ARRAY:
                return at, at + size
            return (0, 0) if kind == NULL else (-1, -1)
        at += size
    return 0, 0


@jit
def lengths(documents: Documents, name: Any) -> Any:
    """Return how many documents each document lists under a name; -1 where that cannot be told."""
    data, starts, ends = documents
    found = np.zeros(len(starts), np.int64)
    for i in range(len(starts)):
        at, end = _found(data, starts[i], ends[i], name)
        if at < 0:
            found[i] = -1
            continue
        at += 4
        while at < end and data[at] != 0:
            kind = data[at]
            at = _after_name(data, at + 1, end)
            size = _size(data, kind, at, end)
            if size < 0 or kind != DOCUMENT:
                found[i] = -1
                break
            found[i] += 1
            at += size
    return found


@jit
def filled(documents: Documents, name: Any, fields: Fields, values: Values) -> bool:
    """Write the values of all fields, once `lengths` is content; return whether all could be read."""
    data, starts, ends = documents
    # which fields begin with a letter: most names are passed over by their first
    begins = np.zeros(256, np.int64)
    for field in range(len(fields.starts)):
        begins[fields.letters[fields.starts[field]]] |= 1 << field
    row = 0
    for i in range(len(starts)):
        at, end = _found(data, starts[i], ends[i], name)
        at += 4
        while at < end and data[at] != 0:
            at = _after_name(data, at + 1, end)
            stop = at + _int32(data, at)
            if not _row(data, at + 4, stop, fields, begins, values, row):
                return False
            at = stop
            row += 1
    return True


@jit
def _row(  # noqa: PLR0917
    data: Any, at: int, end: int, fields: Fields, begins: Any, values: Values, row: int
) -> bool:
    """Write the values of one document."""
    letters, starts, ends = fields
    while at < end and data[at] != 0:
        kind, first = data[at], at + 1
        at = _after_name(data, first, end)
        size = _size(data, kind, at, end)
        if size < 0:
            return False
        candidates = begins[data[first]]
        field = 0
        while candidates:
            if candidates & 1 and _same(data, first, at - 1, letters, starts[field], ends[field]):
                values.kinds[field, row] = kind
                if kind == INT32:
                    values.words[field, row] = np.uint64(np.int64(_int32(data, at)))
                elif kind == STRING:
                    if size - 5 > WORD:
                        return False
                    values.words[field, row] = _word(data, at + 4, size - 5)
                elif size <= WORD:
                    values.words[field, row] = _word(data, at, size)
            candidates >>= 1
            field += 1
        at += size
    return True


@jit
def _word(data: Any, at: int, size: int) -> Any:
    word = np.uint64(0)
    for i in range(size):
        word |= np.uint64(data[at + i]) << np.uint64(8 * i)
    return word
