"""Columns of the archive: one order, and one schema for files of different ones."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Final

import polars as pl
from polars.datatypes import DataTypeClass

from nightdesk.alerts.batch import STANDARD

Columns = dict[str, pl.DataType]

OWN: Final[Columns] = {"night": pl.Int32(), "packet_schema": pl.String()}
"""What the archive adds to each alert: its night as ``yyyymmdd``, and the version of its packet's schema."""
POINTS: Final = ("prv_new", "fp_new")
"""Columns of the points of the light curve that came with the alert: lists of structs."""
CUTOUT: Final = "cutout."
"""Beginning of the columns of cutouts, where they are kept."""


def ordered(columns: Mapping[str, pl.DataType]) -> Columns:
    """Return columns in the archive's order: standard ones, its own, the others by name, points, cutouts."""
    first = [name for name in (*STANDARD, *OWN) if name in columns]
    points = [name for name in POINTS if name in columns]
    cutouts = sorted(name for name in columns if name.startswith(CUTOUT))
    others = sorted(set(columns) - {*first, *points, *cutouts})
    return {name: columns[name] for name in (*first, *others, *points, *cutouts)}


def union(schemas: Iterable[Mapping[str, pl.DataType]]) -> Columns:
    """Return the columns that any of several schemas has, each of a type that holds all of its types."""
    found: Columns = {}
    for schema in schemas:
        for name, dtype in schema.items():
            found[name] = _common(found[name], dtype) if name in found else dtype
    return ordered(found)


def fingerprint(schema: Mapping[str, pl.DataType]) -> str:
    """Return 12 hexadecimal digits that tell a schema from others."""
    text = "\n".join(f"{name} {dtype!r}" for name, dtype in schema.items())
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def conformed(
    frame: pl.LazyFrame, schema: Mapping[str, pl.DataType], target: Mapping[str, pl.DataType]
) -> pl.LazyFrame:
    """Return a frame of one schema with the columns of another; what is missing is null."""
    # not in the selection: one of nothing but literals would have a single row
    changed = [
        pl.col(name).cast(dtype) if name in schema else pl.lit(None, dtype).alias(name)
        for name, dtype in target.items()
        if schema.get(name) != dtype
    ]
    return frame.with_columns(changed).select(list(target))


def _common(one: pl.DataType, other: pl.DataType) -> pl.DataType:
    if one == other:
        return one
    if isinstance(one, pl.List) and isinstance(other, pl.List):
        return pl.List(_common(instance(one.inner), instance(other.inner)))
    if isinstance(one, pl.Struct) and isinstance(other, pl.Struct):
        fields: Columns = {}
        for field in (*one.fields, *other.fields):
            dtype = instance(field.dtype)
            fields[field.name] = _common(fields[field.name], dtype) if field.name in fields else dtype
        return pl.Struct(dict(sorted(fields.items())))
    if one.is_integer() and other.is_integer():
        return pl.Int64()
    return pl.Float64() if one.is_numeric() and other.is_numeric() else pl.String()


def instance(dtype: pl.DataType | DataTypeClass) -> pl.DataType:
    """Return a type as an object, where polars gives its class."""
    return dtype if isinstance(dtype, pl.DataType) else dtype()
