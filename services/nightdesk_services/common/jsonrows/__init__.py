"""Rows of JSON from columns, without a Python object for each value.

`columns` says what a column may hold; `write` is compiled.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from nightdesk_services.common.jsonrows.columns import LINE, Chosen, Column, Constant, Floats, Numbers, dumped
from nightdesk_services.common.jsonrows.write import spans, written

__all__ = ["Chosen", "Column", "Constant", "Floats", "Numbers", "compiled", "documents", "lines"]


def documents(columns: Mapping[str, Column], height: int) -> list[dict[str, Any]]:
    """Return the rows as dictionaries."""
    cells = [
        [column.value] * height if isinstance(column, Constant) else column.values()
        for column in columns.values()
    ]
    return [dict(zip(columns, row, strict=True)) for row in zip(*cells, strict=True)]


def lines(columns: Mapping[str, Column], between: bytes = LINE) -> bytes:
    """Return the rows as JSON.

    Parameters
    ----------
    columns
        Name -> values; one at least is not constant.
    between
        One byte that stands between two rows.
    """
    cells, which, names, before = [b"null"], list[Any](), list[int](), b"{"
    count = 1
    for name, column in columns.items():
        before += dumped(name) + b":"
        if isinstance(column, Constant):
            before += dumped(column.value) + b","
            continue
        text, codes = column.cells()
        cells += [before, text]
        names.append(count)
        which.append(np.where(codes < 0, 0, codes + count + 1))
        count += 2 + text.count(LINE)
        before = b","
    cells.append(before.rstrip(b",") + b"}")
    letters = np.frombuffer(LINE.join(cells) + LINE, np.uint8)
    starts, ends = spans(letters, count + 1)
    made: bytes = written(letters, starts, ends, np.array(which), np.array(names), between[0]).tobytes()
    return made


def compiled() -> None:
    """Have the machine code ready, which takes seconds the first time on a machine."""
    lines({"a": Floats(np.zeros(1))})
