"""The envelopes of packets and their schemas: which survey a packet is of, and how to read it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from fastavro.schema import load_schema, parse_schema

from nightdesk.alerts.layout import Layout, layout
from nightdesk.avro import FramingError, SchemaError, compile_schema, read_header, schema_id
from nightdesk.avro.container import MAGIC
from nightdesk.surveys import SURVEYS, Survey
from nightdesk.surveys.model import Registry


class PacketError(ValueError):
    """A packet that cannot be read; the message says why."""


@dataclass(frozen=True)
class Schema:
    """A schema, ready to read with."""

    text: str
    """As JSON."""
    layout: Layout


def identify(payload: bytes) -> str | None:
    """Return the name of the survey a packet comes from, or None.

    A container file is recognised by the name of its schema, a framed record by its schema id.
    """
    try:
        if is_file(payload):
            name = _schema_name(read_header(payload).schema)
            return next((s.name for s in SURVEYS.values() if re.search(s.schemas, name)), None)
        number = schema_id(payload)
        return next((s.name for s in SURVEYS.values() if s.registry and _within(number, s.registry)), None)
    except (PacketError, FramingError):
        return None


def is_file(payload: bytes) -> bool:
    """Return whether a packet is an Avro object container file."""
    return payload[:4] == MAGIC


def check_envelope(payload: bytes, survey: Survey) -> None:
    """Refuse what is neither a container file nor, where the survey has such, a framed record.

    Raises
    ------
    PacketError
        If it is none of them; the message tells the first bytes.
    """
    if is_file(payload):
        return
    if not payload:
        msg = "empty packet"
        raise PacketError(msg)
    if survey.registry is None:
        msg = f"not an Avro container file: starts with {payload[:4].hex(' ')}, not {MAGIC.hex(' ')}"
        raise PacketError(msg)
    if len(payload) < 5 or payload[0] != 0:
        msg = f"neither a container file nor a framed record: starts with {payload[:5].hex(' ')}"
        raise PacketError(msg)


def _within(number: int, registry: Registry) -> bool:
    return registry.ids[0] <= number <= registry.ids[1]


@lru_cache(maxsize=64)
def _schema_name(text: bytes) -> str:
    schema = _json(text)
    name, space = str(schema.get("name", "")), schema.get("namespace")
    return f"{space}.{name}" if space and "." not in name else name


@lru_cache(maxsize=64)
def embedded(text: bytes, survey: Survey) -> Schema:
    """Return the schema that stands in the header of a container file.

    Raises
    ------
    PacketError
        If it is not one of the survey, or none that can be read with.
    """
    name = _schema_name(text)
    if not re.search(survey.schemas, name):
        msg = f"schema {name!r} is not one of {survey.name}"
        raise PacketError(msg)
    return _ready(text.decode(), _json(text), survey)


def _ready(text: str, schema: Any, survey: Survey) -> Schema:
    try:
        # first, as it refuses schemas beyond reason
        compile_schema(text)
        return Schema(text, layout(parse_schema(schema), survey))  # type: ignore[arg-type]
    except SchemaError as error:
        msg = f"corrupt: {error}"
    except Exception as error:  # a parser's own, of any type
        msg = f"corrupt: not an alert's schema: {type(error).__name__}: {error}"
    raise PacketError(msg)


def _json(text: bytes) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        msg = f"corrupt: the embedded schema is not JSON: {error}"
        raise PacketError(msg) from error
    return found if isinstance(found, dict) else {}


@cache
def registered(number: int, survey: Survey) -> Schema:
    """Return the schema of a framed record.

    Raises
    ------
    PacketError
        If the survey has no schema of this number, or it is not installed.
    """
    if survey.registry is None or not _within(number, survey.registry):
        msg = f"schema id {number} is not one of {survey.name}"
        raise PacketError(msg)
    path = schema_file(number, survey)
    try:
        schema = load_schema(str(path))
    except Exception as error:  # a parser's own, of any type
        msg = f"schema {number} of {survey.name} cannot be read: {type(error).__name__}: {error}"
        raise PacketError(msg) from error
    return _ready(json.dumps(schema), schema, survey)


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
    path = registry.file(number)
    if path is None:
        msg = f'schemas of {survey.name} are not installed: pip install "{registry.extra}"'
        raise PacketError(msg)
    if not path.is_file():
        major, minor = divmod(number, 100)
        place = registry.package or registry.directory
        msg = f"unknown schema id {number}: no schema {major}.{minor} of {survey.name} in {place}"
        raise PacketError(msg)
    return path
