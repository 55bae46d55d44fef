"""Writing rows of columns as documents in BSON 1.1 (bsonspec.org), compiled."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from nightdesk.jit import jit

from nightdesk_services.common.raw.scan import (
    BOOL,
    DOCUMENT,
    INT32,
    INT64,
    STRING,
    Bytes,
    Fields,
    Integers,
    Words,
)

_LEAST, _MOST = -(2**31), 2**31 - 1


class Cells(NamedTuple):
    """Values of rows, each of shape (fields, rows)."""

    kinds: Bytes
    """BSON type of each value; 0 where there is none."""
    words: Words
    """The value's bytes; of a text where it begins in `texts`."""
    lengths: Integers
    """Bytes of a text."""
    texts: Bytes


@jit
def sizes(cells: Cells, fields: Fields, groups: Any) -> tuple[Any, Any]:
    """Return how many bytes each row's document has, and the elements of each group's list."""
    count, rows = cells.kinds.shape
    row_sizes = np.full(rows, 5, np.int64)
    for field in range(count):
        name = 2 + fields.ends[field] - fields.starts[field]
        for row in range(rows):
            kind = cells.kinds[field, row]
            if kind == 0:
                continue
            size = 8
            if kind == INT64 and _LEAST <= np.int64(cells.words[field, row]) <= _MOST:
                size = 4
            elif kind == BOOL:
                size = 1
            elif kind == STRING:
                size = 5 + cells.lengths[field, row]
            row_sizes[row] += name + size
    group_sizes = np.zeros(len(groups), np.int64)
    row = 0
    for group in range(len(groups)):
        for index in range(groups[group]):
            group_sizes[group] += 2 + _digits(index) + row_sizes[row]
            row += 1
    return row_sizes, group_sizes


@jit
def fill(out: Any, cells: Cells, fields: Fields, groups: Any, row_sizes: Any) -> None:
    """Write the elements of each group's list, one group after the other."""
    at, row = 0, 0
    for group in range(len(groups)):
        for index in range(groups[group]):
            out[at] = DOCUMENT
            digits = _digits(index)
            rest = index
            for place in range(digits):
                out[at + digits - place] = 48 + rest % 10
                rest //= 10
            out[at + digits + 1] = 0
            at += digits + 2
            _document(out[at : at + row_sizes[row]], cells, fields, row)
            at += row_sizes[row]
            row += 1


@jit
def _document(out: Any, cells: Cells, fields: Fields, row: int) -> None:
    """Write a row."""
    _write(out, 0, np.uint64(len(out)), 4)
    at = 4
    for field in range(len(fields.starts)):
        kind = cells.kinds[field, row]
        if kind == 0:
            continue
        word = cells.words[field, row]
        short = kind == INT64 and _LEAST <= np.int64(word) <= _MOST
        out[at] = INT32 if short else kind
        at += 1
        for letter in range(fields.starts[field], fields.ends[field]):
            out[at] = fields.letters[letter]
            at += 1
        out[at] = 0
        at += 1
        if kind == STRING:
            length = cells.lengths[field, row]
            _write(out, at, np.uint64(length + 1), 4)
            at += 4
            begin = np.int64(word)
            for i in range(length):
                out[at + i] = cells.texts[begin + i]
            at += length
            out[at] = 0
            at += 1
        else:
            width = 4 if short else 1 if kind == BOOL else 8
            _write(out, at, word, width)
            at += width
    out[at] = 0


@jit
def _write(out: Any, at: int, word: Any, width: int) -> None:
    for i in range(width):
        out[at + i] = np.uint8(word >> np.uint64(8 * i) & np.uint64(255))


@jit
def _digits(number: int) -> int:
    digits = 1
    while number >= 10:
        number //= 10
        digits += 1
    return digits
