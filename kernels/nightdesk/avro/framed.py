"""Confluent's framing: a zero byte and the schema's number before one record."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from nightdesk.avro.decode import Stretch, decode_stretches
from nightdesk.avro.errors import SCHEMA, FramingError, Refusal
from nightdesk.avro.program import compile_schema
from nightdesk.avro.tables import Tables

PREFIX = struct.Struct(">bI")


class FramedGroup(NamedTuple):
    """Payloads of one schema."""

    schema_id: int
    tables: Tables
    """`Tables.source` counts payloads as the call did."""


def schema_id(payload: bytes) -> int:
    """The number of the schema that a framed payload was written with.

    Raises
    ------
    FramingError
        If the payload is not framed.
    """
    if len(payload) < PREFIX.size or payload[0] != 0:
        raise FramingError("no framed record", 0)
    return int(PREFIX.unpack_from(payload)[1])


def decode_framed(
    payloads: Sequence[bytes], schema: Callable[[int], Any], *, whole: bool = False
) -> tuple[list[FramedGroup], list[Refusal]]:
    """Decode framed records of any schemas.

    Parameters
    ----------
    payloads
        The messages; kept, not copied, as long as the tables live.
    schema
        Gives the Avro schema for a number; called once for each number. What it raises as `ValueError` or
        `LookupError` refuses the payloads of that number.
    whole
        Refuse payloads with bytes after the record, which fastavro ignores.

    Returns
    -------
    groups
        The records by schema.
    refusals
        Payloads of which anything is wrong, in order.
    """
    by_id: dict[int, list[Stretch]] = {}
    refusals: list[Refusal] = []
    for index, payload in enumerate(payloads):
        try:
            number = schema_id(payload)
        except FramingError as error:
            refusals.append(Refusal(index, error.code, error.offset, detail=str(error)))
            continue
        by_id.setdefault(number, []).append(Stretch(index, payload, PREFIX.size, len(payload)))
    groups = []
    for number, parts in by_id.items():
        try:
            program = compile_schema(schema(number))
        except (ValueError, LookupError) as error:
            refusals += [Refusal(part.payload, SCHEMA, 1, detail=str(error)) for part in parts]
            continue
        tables = decode_stretches(program, parts, whole=whole)
        refusals += tables.refusals
        groups.append(FramedGroup(number, tables))
    return groups, sorted(refusals, key=lambda refusal: refusal.index)
