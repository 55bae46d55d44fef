"""Whether a declaration fits the packets: every field that it names, and what is in it."""

from __future__ import annotations

import difflib
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import fastavro

from nightdesk.surveys.fields import Fields, word
from nightdesk.surveys.model import Photometry, Survey

Record = Mapping[str, Any]

_NUMBERS: Final = ("int", "long", "float", "double")
_SOURCE: Final = "candidate"
_MAGIC: Final = b"Obj\x01"


def problems(survey: Survey, schema: Mapping[str, Any], records: Iterable[Record] = ()) -> list[str]:
    """Return all that keeps a declaration from reading packets of a schema; empty if it fits.

    Parameters
    ----------
    schema
        Avro schema of the alert packets, as JSON gives it.
    records
        Packets that were read with it: bands that occur in them have to be declared.
    """
    fields = Fields(schema)
    return list(
        dict.fromkeys([*_schema(survey, fields), *(p for record in records for p in _bands(survey, record))])
    )


def sample(path: Path, survey: Survey) -> tuple[dict[str, Any], list[Record]]:
    """Return the schema in a file, and the records where it is a packet.

    Parameters
    ----------
    path
        A schema (JSON), an Avro container file, or a framed packet whose schema the survey's registry has.

    Raises
    ------
    ValueError
        It is neither.
    OSError
        It cannot be read.
    """
    payload = path.read_bytes()
    try:
        if payload[:4] == _MAGIC:
            reader = fastavro.reader(io.BytesIO(payload))
            written: Any = reader.writer_schema
            return dict(written), [r for r in reader if isinstance(r, dict)]
        if payload[:1] == b"\x00" and survey.registry is not None:
            file = survey.registry.file(int.from_bytes(payload[1:5], "big"))
            if file is None or not file.is_file():
                msg = f"its schema, {file or survey.registry.package}, is not there"
                raise ValueError(msg)
            parsed: Any = fastavro.schema.load_schema(str(file))
            record: Any = fastavro.schemaless_reader(io.BytesIO(payload[5:]), parsed, None)
            return dict(parsed), [record]
        schema = json.loads(payload)
    except (ValueError, EOFError, TypeError, IndexError, KeyError) as error:
        msg = f"{path.name} is neither a schema nor a packet: {error}"
        raise ValueError(msg) from error
    if not isinstance(schema, dict) or schema.get("type") != "record":
        msg = f"{path.name} is no schema of a record"
        raise ValueError(msg)
    return schema, []


def _schema(survey: Survey, fields: Fields) -> Iterator[str]:
    if not re.search(survey.schemas, fields.name):
        yield f"schemas: {survey.schemas!r} does not match the schema's name {fields.name!r}"
    source = fields.of(fields.packet.get(survey.source))
    if not source:
        yield _absent("source", survey.source, fields.packet, what="record")
        return
    columns = {**fields.packet, **{f"{_SOURCE}.{name}": kind for name, kind in source.items()}}
    for record, kind in fields.packet.items():
        if record != survey.source:
            columns |= {f"{record}.{name}": inner for name, inner in fields.of(kind).items()}
    yield from _needed("id", [survey.id], columns, ("int", "long"))
    yield from _any("object", [name.field for name in survey.object], columns, ("int", "long", "string"))
    yield from _needed("ra", [survey.ra], columns, ("float", "double"))
    yield from _needed("dec", [survey.dec], columns, ("float", "double"))
    yield from _needed("version", [survey.version], columns)
    yield from _needed("publisher", [survey.publisher], columns)
    yield from _any("score", survey.score, columns, _NUMBERS)
    yield from _any("[sso] ids", survey.sso.ids, columns)
    yield from _needed("[sso] distance", [survey.sso.distance], columns, _NUMBERS)
    for kind, field in survey.stamps.items():
        yield from _needed(f"[stamps] {kind}", [field], fields.packet, ("bytes", "record"))
    yield from _points(survey, source, "detection", survey.source)
    if survey.total is not None:
        named = [survey.total.value, survey.total.error, survey.total.distance, survey.total.zeropoint]
        yield from _needed("[total]", named, source, _NUMBERS)
    for part, field in (("detection", survey.history.prv), ("forced", survey.history.fp)):
        key = "prv" if part == "detection" else "fp"
        if not field:
            continue
        points = fields.items(fields.packet.get(field))
        if points:
            yield from _points(survey, points, part, field)
            if not any(all(name in points for name in named) for named in survey.identity):
                yield f"identity: no set is whole in {field}"
        else:
            yield _absent(f"[history] {key}", field, fields.packet, what="array of records")


def _points(survey: Survey, fields: Mapping[str, Any], part: str, where: str) -> Iterator[str]:
    """Tell what points of one kind lack."""
    how: Photometry = survey.detection if part == "detection" else survey.forced
    yield from _needed("[time] field", [survey.time.field], fields, ("float", "double"), where)
    yield from _needed("[band] field", [survey.band.field], fields, ("string", "enum", "int", "long"), where)
    numbers = [how.value, how.error, how.zeropoint, how.limit]
    yield from _needed(f"[{part}]", numbers, fields, _NUMBERS, where)
    yield from _needed(f"[{part}] sign", [how.sign], fields, where=where)
    yield from _needed("programid", [survey.programid], fields, ("int", "long"), where)
    symbols = fields.get(survey.band.field)
    if isinstance(symbols, Mapping) and symbols.get("type") == "enum":
        for symbol in symbols["symbols"]:
            if symbol not in survey.band.names:
                yield f"[band] names: {symbol!r} of {where}.{survey.band.field} is not mapped to a band"


def _bands(survey: Survey, record: Record) -> Iterator[str]:
    for name in (survey.source, survey.history.prv, survey.history.fp):
        part = record.get(name)
        points = part if isinstance(part, list) else [part]
        for point in points:
            value = point.get(survey.band.field) if isinstance(point, dict) else None
            if value is not None and str(value) not in survey.band.names:
                yield f"[band] names: {value!r}, found in {name}.{survey.band.field}, is not mapped to a band"


def _needed(
    key: str,
    names: Iterable[object],
    fields: Mapping[str, Any],
    types: tuple[str, ...] = (),
    where: str = "",
) -> Iterator[str]:
    for name in names:
        if not isinstance(name, str):
            continue
        if name not in fields:
            yield _absent(key, name, fields, where)
        elif types and word(fields[name]) not in types:
            yield f"{key}: {name} is of type {word(fields[name])}, not {' or '.join(types)}"


def _any(
    key: str, names: Iterable[str], fields: Mapping[str, Any], types: tuple[str, ...] = ()
) -> Iterator[str]:
    """Tell if none is there; one that is there is of a type that will do."""
    names = list(names)
    there = [name for name in names if name in fields]
    if names and not there:
        yield _absent(key, names[0], fields)
    yield from _needed(key, there, fields, types)


def _absent(key: str, name: str, fields: Mapping[str, Any], where: str = "", what: str = "field") -> str:
    near = difflib.get_close_matches(name, fields, n=1, cutoff=0.5)
    hint = f"; did you mean {near[0]!r}?" if near and near[0] != name else ""
    return f"{key}: the schema has no {what} {name!r}{f' in {where}' if where else ''}{hint}"
