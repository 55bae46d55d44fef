"""From an Avro schema to the columns of a batch."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

import polars as pl

from nightdesk.surveys import Survey

Columns = dict[str, pl.DataType]

SOURCE: Final = "candidate"
"""Name of the triggering source's record in columns and documents, whatever the survey calls it."""

_PRIMITIVE: Final[dict[str, pl.DataType]] = {
    "boolean": pl.Boolean(),
    "int": pl.Int64(),
    "long": pl.Int64(),
    # doubles throughout, so that a cut gives the same answer on columns and on documents
    "float": pl.Float64(),
    "double": pl.Float64(),
    "string": pl.String(),
    "bytes": pl.Binary(),
    "enum": pl.String(),
}
_LOGICAL: Final[dict[str, pl.DataType]] = {
    "timestamp-millis": pl.Datetime("ms", "UTC"),
    "timestamp-micros": pl.Datetime("us", "UTC"),
    "date": pl.Date(),
    "uuid": pl.String(),
}


@dataclass(frozen=True)
class Layout:
    """What the packets of one schema hold."""

    name: str
    """Full name of the schema."""
    version: str
    scalars: Columns
    """Fields of the packet itself."""
    records: dict[str, Columns]
    """Record of the packet -> its fields; the triggering source is called ``candidate``."""
    prv: Columns
    """Fields of an earlier detection or non-detection."""
    fp: Columns
    """Fields of a forced point."""
    raw: dict[str, str] = field(default_factory=dict)
    """Record as called here -> as called in the packet."""


def layout(schema: Mapping[str, Any], survey: Survey) -> Layout:
    """Return the layout of a survey's alert schema.

    Parameters
    ----------
    schema
        Schema as parsed by fastavro, with its named types inside.
    """
    names: dict[str, Any] = {}
    fields = {f["name"]: _resolve(f["type"], names) for f in schema["fields"]}
    stamps = set(survey.stamps.values())
    records = {
        name: _columns(kind, names)
        for name, kind in fields.items()
        if _is_record(kind) and name not in stamps
    }
    called = {SOURCE if name == survey.source else name: name for name in records}
    return Layout(
        name=schema["name"],
        version=str(schema.get("version") or _version(schema["name"])),
        scalars={n: d for n, k in fields.items() if n not in stamps and (d := _dtype(k)) is not None},
        records={ours: records[theirs] for ours, theirs in called.items()},
        prv=_columns(_items(fields.get(survey.history.prv), names), names),
        fp=_columns(_items(fields.get(survey.history.fp), names), names),
        raw=called,
    )


@cache
def _version(name: str) -> str:
    """Return the version that a schema's name tells, as ``10.0`` of ``lsst.v10_0.alert``."""
    found = re.search(r"v(\d+)_(\d+)", name)
    return ".".join(found.groups()) if found else ""


def _resolve(kind: Any, names: dict[str, Any]) -> Any:
    """Return a type without its null, by its definition where it is a name; learn the names it defines."""
    if isinstance(kind, list):
        rest = [k for k in kind if k != "null"]
        return _resolve(rest[0], names) if len(rest) == 1 else None
    if isinstance(kind, str):
        return names.get(kind, kind)
    if kind["type"] in ("record", "enum", "fixed"):
        names[kind["name"]] = kind
    if kind["type"] == "record":
        for f in kind["fields"]:
            _resolve(f["type"], names)
    if kind["type"] == "array":
        return {**kind, "items": _resolve(kind["items"], names)}
    return kind


def _is_record(kind: Any) -> bool:
    return isinstance(kind, dict) and kind["type"] == "record"


def _items(kind: Any, names: dict[str, Any]) -> Any:
    return _resolve(kind["items"], names) if isinstance(kind, dict) and kind["type"] == "array" else None


def _columns(kind: Any, names: dict[str, Any]) -> Columns:
    if not _is_record(kind):
        return {}
    found = ((f["name"], _dtype(_resolve(f["type"], names))) for f in kind["fields"])
    return {name: dtype for name, dtype in found if dtype is not None}


def _dtype(kind: Any) -> pl.DataType | None:
    """Return the column type of a scalar; None for what is no scalar."""
    if isinstance(kind, str):
        return _PRIMITIVE.get(kind)
    if not isinstance(kind, dict):
        return None
    return _LOGICAL.get(kind.get("logicalType", ""), _PRIMITIVE.get(kind["type"]))
