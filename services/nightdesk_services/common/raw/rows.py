"""Rows of a table as BSON lists of documents, without a Python value being made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

import bson
import numpy as np
import polars as pl

from nightdesk_services.common.raw.fill import Cells, fill, sizes
from nightdesk_services.common.raw.lists import joined_bytes
from nightdesk_services.common.raw.scan import ARRAY, BOOL, DOCUMENT, DOUBLE, INT64, STRING, Fields, Integers

_PLAIN: Final[dict[Any, int]] = {
    pl.Float64(): DOUBLE,
    pl.Int64(): INT64,
    pl.Boolean(): BOOL,
    pl.String(): STRING,
}


def lists(table: pl.DataFrame, lengths: Integers, more: Sequence[Sequence[Mapping[str, Any]]]) -> list[bytes]:
    """Return BSON lists of a table's rows, in which a field is absent where it is null.

    Parameters
    ----------
    table
        Rows of all lists, one list after the other. NaN is null.
    lengths
        Rows of each list.
    more
        Documents that come after the rows of each.
    """
    strange = [name for name, dtype in table.schema.items() if dtype not in _PLAIN]
    bodies = _bodies_of_any(table, lengths) if strange or not table.width else _bodies(table, lengths)
    return [
        _framed(b"".join([body, *(_element(number, one) for number, one in enumerate(last, int(count)))]))
        for body, last, count in zip(bodies, more, lengths, strict=True)
    ]


def document(fields: Mapping[str, bytes]) -> bytes:
    """Return a document of BSON lists."""
    parts = (bytes([ARRAY]) + name.encode() + b"\0" + content for name, content in fields.items())
    return _framed(b"".join(parts))


def _framed(body: bytes) -> bytes:
    return (len(body) + 5).to_bytes(4, "little") + body + b"\0"


def _element(number: int, one: Mapping[str, Any]) -> bytes:
    return bytes([DOCUMENT]) + str(number).encode() + b"\0" + bson.encode(one)


def _bodies_of_any(table: pl.DataFrame, lengths: Integers) -> list[bytes]:
    rows = [{name: value for name, value in row.items() if value is not None} for row in table.to_dicts()]
    ends = np.cumsum([0, *lengths]).tolist()
    if not table.width:
        rows = [{} for _ in range(ends[-1])]
    return [
        b"".join(_element(number, one) for number, one in enumerate(rows[start:end]))
        for start, end in pairwise(ends)
    ]


def _bodies(table: pl.DataFrame, lengths: Integers) -> list[bytes]:
    shape = (table.width, table.height)
    kinds, words, sizes_of = (np.zeros(shape, dtype) for dtype in (np.uint8, np.uint64, np.int64))
    texts: list[bytes] = []
    for row, column in enumerate(table.get_columns()):
        kinds[row] = _kinds(column)
        if column.dtype == pl.String:
            data, bounds = _text(column)
            words[row], sizes_of[row] = bounds[:-1] + sum(map(len, texts)), np.diff(bounds)
            texts.append(data)
        else:
            words[row] = _words(column)
    cells = Cells(kinds, words, sizes_of, np.frombuffer(b"".join(texts), np.uint8))
    fields = Fields(*joined_bytes([name.encode() for name in table.columns]))
    row_sizes, list_sizes = sizes(cells, fields, lengths)
    out = np.empty(int(list_sizes.sum()), np.uint8)
    fill(out, cells, fields, lengths, row_sizes)
    whole = out.tobytes()
    ends = np.cumsum([0, *list_sizes]).tolist()
    return [whole[start:end] for start, end in pairwise(ends)]


def _kinds(column: pl.Series) -> Any:
    """Return the BSON type of each value, 0 where there is none."""
    kind = _PLAIN[column.dtype]
    if kind == DOUBLE:
        return np.where(np.isnan(column.to_numpy()), 0, kind)
    return np.multiply(column.is_not_null().to_numpy(), kind) if column.null_count() else kind


def _words(column: pl.Series) -> Any:
    """Return the bytes of numbers and truth values."""
    if column.dtype == pl.Float64:
        return column.to_numpy().view(np.uint64)
    numbers = column.cast(pl.Int64)
    return (numbers.fill_null(0) if numbers.null_count() else numbers).to_numpy().view(np.uint64)


def _text(column: pl.Series) -> tuple[bytes, Integers]:
    """Return texts one after the other, and where each begins and the last ends."""
    arrow = (column.fill_null("") if column.null_count() else column).to_arrow(
        compat_level=pl.CompatLevel.oldest()
    )
    _, offsets, data = arrow.buffers()
    bounds = np.frombuffer(offsets, np.int64)[arrow.offset : arrow.offset + len(arrow) + 1]
    return b"" if data is None else data.to_pybytes(), bounds
