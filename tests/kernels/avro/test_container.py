"""Container files and framed records: envelopes whole and damaged."""

from __future__ import annotations

import io
import zlib
from typing import Any

import fastavro
import pytest
from nightdesk.avro import decode_files, decode_framed, errors, read_header
from nightdesk.avro.errors import FramingError

from tests.kernels.avro.support import encode, long

SCHEMA: dict[str, Any] = {
    "type": "record",
    "name": "R",
    "fields": [{"name": "x", "type": "int"}, {"name": "s", "type": "string"}],
}


def rows(number: int) -> list[dict[str, Any]]:
    return [{"x": i, "s": "star" * (i % 5)} for i in range(number)]


def container(values: list[Any], codec: str = "null", schema: Any = SCHEMA, **options: Any) -> bytes:
    stream = io.BytesIO()
    fastavro.writer(stream, schema, values, codec=codec, **options)
    return stream.getvalue()


@pytest.mark.parametrize("codec", ["null", "deflate", "bzip2", "xz"])
def test_blocks_and_codecs(codec: str) -> None:
    payload = container(rows(500), codec, sync_interval=200)
    groups, refusals = decode_files([payload, container(rows(3), codec)], whole=True)
    assert not refusals
    (group,) = groups
    assert group.tables.to_pylist() == rows(500) + rows(3)
    assert group.tables.source.tolist() == [0] * 500 + [1] * 3
    assert group.tables.root.frame(["s"])["s"].to_list() == [row["s"] for row in rows(500) + rows(3)]


def test_no_records() -> None:
    groups, refusals = decode_files([container([])])
    assert not refusals
    assert [len(group.tables) for group in groups] == [0]


def test_schemas_are_told_apart() -> None:
    other = {"type": "record", "name": "O", "fields": [{"name": "y", "type": "double"}]}
    payloads = [container(rows(2)), container([{"y": 1.5}], schema=other), container(rows(1))]
    groups, refusals = decode_files(payloads)
    assert not refusals
    assert [group.tables.source.tolist() for group in groups] == [[0, 0, 2], [1]]
    assert groups[1].tables.to_pylist() == [{"y": 1.5}]


def test_header() -> None:
    header = read_header(container(rows(1), "deflate", metadata={"who": "me"}))
    assert header.codec == "deflate"
    assert header.metadata["who"] == b"me"
    assert b'"name": "R"' in header.schema
    with pytest.raises(FramingError, match="no Avro container"):
        read_header(b"PAR1")


def test_damage_refuses_the_file_and_no_other() -> None:
    good = container(rows(40), sync_interval=50)
    spoilt = good[:-20] + b"\xff" + good[-19:]
    unsynced = good[:-1] + bytes([good[-1] ^ 1])
    cut = good[:-5]
    groups, refusals = decode_files([good, spoilt, good, unsynced, cut, b"", b"Obj\x01", good], whole=True)
    assert [refusal.index for refusal in refusals] == [1, 3, 4, 5, 6]
    assert [sum(group.tables.source == i) for group in groups for i in (0, 2, 7)] == [40, 40, 40]
    assert "sync marker" in refusals[1].reason
    assert refusals[1].offset == len(good) - 16
    assert "no Avro container file at byte 0" in refusals[3].reason


def test_unknown_codecs_are_named() -> None:
    payload = container(rows(1)).replace(b"avro.codec\x08null", b"avro.codec\x0csnappy")
    _, refusals = decode_files([payload])
    assert "'snappy' is not supported" in refusals[0].reason


def test_a_block_that_swells_is_refused() -> None:
    head = container([], "deflate", schema="bytes")
    sync = head[-16:]
    engine = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = engine.compress(bytes(200_000_000)) + engine.flush()
    _, refusals = decode_files([head + long(1) + long(len(body)) + body + sync])
    assert "when decompressed" in refusals[0].reason


def test_claims_of_many_records_are_refused() -> None:
    head = container([])
    sync = head[-16:]
    record = encode(SCHEMA, rows(1)[0])
    for count, code in ((1 << 40, errors.COUNT), (2, errors.TRUNCATED), (-1, errors.FRAMING)):
        _, refusals = decode_files([head + long(count) + long(len(record)) + record + sync])
        assert [refusal.code for refusal in refusals] in ([code], [errors.COUNT])
    nothing = container([], schema="null")
    _, refusals = decode_files([nothing + long(1 << 40) + long(0) + nothing[-16:]])
    assert [refusal.code for refusal in refusals] == [errors.EMPTY_ITEMS]


def test_the_reader_may_refuse_a_schema_or_put_another_in_its_place() -> None:
    other = {"type": "record", "name": "O", "fields": [{"name": "y", "type": "int"}]}
    asked = []

    def schema(text: bytes) -> Any:
        asked.append(text)
        if b'"name": "O"' in text:
            raise ValueError("not of this survey")
        return {**SCHEMA, "fields": [{"name": "renamed", "type": "int"}, SCHEMA["fields"][1]]}

    payloads = [container(rows(2)), container([{"y": 1}], schema=other), container(rows(1))]
    groups, refusals = decode_files(payloads, schema, whole=True)
    assert len(asked) == 2
    assert [group.tables.root.cells("renamed").tolist() for group in groups] == [[0, 1, 0]]
    assert [(one.index, one.code, one.detail) for one in refusals] == [
        (1, errors.SCHEMA, "not of this survey")
    ]


def test_what_is_cut_off_is_told_from_what_is_wrong() -> None:
    good = container(rows(40))
    _, refusals = decode_files([good[:20], good[:-5], good[:-1] + b"x", b"PAR1", good[: len(good) - 16]])
    truncated, framing = errors.TRUNCATED, errors.FRAMING
    assert [one.code for one in refusals] == [truncated, truncated, framing, framing, truncated]


def test_hostile_schemas_refuse_their_files_only() -> None:
    other = container(
        [{"y": 1}], schema={"type": "record", "name": "O", "fields": [{"name": "y", "type": "int"}]}
    )
    groups, refusals = decode_files([other.replace(b'"int"', b'"inX"'), container(rows(1))])
    assert [group.tables.source.tolist() for group in groups] == [[1]]
    assert "inX" in refusals[0].reason


def test_framed() -> None:
    schemas = {700: SCHEMA, 701: "long"}

    def frame(number: int, body: bytes) -> bytes:
        return b"\0" + number.to_bytes(4, "big") + body

    good = [frame(700, encode(SCHEMA, row)) for row in rows(3)]
    payloads = [*good, frame(701, long(9)), frame(999, b""), b"\1abcde", b"\0\0", frame(700, b"\2\4a")]
    groups, refusals = decode_framed(payloads, lambda number: schemas[number])
    assert [(g.schema_id, g.tables.to_pylist(), g.tables.source.tolist()) for g in groups] == [
        (700, rows(3), [0, 1, 2]),
        (701, [9], [3]),
    ]
    assert [refusal.index for refusal in refusals] == [4, 5, 6, 7]
    assert refusals[-1].reason == "the data end inside a value at byte 6 of s"
