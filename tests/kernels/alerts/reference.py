"""Batches made from what fastavro reads, value by value: what the decoder is compared with."""

from __future__ import annotations

import io
import math
from functools import cache
from typing import Any

import fastavro
import polars as pl
from fastavro.schema import load_schema
from nightdesk.alerts.framing import schema_file
from nightdesk.alerts.layout import SOURCE, Columns, Layout, layout
from nightdesk.surveys import Survey

Record = dict[str, Any]


@cache
def _registered(number: int, survey: Survey) -> Any:
    return load_schema(str(schema_file(number, survey)))


def read(payload: bytes, survey: Survey) -> tuple[Layout, list[Record]]:
    """Read a packet; whatever fastavro raises is raised, and `ValueError` for what it lets pass."""
    stream = io.BytesIO(payload)
    if payload[:4] == b"Obj\x01":
        reader = fastavro.reader(stream)
        records: Any = list(reader)
        schema: Any = reader.writer_schema
    else:
        stream.seek(5)
        schema = _registered(int.from_bytes(payload[1:5], "big"), survey)
        records = [fastavro.schemaless_reader(stream, schema, None)]
    if stream.read():
        raise ValueError("bytes are left over")
    for record in records:
        _check(record, survey)
    return layout(schema, survey), records


def _check(record: Record, survey: Survey) -> None:
    ra, dec = (_value(record, column, survey) for column in (survey.ra, survey.dec))
    time = record[survey.source][survey.time.field]
    names = [_value(record, name.field, survey) for name in survey.object]
    number = _value(record, survey.id, survey)
    whole = isinstance(number, int) and number not in survey.null_ids
    named = any(name not in (None, "", *survey.null_ids) for name in names)
    if not (whole and named and 0 <= ra <= 360 and -90 <= dec <= 90 and math.isfinite(time)):
        raise ValueError("a record lacks what it must have")


def _value(record: Record, column: str, survey: Survey) -> Any:
    head, _, tail = column.rpartition(".")
    part = record if not head else record[survey.source if head == SOURCE else head]
    return (part or {}).get(tail)


def raw(record: Record, found: Layout) -> Record:
    """Return the columns of one record."""
    made = {name: record[name] for name in found.scalars}
    for name, columns in found.records.items():
        inner = record[found.raw[name]] or {}
        made |= {f"{name}.{field}": inner.get(field) for field in columns}
    return made


def frame(rows: list[Record], columns: Columns) -> pl.DataFrame:
    """Return rows as columns, NaN as null."""
    made = pl.DataFrame(
        [pl.Series(name, [row.get(name) for row in rows], dtype) for name, dtype in columns.items()]
    )
    return made.with_columns(pl.col(pl.Float64).fill_nan(None))
