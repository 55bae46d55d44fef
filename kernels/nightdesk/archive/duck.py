"""The archive in DuckDB's language."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import polars as pl

from nightdesk.archive.pieces import Piece
from nightdesk.archive.query import Cone, Query
from nightdesk.archive.schema import Columns, instance

_PLAIN: dict[type[pl.DataType], str] = {
    pl.Int8: "TINYINT",
    pl.Int16: "SMALLINT",
    pl.Int32: "INTEGER",
    pl.Int64: "BIGINT",
    pl.UInt8: "UTINYINT",
    pl.UInt16: "USMALLINT",
    pl.UInt32: "UINTEGER",
    pl.UInt64: "UBIGINT",
    pl.Float32: "FLOAT",
    pl.Float64: "DOUBLE",
    pl.Boolean: "BOOLEAN",
    pl.String: "VARCHAR",
    pl.Binary: "BLOB",
    pl.Date: "DATE",
}


def relation(found: Sequence[Piece], query: Query, connection: Any = None) -> Any:
    """Return a DuckDB relation over the files; times with a zone are shown in the session's.

    Parameters
    ----------
    connection
        DuckDB connection; default a new one in memory.

    Raises
    ------
    ImportError
        DuckDB is not installed.
    """
    import duckdb

    # what is needed comes with the package: nothing is to be fetched from the network
    con = connection or duckdb.connect(config={"autoinstall_known_extensions": "false"})
    if found and not found[0].place.local:
        con.register_filesystem(found[0].place.fs)
    return con.sql(sql(found, query))


def sql(found: Sequence[Piece], query: Query) -> str:
    """Return the query as SQL over ``read_parquet``."""
    if not found:
        nothing = (f"CAST(NULL AS {type_name(d)}) AS {_name(n)}" for n, d in query.columns.items())
        return f"SELECT {', '.join(nothing)} WHERE false"
    plain: dict[int, list[Piece]] = {}
    for piece in found:
        # a file with alerts to leave out is a group of its own
        plain.setdefault(id(piece) if piece.excluded else id(piece.schema), []).append(piece)
    return "\nUNION ALL\n".join(_select(alike, query) for alike in plain.values())


def type_name(dtype: pl.DataType) -> str:
    """Return a type in DuckDB's language.

    Raises
    ------
    ValueError
        DuckDB has no such type.
    """
    if isinstance(dtype, pl.List):
        return f"{type_name(instance(dtype.inner))}[]"
    if isinstance(dtype, pl.Struct):
        return f"STRUCT({', '.join(f'{_name(f.name)} {type_name(instance(f.dtype))}' for f in dtype.fields)})"
    if isinstance(dtype, pl.Datetime):
        return "TIMESTAMPTZ" if dtype.time_zone else "TIMESTAMP"
    if found := _PLAIN.get(type(dtype)):
        return found
    msg = f"{dtype} has no counterpart in DuckDB"
    raise ValueError(msg)


def _select(alike: Sequence[Piece], query: Query) -> str:
    schema = alike[0].schema
    columns = ", ".join(_column(n, d, schema) for n, d in query.columns.items())
    files = ", ".join(_text(_url(piece)) for piece in alike)
    where = _where(query)
    if alike[0].excluded:
        where.append(f"candid NOT IN ({', '.join(map(str, alike[0].excluded))})")
    cut = f" WHERE {' AND '.join(where)}" if where else ""
    return f"SELECT {columns} FROM read_parquet([{files}], hive_partitioning = false) AS a{cut}"  # noqa: S608


def _column(name: str, dtype: pl.DataType, schema: Columns) -> str:
    if schema.get(name) == dtype:
        return f"a.{_name(name)}"
    value = f"a.{_name(name)}" if name in schema else "NULL"
    return f"CAST({value} AS {type_name(dtype)}) AS {_name(name)}"


def _where(query: Query) -> list[str]:
    found = []
    if query.first is not None:
        found.append(f"a.jd >= {_number(query.first)}")
    if query.last is not None:
        found.append(f"a.jd <= {_number(query.last)}")
    return [*found, *(_in_cone(query.cone) if query.cone else [])]


def _in_cone(cone: Cone) -> list[str]:
    lon, lat = _number(math.radians(cone.ra)), _number(math.radians(cone.dec))
    a = (
        f"power(sin((radians(a.dec) - {lat}) / 2), 2)"
        f" + cos(radians(a.dec)) * cos({lat}) * power(sin((radians(a.ra) - {lon}) / 2), 2)"
    )
    return [
        f"a.{cone.column} BETWEEN {cone.pixels[0]} AND {cone.pixels[-1]}",
        f"a.{cone.column} IN ({', '.join(map(str, cone.pixels))})",
        f"degrees(2 * asin(sqrt(least({a}, 1)))) * 3600 <= {_number(cone.radius)}",
    ]


def _url(piece: Piece) -> str:
    return piece.path if piece.place.local else str(piece.place.fs.unstrip_protocol(piece.path))


def _number(value: float) -> str:
    # with an exponent it is a DOUBLE, without one a DECIMAL
    return f"{value:.17e}"


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
