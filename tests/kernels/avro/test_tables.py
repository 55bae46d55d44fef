"""Columns, and the ways out of them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from nightdesk.avro import Tables, compile_schema, decode

from tests.kernels.avro.support import encode

POINT = {
    "type": "record",
    "name": "P",
    "fields": [{"name": "jd", "type": "double"}, {"name": "mag", "type": ["null", "float"]}],
}
SCHEMA: dict[str, Any] = {
    "type": "record",
    "name": "R",
    "fields": [
        {"name": "id", "type": "long"},
        {"name": "name", "type": ["null", "string"]},
        {"name": "kind", "type": ["null", {"type": "enum", "name": "K", "symbols": ["star", "galaxy"]}]},
        {"name": "flag", "type": ["boolean", "null"]},
        {"name": "hash", "type": {"type": "fixed", "name": "H", "size": 2}},
        {"name": "best", "type": ["null", "P2"]},
        {"name": "points", "type": ["null", {"type": "array", "items": POINT}]},
        {"name": "any", "type": ["null", "int", "string"]},
        {"name": "nothing", "type": "null"},
        {"name": "stamp", "type": "bytes"},
    ],
}
SCHEMA["fields"][5]["type"] = ["null", {**POINT, "name": "P2"}]
ROWS: list[dict[str, Any]] = [
    {"id": 2**60 + 1, "name": "Ångström", "kind": "galaxy", "flag": True, "hash": b"ab", "best": None,
     "points": [{"jd": 1.5, "mag": None}, {"jd": 2.5, "mag": 19.5}], "any": 7, "nothing": None,
     "stamp": b"\0\1"},
    {"id": -1, "name": None, "kind": None, "flag": None, "hash": b"cd", "best": {"jd": 3.0, "mag": 18.0},
     "points": None, "any": "x", "nothing": None, "stamp": b""},
    {"id": 0, "name": "", "kind": "star", "flag": False, "hash": b"ef", "best": {"jd": 4.0, "mag": None},
     "points": [], "any": None, "nothing": None, "stamp": b"xyz"},
]  # fmt: skip


@pytest.fixture
def tables() -> Tables:
    return decode(compile_schema(SCHEMA), [encode(SCHEMA, row) for row in ROWS], whole=True)


def test_values(tables: Tables) -> None:
    assert tables.to_pylist() == ROWS
    assert tables.source.tolist() == [0, 1, 2]
    assert len(tables) == 3


def test_frame(tables: Tables) -> None:
    frame = tables.root.frame()
    assert frame.to_dict(as_series=False) == {
        "id": [2**60 + 1, -1, 0],
        "name": ["Ångström", None, ""],
        "kind": ["galaxy", None, "star"],
        "flag": [True, None, False],
        "hash": [b"ab", b"cd", b"ef"],
        "best.jd": [None, 3.0, 4.0],
        "best.mag": [None, 18.0, None],
        "any<int>": [7, None, None],
        "any<string>": [None, "x", None],
        "nothing": [None, None, None],
        "stamp": [b"\0\1", b"", b"xyz"],
    }
    assert frame.schema["id"] == pl.Int64
    assert frame.schema["best.mag"] == pl.Float32
    assert tables.root.frame(["id", "absent"])["absent"].to_list() == [None] * 3


def test_items(tables: Tables) -> None:
    points = tables.root.items("points")
    assert tables.root.offsets("points").tolist() == [0, 2, 2, 2]
    assert points.frame().to_dict(as_series=False) == {"jd": [1.5, 2.5], "mag": [None, 19.5]}


def test_numbers_are_not_copied(tables: Tables) -> None:
    ids = tables.root.cells("id")
    assert ids.tolist() == [2**60 + 1, -1, 0]
    array = tables.root.arrow("id")
    assert array.buffers()[1].address == ids.ctypes.data
    assert tables.root.valid("id") is None
    best = tables.root.valid("best.mag")
    assert best is not None and best.tolist() == [False, True, False]


@pytest.mark.parametrize("number", [0, 1, 7, 8, 9, 1000])
def test_wide_columns(number: int) -> None:
    dice = np.random.default_rng(number)
    rows: list[dict[str, Any]] = []
    for i in range(number):
        mag = dice.choice([None, float("nan"), -1.5, float("inf")])
        best = {"jd": float(i), "mag": mag} if dice.random() < 0.7 else None
        rows.append({**ROWS[0], "id": int(dice.integers(-(2**62), 2**62)), "best": best, "points": []})
    schema = {**SCHEMA, "fields": [*SCHEMA["fields"], {"name": "n", "type": ["int", "null"]}]}
    for i, row in enumerate(rows):
        row["n"] = None if i % 3 == 0 else -(2**31) + i
    root = decode(compile_schema(schema), [encode(schema, row) for row in rows]).root
    ids, jd, mag, n = root.wide(["id", "best.jd", "best.mag", "n"])
    assert [array.type for array in (ids, jd, mag, n)] == [pa.int64(), pa.float64(), pa.float64(), pa.int64()]
    assert ids.to_pylist() == [row["id"] for row in rows]
    assert jd.to_pylist() == [None if row["best"] is None else row["best"]["jd"] for row in rows]
    mags = [None if row["best"] is None else row["best"]["mag"] for row in rows]
    assert mag.to_pylist() == [None if value is None or np.isnan(value) else value for value in mags]
    assert n.to_pylist() == [row["n"] for row in rows]
    for array in (ids, jd, mag, n):
        array.validate(full=True)
        assert array.null_count == array.to_pylist().count(None)


def test_only_numbers_are_widened(tables: Tables) -> None:
    for path in ("flag", "name", "points", "absent"):
        with pytest.raises(KeyError, match=path):
            tables.root.wide([path])
    assert tables.root.wide([]) == []


def test_columns_outlive_the_tables() -> None:
    payload = encode(SCHEMA, ROWS[0])
    column = decode(compile_schema(SCHEMA), [payload] * 60_000).root.arrow("id")
    for _ in range(3):  # would be written over, had the memory been given back
        decode(compile_schema(SCHEMA), [encode(SCHEMA, ROWS[1])] * 60_000)
    assert pa.compute.unique(column).to_pylist() == [2**60 + 1]


def test_spans_and_pieces(tables: Tables) -> None:
    payloads = [encode(SCHEMA, row) for row in ROWS]
    found = [payloads[b][start:stop] for b, start, stop in zip(*tables.root.spans("stamp"), strict=True)]
    assert found == [row["stamp"] for row in ROWS]
    assert tables.root.pieces("name") == ["Ångström".encode(), None, b""]
    assert tables.root.pieces("hash") == [b"ab", b"cd", b"ef"]


def test_branches(tables: Tables) -> None:
    assert tables.root.branch("any").tolist() == [1, 2, 0]
    with pytest.raises(KeyError, match="no union id"):
        tables.root.branch("id")


def test_wrong_questions(tables: Tables) -> None:
    for question in (
        lambda: tables.root.cells("name"),
        lambda: tables.root.cells("absent"),
        lambda: tables.root.cells("points"),
        lambda: tables.root.spans("id"),
        lambda: tables.root.offsets("id"),
        lambda: tables.root.items("id"),
    ):
        with pytest.raises(KeyError):
            question()


def test_no_payloads() -> None:
    tables = decode(compile_schema(SCHEMA), [])
    assert tables.to_pylist() == []
    assert tables.root.frame().height == 0
    assert tables.root.items("points").frame().height == 0
    assert tables.root.offsets("points").tolist() == [0]
    assert tables.root.pieces("stamp") == []


def test_tables_grow() -> None:
    schema = {"type": "array", "items": {"type": "array", "items": "long"}}
    program = compile_schema(schema)
    values = [[[i] * (i % 50)] * (i % 7) for i in range(500)]
    for _ in range(2):
        assert decode(program, [encode(schema, value) for value in values]).to_pylist() == values


def test_null_floats_are_nan_in_the_cells(tables: Tables) -> None:
    assert np.isnan(tables.root.items("points").cells("mag")).tolist() == [True, False]


def test_threads_do_not_disturb_each_other() -> None:
    program = compile_schema(SCHEMA)
    rows = [{**ROWS[i % 3], "id": i, "points": [{"jd": float(i), "mag": 1.0}] * (i % 40)} for i in range(300)]
    payloads = [encode(SCHEMA, row) for row in rows]
    with ThreadPoolExecutor(4) as pool:
        parts = list(pool.map(lambda k: decode(program, payloads[k::8]).to_pylist(), range(8)))
    for k, part in enumerate(parts):
        assert part == rows[k::8]
