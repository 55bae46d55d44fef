"""Hostile bytes: nothing is read beyond the end, nothing grows without bound, every refusal is precise."""

from __future__ import annotations

import subprocess
import sys
import tracemalloc
from typing import Any

import pytest
from nightdesk.avro import compile_schema, decode, errors

from tests.kernels.avro.support import long

FIELDS = [
    ("i", "int"),
    ("l", ["null", "long"]),
    ("s", "string"),
    ("e", {"type": "enum", "name": "E", "symbols": ["A"]}),
    ("u", ["int", "string", "boolean"]),
    ("a", {"type": "array", "items": ["null", "double"]}),
]
SCHEMA: dict[str, Any] = {
    "type": "record",
    "name": "R",
    "fields": [{"name": name, "type": kind} for name, kind in FIELDS],
}
N, L, S, E, U, A = long(5), b"\2" + long(7), b"\4ab", b"\0", b"\4\1", b"\2\0\0"


@pytest.mark.parametrize(
    ("parts", "code", "offset", "field"),
    [
        ((), errors.TRUNCATED, 0, "i"),
        ((long(1 << 31),), errors.INT_RANGE, 0, "i"),
        ((b"\x80" * 10 + b"\1",), errors.LONG_VARINT, 0, "i"),
        ((N, b"\2" + b"\xff" * 9 + b"\2"), errors.LONG_VARINT, 1, "l"),
        ((N, b"\4"), errors.BRANCH, 1, "l"),
        ((N, L, long(-1)), errors.LENGTH, 3, "s"),
        ((N, L, long(1 << 62), b"abc"), errors.TRUNCATED, 3, "s"),
        ((N, L, b"\2\xff"), errors.TEXT, 3, "s"),
        ((N, L, b"\6\xed\xa0\x80"), errors.TEXT, 3, "s"),
        ((N, L, b"\4\xc0\xaf"), errors.TEXT, 3, "s"),
        ((N, L, S, long(1)), errors.SYMBOL, 6, "e"),
        ((N, L, S, long(-1)), errors.SYMBOL, 6, "e"),
        ((N, L, S, E, long(3)), errors.BRANCH, 7, "u"),
        ((N, L, S, E, long(-1)), errors.BRANCH, 7, "u"),
        ((N, L, S, E, b"\2" + long(9)), errors.TRUNCATED, 8, "u<string>"),
        ((N, L, S, E, U, long(1 << 50)), errors.COUNT, 9, "a"),
        ((N, L, S, E, U, long(-(1 << 63)) + long(1)), errors.LONG_VARINT, 9, "a"),
        ((N, L, S, E, U, long(2) + b"\0"), errors.COUNT, 9, "a"),
        ((N, L, S, E, U, b"\2\2" + bytes(7)), errors.TRUNCATED, 10, "a.item"),
        ((N, L, S, E, U, A, b"\0"), errors.TRAILING, 12, ""),
    ],
)
def test_every_refusal_names_reason_byte_and_field(
    parts: tuple[bytes, ...], code: int, offset: int, field: str
) -> None:
    good = N + L + S + E + U + A
    tables = decode(compile_schema(SCHEMA), [good, b"".join(parts), good], whole=True)
    (refusal,) = tables.refusals
    assert (refusal.index, refusal.code, refusal.offset, refusal.field) == (1, code, offset, field)
    assert f"at byte {offset}" in refusal.reason
    assert tables.source.tolist() == [0, 2]
    assert len(tables.root.items("a")) == 2


def test_bytes_behind_the_record_are_ignored_as_fastavro_does() -> None:
    tables = decode(compile_schema("int"), [b"\2\2", b"\4"])
    assert tables.to_pylist() == [1, 2]


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "array", "items": "null"},
        {"type": "array", "items": {"type": "array", "items": "null"}},
        {"type": "array", "items": {"type": "record", "name": "Empty", "fields": []}},
        {"type": "array", "items": {"type": "fixed", "name": "None", "size": 0}},
    ],
)
def test_items_of_no_bytes_cannot_be_claimed_at_will(schema: Any) -> None:
    nested = schema["items"] if isinstance(schema["items"], dict) else {}
    claim = long(1 << 55) + b"\0"
    payload = long(2) + claim * 2 + b"\0" if nested.get("type") == "array" else claim
    tables = decode(compile_schema(schema), [payload, b"\0"])
    assert [refusal.code for refusal in tables.refusals] == [errors.EMPTY_ITEMS]
    many = long(60_000) + b"\0"
    payload = long(2) + many * 2 + b"\0" if nested.get("type") == "array" else long(40_000) * 2 + b"\0"
    assert [r.code for r in decode(compile_schema(schema), [payload]).refusals] == [errors.EMPTY_ITEMS]


def test_few_bytes_cannot_fill_the_memory() -> None:
    wide = {
        "type": "record",
        "name": "W",
        "fields": [{"name": f"f{i}", "type": "double"} for i in range(2000)],
    }
    program = compile_schema({"type": "array", "items": ["null", wide]})
    nulls = 200_000
    bomb = long(nulls) + bytes(nulls) + b"\0"
    tracemalloc.start()
    tables = decode(program, [bomb, b"\2\0\0"])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [refusal.code for refusal in tables.refusals] == [errors.EXPANSION]
    assert tables.to_pylist() == [[None]]
    assert peak < 64 * len(bomb) + (8 << 20)


GUARDED = """
import ctypes, mmap, random, sys
from nightdesk.avro import compile_schema, decode
from nightdesk.avro.decode import Stretch, decode_stretches
from tests.kernels.avro.support import long

page = mmap.PAGESIZE
room = mmap.mmap(-1, 4 * page)
address = ctypes.addressof(ctypes.c_char.from_buffer(room))
libc = ctypes.CDLL(None, use_errno=True)
assert libc.mprotect(ctypes.c_void_p(address + 3 * page), page, 0) == 0
whole = memoryview(room)[: 3 * page]
kinds = ["int", "long", "float", "double", "boolean", "string", "bytes"]
fields = [k for k in kinds] + [["null", k] for k in kinds] + [{"type": "fixed", "name": "F", "size": 3}]
fields = [{"name": f"f{i}", "type": k} for i, k in enumerate(fields)]
record = {"type": "record", "name": "R", "fields": fields}
program = compile_schema({"type": "array", "items": record})
item = (long(9) + long(1 << 40) + bytes(4) + bytes(8) + b"\\1" + b"\\4ab" + b"\\2c"
        + b"\\2" + long(9) + b"\\2" + long(1 << 62) + b"\\2" + bytes(4) + b"\\2" + bytes(8)
        + b"\\2\\1" + b"\\2\\4ab" + b"\\0" + b"xyz")
dice = random.Random(3)
good = bad = 0
for turn in range(4000):
    count = dice.choice([1, 2, 30, 80])
    data = bytearray(long(count) + item * count + b"\\0")
    if turn % 4:
        for _ in range(dice.choice([1, 3])):
            data[dice.randrange(len(data))] = dice.choice([0, 2, 4, 127, 128, 255])
    if turn % 3 == 0:
        del data[dice.randrange(len(data)) :]
    start = 3 * page - len(data)
    whole[start:] = bytes(data)
    tables = decode_stretches(program, [Stretch(0, whole, start, 3 * page)])
    good += len(tables)
    bad += len(tables.refusals)
assert good + bad == 4000 and good > 500 and bad > 500, (good, bad)
print("survived", good, bad)
"""


def test_nothing_is_read_beyond_the_last_byte() -> None:
    """The payload ends where a page begins that must not be touched: one byte too far ends the process."""
    done = subprocess.run([sys.executable, "-c", GUARDED], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "survived" in done.stdout
