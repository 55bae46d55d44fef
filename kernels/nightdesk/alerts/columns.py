"""From the tables of the decoder to Polars columns, without a Python value."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from nightdesk.alerts.layout import Columns
from nightdesk.avro import Table
from nightdesk.avro.schema import Node, Record, Scalar, Union
from nightdesk.avro.wide import WIDE

Mask = npt.NDArray[np.bool_]


def value(node: Node) -> tuple[Node, Union | None]:
    """Return a node without its null, and the union that tells where it is there, if there is one.

    Of a union of several types nothing is left but the union: it makes no column.
    """
    if not isinstance(node, Union):
        return node, None
    rest = [branch for branch in node.branches if branch.kind != "null"]
    return (rest[0], node) if len(rest) == 1 and not isinstance(rest[0], Union) else (node, node)


def fields(node: Node) -> dict[str, Node]:
    """Return the fields of a record that may be null; none of anything else."""
    inner, _ = value(node)
    return inner.fields if isinstance(inner, Record) else {}


def present(table: Table, node: Node) -> Mask:
    """Return where a node of a table that is at most nullable has a value."""
    inner, union = value(node)
    if union is None:
        return np.ones(len(table), np.bool_)
    if inner is union:
        return np.zeros(len(table), np.bool_)
    return table.branch(union.path) == union.branches.index(inner)


def frame(table: Table, nodes: dict[str, Node], columns: Columns) -> pl.DataFrame:
    """Return fields of a table as columns: floats as Float64 with NaN as null, integers as Int64.

    Parameters
    ----------
    nodes
        Name of the column -> field; a column without one is null.
    columns
        Name -> type.
    """
    if not columns:
        return pl.DataFrame()
    found = {name: value(nodes[name])[0] for name in columns if name in nodes}
    scalars = {name: node for name, node in found.items() if isinstance(node, Scalar)}
    wide = [name for name, node in scalars.items() if node.kind in WIDE]
    arrays = dict(zip(wide, table.wide([scalars[name].path for name in wide]), strict=True))
    for name in columns:
        if name not in arrays:
            arrays[name] = table.arrow(scalars[name].path) if name in scalars else pa.nulls(len(table))
    made = pl.DataFrame(pa.table([arrays[name] for name in columns], names=list(columns)))
    # integers become dates and times
    wrong = [name for name, dtype in zip(columns, made.dtypes, strict=True) if dtype != columns[name]]
    return made.with_columns(cast(made[name], columns[name]) for name in wrong) if wrong else made


def cast(column: pl.Series, dtype: pl.DataType) -> pl.Series:
    """Return a column of another type; null where a value has none of that type."""
    try:
        return column.cast(dtype, strict=False)
    except pl.exceptions.PolarsError:
        return pl.Series(column.name, [None] * len(column), dtype)


def blobs(table: Table, node: Node) -> Sequence[bytes | None]:
    """Return the bytes of each row of a field; None where it has none, or is not of bytes."""
    inner, _ = value(node)
    if not isinstance(inner, Scalar) or inner.kind not in ("bytes", "fixed"):
        return [None] * len(table)
    return table.pieces(inner.path)


def texts(table: Table, node: Node) -> Sequence[str | None]:
    """Return the text of each row of a field; None where it has none, or is not of text."""
    inner, _ = value(node)
    if not isinstance(inner, Scalar) or inner.kind != "string":
        return [None] * len(table)
    found: list[str | None] = table.arrow(inner.path).to_pylist()
    return found
