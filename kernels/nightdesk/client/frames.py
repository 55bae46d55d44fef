"""JSON rows -> polars frames in which no id is rounded: 64-bit ids come as strings and leave as Int64."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from nightdesk.client.when import instant

if TYPE_CHECKING:
    import polars as pl

_IDS = ("candid", "id", "alert_id", "passing_alert_id", "diaSourceId", "diaObjectId", "ssObjectId")
_TIMES = ("passed_at", "last_detected_at", "created_at", "modified", "saved_at")


def is_id(column: str) -> bool:
    """Tell whether a column holds 64-bit ids."""
    return column.rpartition(".")[2] in _IDS


def frame(rows: Iterable[Mapping[str, Any]], columns: Mapping[str, Any] | None = None) -> pl.DataFrame:
    """Return rows as a frame.

    Parameters
    ----------
    rows
        As JSON gives them; a column missing from a row is null there.
    columns
        Names and polars types of columns that must be there even without a row, in order.

    Returns
    -------
    polars.DataFrame
        Ids are Int64, times are UTC datetimes, nested values are structs and lists.
    """
    import polars as pl

    rows = [dict(row) for row in rows]
    if not rows:
        return pl.DataFrame(schema=dict(columns or {}))
    table = pl.from_dicts(rows, infer_schema_length=None, strict=False)
    if columns:
        missing = [
            pl.lit(None, kind).alias(name) for name, kind in columns.items() if name not in table.columns
        ]
        table = table.with_columns(missing).select([*columns, pl.exclude(list(columns))])
        table = table.with_columns(
            pl.col(name).cast(kind) for name, kind in columns.items() if table[name].dtype == pl.Null
        )
    strings = [name for name, kind in table.schema.items() if kind == pl.String]
    return table.with_columns(
        [
            pl.col(name).cast(pl.Int64)
            for name in strings
            if is_id(name) and table[name].drop_nulls().str.contains(r"^-?\d+$").all()
        ]
        + [
            pl.col(name).map_elements(instant, return_dtype=pl.Datetime("us", "UTC"))
            for name in strings
            if name in _TIMES
        ]
    )
