"""From a file of any of the usual formats to an Arrow table."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

_SUFFIXES: Final = {
    "parquet": (".parquet", ".pq"),
    "fits": (".fits", ".fit", ".fits.gz", ".fit.gz"),
    "votable": (".vot", ".votable", ".xml", ".vot.gz"),
    "csv": (".csv", ".csv.gz"),
}


def read(path: Path, position: Sequence[str], columns: Sequence[str] | None) -> pa.Table:
    """Return the position's columns and those asked for, text without padding.

    Parameters
    ----------
    columns
        None: all that hold one value a row.

    Raises
    ------
    ValueError
        The format is not known, a column is not there, or the file is not what its name says.
    """
    form = next((f for f, ends in _SUFFIXES.items() if path.name.lower().endswith(ends)), None)
    if form is None:
        known = ", ".join(end for ends in _SUFFIXES.values() for end in ends)
        msg = f"{path.name}: the name ends in none of {known}"
        raise ValueError(msg)
    readers: dict[str, Callable[[Path], pa.Table]] = {
        "parquet": lambda p: _parquet(p, position, columns),
        "fits": lambda p: _astropy(p, "fits"),
        "votable": lambda p: _astropy(p, "votable"),
        "csv": pyarrow.csv.read_csv,
    }
    try:
        table = readers[form](path)
    except (pa.ArrowInvalid, IndexError, TypeError) as error:
        msg = f"{path.name} is no {form} file with a table: {error}"
        raise ValueError(msg) from error
    require(table.column_names, [*position, *(columns or ())], path)
    wanted = list(dict.fromkeys([*position, *(columns if columns is not None else table.column_names)]))
    if not table.num_rows:
        msg = f"{path.name} has no rows"
        raise ValueError(msg)
    simple = [
        n for n in wanted if columns is not None or n in position or _one_value(table.schema.field(n).type)
    ]
    return pa.table({name: _tidy(table[name]) for name in simple})


def require(there: Sequence[str], wanted: Sequence[str], path: Path) -> None:
    """Refuse a column that is not there, naming those that are like it.

    Raises
    ------
    ValueError
    """
    for name in wanted:
        if name in there:
            continue
        lower = {other.lower(): other for other in there}
        near = [lower[n] for n in difflib.get_close_matches(name.lower(), lower, n=3, cutoff=0.5)]
        hint = f"did you mean {', '.join(near)}?" if near else f"columns are {', '.join(there)}"
        msg = f"{path.name} has no column {name!r}; {hint}"
        raise ValueError(msg)


def _parquet(path: Path, position: Sequence[str], columns: Sequence[str] | None) -> pa.Table:
    there = pyarrow.parquet.read_schema(path).names
    require(there, [*position, *(columns or ())], path)
    return pyarrow.parquet.read_table(path, columns=None if columns is None else [*position, *columns])


def _astropy(path: Path, form: str) -> pa.Table:
    from astropy.table import Table

    try:
        table: Any = Table.read(path, format=form)
    except (OSError, ValueError) as error:
        # astropy says with either what is wrong with the contents
        if not path.is_file():
            raise
        msg = f"{path.name} is no {form} file: {error}"
        raise ValueError(msg) from error
    made: dict[str, pa.Array] = {}
    for name in table.colnames:
        column = table[name]
        if column.ndim > 1:
            continue
        mask = np.asarray(getattr(column, "mask", np.zeros(len(column), bool)))
        values = np.asarray(column)
        if values.dtype.kind == "S":
            values = np.char.decode(values, "utf-8", "replace")
        if values.dtype.kind in "iufb":
            values = values.astype(values.dtype.newbyteorder("="))
            made[name] = pa.array(values, mask=mask)
        else:
            made[name] = pa.array(
                [None if hidden else str(v) for v, hidden in zip(values, mask, strict=True)], pa.string()
            )
    return pa.table(made)


def _one_value(kind: pa.DataType) -> bool:
    return not pa.types.is_nested(kind)


def _tidy(column: pa.ChunkedArray) -> pa.ChunkedArray:
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.cast(kind.value_type)
        kind = column.type
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        column = column.cast(pa.string())
        kind = column.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return pc.utf8_trim_whitespace(column)
    return column
