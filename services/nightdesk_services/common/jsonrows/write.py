"""Putting rows together from pieces of text; compiled."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from nightdesk.jit import jit

from nightdesk_services.common.jsonrows.columns import LINE

_LINE: Final = LINE[0]


@jit
def spans(letters: Any, count: int) -> tuple[Any, Any]:
    """Return where each of so many lines begins and ends."""
    starts, ends = np.zeros(count, np.int64), np.zeros(count, np.int64)
    line = start = 0
    for at in range(letters.size):
        if letters[at] == _LINE:
            starts[line], ends[line] = start, at
            line, start = line + 1, at + 1
    return starts, ends


@jit
def written(letters: Any, starts: Any, ends: Any, which: Any, names: Any, between: int) -> Any:  # noqa: PLR0917
    """Return rows.

    Parameters
    ----------
    letters, starts, ends
        Pieces of text; the last one ends every row.
    which
        Which piece each value is, shape (columns, rows).
    names
        Which piece stands before each column.
    between
        Byte between two rows.
    """
    columns, rows = which.shape
    last = starts.size - 1
    size = rows * (1 + ends[last] - starts[last])
    for column in range(columns):
        size += rows * (ends[names[column]] - starts[names[column]])
        for row in range(rows):
            size += ends[which[column, row]] - starts[which[column, row]]
    made = np.empty(size, np.uint8)
    at = 0
    for row in range(rows):
        for column in range(columns):
            at = _put(made, at, letters, starts[names[column]], ends[names[column]])
            at = _put(made, at, letters, starts[which[column, row]], ends[which[column, row]])
        at = _put(made, at, letters, starts[last], ends[last])
        made[at] = between
        at += 1
    return made[: max(0, size - 1)]


@jit
def _put(made: Any, at: int, letters: Any, start: int, end: int) -> int:
    for i in range(start, end):
        made[at] = letters[i]
        at += 1
    return at
