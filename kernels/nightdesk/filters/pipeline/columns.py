"""From the columns of a table to columns of values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np
import polars as pl

from nightdesk.alerts.batch import Ragged
from nightdesk.filters.pipeline import kinds as k
from nightdesk.filters.pipeline.kinds import Array, full
from nightdesk.filters.pipeline.python import from_python
from nightdesk.filters.pipeline.values import (
    Fields,
    Later,
    Lazy,
    Lists,
    Values,
    booleans,
    coded,
    dates,
    doubles,
    integers,
    null,
    objects,
)
from nightdesk.filters.pipeline.words import Words

_TEXT: Final = (pl.String, pl.Categorical, pl.Enum)


def from_series(series: pl.Series) -> Values:
    """Return a Polars column as values; null and NaN are null, as in the documents of the store."""
    dtype, n = series.dtype, len(series)
    if dtype == pl.Null:
        return null(n)
    gaps = series.is_null().to_numpy() if series.null_count() else None
    if dtype == pl.Boolean:
        made = booleans(series.fill_null(False).to_numpy())
    elif dtype.is_integer():
        made = integers(series.fill_null(0).cast(pl.Int64).to_numpy())
    elif dtype.is_float():
        numbers = series.cast(pl.Float64).fill_null(np.nan).to_numpy()
        made, gaps = doubles(numbers), np.isnan(numbers)
    elif dtype in _TEXT:
        strings = series.cast(pl.String)
        distinct = strings.drop_nulls().unique()
        codes = strings.cast(pl.Enum(distinct)).to_physical().cast(pl.Int64)
        made = coded(codes.fill_null(0).to_numpy(), Words(distinct.to_list()))
    elif isinstance(dtype, pl.Datetime):
        made = dates(series.dt.epoch("ms").fill_null(0).to_numpy())
    elif isinstance(dtype, pl.List):
        lengths = series.list.len().fill_null(0).cast(pl.Int64).to_numpy()
        offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        inner = series.filter(series.list.len() > 0).explode()
        made = Lists(offsets, np.repeat(np.arange(n), lengths), from_series(inner)).values()
    elif isinstance(dtype, pl.Struct):
        columns: dict[str, Lazy | Values] = {f.name: _of_field(series, f.name) for f in dtype.fields}
        made = objects(columns, n)
    else:
        return from_python(series.to_list())
    return made if gaps is None else made.with_kind(gaps, k.NULL)


def _of_field(series: pl.Series, name: str) -> Later:
    return Later(lambda: from_series(series.struct.field(name)))


def from_column(column: pl.Series | Array | Values) -> Values:
    """Return a column of any kind as values."""
    if isinstance(column, Values):
        return column
    return from_series(column if isinstance(column, pl.Series) else pl.Series(np.asarray(column)))


def from_ragged(table: Ragged, absent: Mapping[str, Array] | None = None, *, sparse: bool = False) -> Values:
    """Return lists of rows as arrays of objects.

    Parameters
    ----------
    table
        Rows of each alert.
    absent
        Column -> one truth value per alert: whether its rows lack the field.
    sparse
        Whether rows lack the fields that are null.
    """

    def of(name: str) -> Later:
        def make() -> Values:
            made = from_series(table.values[name])
            if sparse:
                return made.with_kind(made.kind == k.NULL, k.MISSING)
            lacking = (absent or {}).get(name)
            return made if lacking is None else made.with_kind(lacking[table.owner], k.MISSING)

        return Later(make)

    columns: dict[str, Lazy | Values] = {name: of(name) for name in table.values.columns}
    offsets = table.offsets - table.offsets[0]
    return Lists(offsets, table.owner, objects(columns, table.values.height)).values()


def nested(columns: Mapping[str, Lazy | Values], n: int, absent: Mapping[str, Array]) -> Fields:
    """Return columns with dotted names as fields in fields.

    Parameters
    ----------
    columns
        Dotted name -> column.
    n
        Rows.
    absent
        Dotted name of an inner object -> where that object is null.

    Raises
    ------
    ValueError
        If a name is both of a column and of an object.
    """
    tree: dict[str, Any] = {}
    for name, column in columns.items():
        *way, last = name.split(".")
        inner = tree
        for part in way:
            inner = inner.setdefault(part, {})
            if not isinstance(inner, dict):
                msg = f"{name!r}: {part!r} is a column already"
                raise ValueError(msg)
        if last in inner:
            msg = f"two columns of the name {name!r}"
            raise ValueError(msg)
        inner[last] = column
    return _fields(tree, "", n, absent)


def _fields(tree: Mapping[str, Any], before: str, n: int, absent: Mapping[str, Array]) -> Fields:
    made: dict[str, Lazy | Values] = {}
    for name, inner in tree.items():
        if not isinstance(inner, dict):
            made[name] = inner
            continue
        where = f"{before}{name}"
        value = replace(objects({}, n), fields=_fields(inner, f"{where}.", n, absent))
        made[name] = value.with_kind(absent[where], k.NULL) if where in absent else value
    return Fields(made)


def repeated(value: str, n: int) -> Values:
    """Return one text n times."""
    return coded(full(0, n, np.int64), Words([value]))
