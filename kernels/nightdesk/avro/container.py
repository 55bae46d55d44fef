"""Object container files: a header with the writer's schema, then blocks of records."""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from nightdesk.avro.decode import Stretch, decode_stretches
from nightdesk.avro.errors import SCHEMA, TRUNCATED, FramingError, Refusal
from nightdesk.avro.program import compile_schema
from nightdesk.avro.tables import Tables

MAGIC = b"Obj\x01"
SYNC = 16
MAX_BLOCK = 1 << 26
"""Bytes that the blocks of one payload may have when decompressed."""


class Header(NamedTuple):
    """What stands before the blocks."""

    schema: bytes
    """The writer's schema as JSON."""
    codec: str
    metadata: dict[str, bytes]
    end: int
    """Byte at which the sync marker begins."""


@dataclass(frozen=True)
class Group:
    """Payloads of one schema."""

    schema: bytes
    tables: Tables
    """`Tables.source` counts payloads as the call did."""


def read_header(payload: bytes) -> Header:
    """Read the header of a container file.

    Raises
    ------
    FramingError
        If it is none, or its header is damaged.
    """
    if payload[:4] != MAGIC:
        raise FramingError("no Avro container file", 0)
    metadata: dict[str, bytes] = {}
    at = 4
    while True:
        count, at = _long(payload, at)
        if count == 0:
            break
        if count < 0:
            count = -count
            _, at = _long(payload, at)
        if count > len(payload) - at:
            raise FramingError("more header entries than bytes", at)
        for _ in range(count):
            key, at = _bytes(payload, at)
            value, at = _bytes(payload, at)
            metadata[key.decode(errors="replace")] = value
    if "avro.schema" not in metadata:
        raise FramingError("a container file without a schema", at)
    codec = metadata.get("avro.codec", b"null").decode(errors="replace")
    return Header(metadata["avro.schema"], codec, metadata, at)


def stretches(payload: bytes, header: Header, index: int) -> list[Stretch]:
    """The records of a container file, decompressed if need be.

    Parameters
    ----------
    payload
        The file.
    header
        Its header.
    index
        Position of the payload, for the stretches.

    Raises
    ------
    FramingError
        If a block is damaged or its codec is not one of null, deflate, bzip2 and xz.
    """
    if header.codec not in ("null", "deflate", "bzip2", "xz"):
        raise FramingError(f"the codec {header.codec!r} is not supported", 0)
    sync = payload[header.end : header.end + SYNC]
    at = header.end + SYNC
    if len(sync) < SYNC:
        raise FramingError("the data end inside the header", len(payload), TRUNCATED)
    found = []
    room = MAX_BLOCK
    while at < len(payload):
        begin = at
        count, at = _long(payload, at)
        size, at = _long(payload, at)
        if count < 0 or size < 0:
            raise FramingError("a block of negative size", begin)
        if size > len(payload) - at - SYNC:
            raise FramingError("the data end inside a block", begin, TRUNCATED)
        stop = at + size
        if payload[stop : stop + SYNC] != sync:
            raise FramingError("the block does not end with the sync marker", stop)
        if header.codec == "null":
            found.append(Stretch(index, payload, at, stop, count))
        else:
            block = _decompress(header.codec, payload[at:stop], room, at)
            room -= len(block)
            found.append(Stretch(index, block, 0, len(block), count))
        at = stop + SYNC
    return found


def decode_files(
    payloads: Sequence[bytes], schema: Callable[[bytes], Any] | None = None, *, whole: bool = False
) -> tuple[list[Group], list[Refusal]]:
    """Decode container files of any schemas.

    Parameters
    ----------
    payloads
        The files; kept, not copied, as long as the tables live.
    schema
        Gives the Avro schema to read with for the text in a header; called once for each text. What it raises
        as `ValueError` or `LookupError` refuses the payloads of that schema. None: the text itself.
    whole
        Refuse payloads with bytes after the last record of a block, which fastavro ignores.

    Returns
    -------
    groups
        The records by schema.
    refusals
        Payloads of which anything is wrong, in order.
    """
    by_schema: dict[bytes, list[Stretch]] = {}
    refusals: list[Refusal] = []
    known, text, codec = b"", b"", ""
    for index, payload in enumerate(payloads):
        try:
            if known and payload.startswith(known):
                header = Header(text, codec, {}, len(known))
            else:
                header = read_header(payload)
                known, text, codec = payload[: header.end], header.schema, header.codec
            by_schema.setdefault(text, []).extend(stretches(payload, header, index))
        except FramingError as error:
            refusals.append(Refusal(index, error.code, error.offset, detail=str(error)))
    groups = []
    for text, parts in by_schema.items():
        try:
            program = compile_schema(schema(text) if schema else text)
        except (ValueError, LookupError) as error:
            indices = dict.fromkeys(part.payload for part in parts)
            refusals += [Refusal(index, SCHEMA, 0, detail=str(error)) for index in indices]
            continue
        tables = decode_stretches(program, parts, whole=whole)
        refusals += tables.refusals
        groups.append(Group(text, tables))
    return groups, sorted(refusals, key=lambda refusal: refusal.index)


def _long(payload: bytes, at: int) -> tuple[int, int]:
    number = shift = 0
    begin = at
    while True:
        if at >= len(payload):
            raise FramingError("the data end inside the framing", begin, TRUNCATED)
        byte = payload[at]
        at += 1
        number |= (byte & 127) << shift
        if byte < 128:
            break
        shift += 7
        if shift > 63:
            raise FramingError("an integer of more than 64 bits", begin)
    if number >> 64:
        raise FramingError("an integer of more than 64 bits", begin)
    return (number >> 1) ^ -(number & 1), at


def _bytes(payload: bytes, at: int) -> tuple[bytes, int]:
    size, start = _long(payload, at)
    if not 0 <= size <= len(payload) - start:
        raise FramingError("the data end inside the header", at, TRUNCATED)
    return payload[start : start + size], start + size


def _decompress(codec: str, block: bytes, room: int, at: int) -> bytes:
    engine: Any = {
        "deflate": lambda: zlib.decompressobj(-15),
        "bzip2": bz2.BZ2Decompressor,
        "xz": lzma.LZMADecompressor,
    }[codec]()
    try:
        data: bytes = engine.decompress(block, max(room, 1) + 1)
    except (zlib.error, lzma.LZMAError, OSError, ValueError, EOFError) as error:
        raise FramingError(f"a damaged {codec} block: {error}", at) from error
    if len(data) > room:
        raise FramingError(f"blocks of more than {MAX_BLOCK >> 20} MiB when decompressed", at)
    if not engine.eof:
        raise FramingError(f"a truncated {codec} block", at)
    return data
