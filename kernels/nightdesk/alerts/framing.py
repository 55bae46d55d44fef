"""From the bytes of a packet to its records: container files and framed records."""

from __future__ import annotations

import io
import json
import re
import struct
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import fastavro
from fastavro.schema import load_schema, parse_schema

from nightdesk.alerts.layout import Layout, layout
from nightdesk.surveys import SURVEYS, Survey
from nightdesk.surveys.model import Registry

Record = dict[str, Any]

MAGIC: Final = b"Obj\x01"
"""First bytes of an Avro object container file."""
_HEADER: Final = parse_schema(
    {
        "type": "record",
        "name": "org.apache.avro.file.Header",
        "fields": [
            {"name": "magic", "type": {"type": "fixed", "name": "Magic", "size": 4}},
            {"name": "meta", "type": {"type": "map", "values": "bytes"}},
            {"name": "sync", "type": {"type": "fixed", "name": "Sync", "size": 16}},
        ],
    }
)


class PacketError(ValueError):
    """A packet that cannot be read; the message says why."""


@dataclass(frozen=True)
class Schema:
    """A schema, ready to read with."""

    parsed: Any
    layout: Layout


def identify(payload: bytes) -> str | None:
    """Return the name of the survey a packet comes from, or None.

    A container file is recognised by the name of its schema, a framed record by its schema id.
    """
    try:
        if payload[:4] == MAGIC:
            name = _schema_name(_header(io.BytesIO(payload))["meta"]["avro.schema"])
            return next((s.name for s in SURVEYS.values() if re.search(s.schemas, name)), None)
        number = _schema_id(payload)
        return next((s.name for s in SURVEYS.values() if s.registry and _within(number, s.registry)), None)
    except PacketError:
        return None


def read(payload: bytes, survey: Survey) -> tuple[Schema, list[Record]]:
    """Return the records of a packet and their schema.

    Raises
    ------
    PacketError
        If the bytes are not a packet of this survey, or not a whole one.
    """
    if not payload:
        msg = "empty packet"
        raise PacketError(msg)
    if payload[:4] == MAGIC:
        return _read_container(payload, survey)
    if survey.registry is None:
        msg = f"not an Avro container file: starts with {payload[:4].hex(' ')}, not {MAGIC.hex(' ')}"
        raise PacketError(msg)
    return _read_framed(payload, survey, survey.registry)


def _read_container(payload: bytes, survey: Survey) -> tuple[Schema, list[Record]]:
    stream = io.BytesIO(payload)
    header = _header(stream)
    schema = _embedded(header["meta"]["avro.schema"], survey)
    if header["meta"].get("avro.codec", b"null") != b"null":
        with _reading():
            return schema, list(fastavro.reader(io.BytesIO(payload)))  # type: ignore[arg-type]
    records: list[Record] = []
    while stream.tell() < len(payload):
        with _reading():
            count: Any = fastavro.schemaless_reader(stream, "long", None)
            size: Any = fastavro.schemaless_reader(stream, "long", None)
        end = stream.tell() + size
        if count < 0 or size < 0 or end + 16 > len(payload):
            msg = f"truncated: a block ends at byte {end + 16} of {len(payload)}"
            raise PacketError(msg)
        for _ in range(count):
            records.append(_record(stream, schema))
        if stream.tell() != end or stream.read(16) != header["sync"]:
            msg = f"corrupt: the block that should end at byte {end} does not"
            raise PacketError(msg)
    if not records:
        msg = "container file without a record"
        raise PacketError(msg)
    return schema, records


def _read_framed(payload: bytes, survey: Survey, registry: Registry) -> tuple[Schema, list[Record]]:
    number = _schema_id(payload)
    if not _within(number, registry):
        msg = f"schema id {number} is not one of {survey.name}"
        raise PacketError(msg)
    schema = _registered(number, survey)
    stream = io.BytesIO(payload)
    stream.seek(5)
    record = _record(stream, schema)
    if left := len(payload) - stream.tell():
        msg = f"{left} bytes are left over after the record"
        raise PacketError(msg)
    return schema, [record]


def _header(stream: io.BytesIO) -> Record:
    with _reading():
        header: Any = fastavro.schemaless_reader(stream, _HEADER, None)
    if "avro.schema" not in header["meta"]:
        msg = "container file without a schema"
        raise PacketError(msg)
    return dict(header)


def _record(stream: io.BytesIO, schema: Schema) -> Record:
    with _reading():
        record: Any = fastavro.schemaless_reader(stream, schema.parsed, None)
    return dict(record)


class _reading:
    """Turn whatever a decoder raises on bad bytes into a `PacketError`."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, EOFError):
            msg = "truncated: the packet ends within a record"
            raise PacketError(msg) from error
        if isinstance(error, Exception) and not isinstance(error, PacketError):
            msg = f"corrupt: {type(error).__name__}: {error}"
            raise PacketError(msg) from error


def _schema_id(payload: bytes) -> int:
    if len(payload) < 5 or payload[0] != 0:
        msg = f"neither a container file nor a framed record: starts with {payload[:5].hex(' ') or 'nothing'}"
        raise PacketError(msg)
    return int(struct.unpack(">I", payload[1:5])[0])


def _within(number: int, registry: Registry) -> bool:
    return registry.ids[0] <= number <= registry.ids[1]


@lru_cache(maxsize=64)
def _schema_name(text: bytes) -> str:
    schema = _json(text)
    name, space = str(schema.get("name", "")), schema.get("namespace")
    return f"{space}.{name}" if space and "." not in name else name


@lru_cache(maxsize=64)
def _embedded(text: bytes, survey: Survey) -> Schema:
    name = _schema_name(text)
    if not re.search(survey.schemas, name):
        msg = f"schema {name!r} is not one of {survey.name}"
        raise PacketError(msg)
    with _reading():
        parsed: Any = parse_schema(_json(text))
        return Schema(parsed, layout(parsed, survey))


def _json(text: bytes) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError as error:
        msg = f"corrupt: the embedded schema is not JSON: {error}"
        raise PacketError(msg) from error
    return found if isinstance(found, dict) else {}


@cache
def _registered(number: int, survey: Survey) -> Schema:
    path = schema_file(number, survey)
    parsed: Any = load_schema(str(path))
    return Schema(parsed, layout(parsed, survey))


def schema_file(number: int, survey: Survey) -> Path:
    """Return the file of a framed survey's alert schema.

    Parameters
    ----------
    number
        Schema id, ``100 * major + minor``.

    Raises
    ------
    PacketError
        If the survey has no such schema, or the package that ships them is not installed.
    """
    registry = survey.registry
    if registry is None:
        msg = f"{survey.name} embeds its schemas in its packets"
        raise PacketError(msg)
    spec = find_spec(registry.package)
    if spec is None or not spec.submodule_search_locations:
        msg = f'schemas of {survey.name} are not installed: pip install "{registry.extra}"'
        raise PacketError(msg)
    major, minor = divmod(number, 100)
    path = Path(spec.submodule_search_locations[0]) / registry.path.format(major=major, minor=minor)
    if not path.is_file():
        msg = f"unknown schema id {number}: no schema {major}.{minor} of {survey.name} in {registry.package}"
        raise PacketError(msg)
    return path
