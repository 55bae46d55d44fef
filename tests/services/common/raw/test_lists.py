"""Lists of documents are read as what they hold, and bytes that are none are refused."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any

import bson
import numpy as np
import pytest
from bson import Decimal128, Int64, ObjectId, Timestamp
from hypothesis import given, settings
from hypothesis import strategies as st
from nightdesk_services.common.raw.lists import Lists, OddValueError, read

FIELDS = ("jd", "fid", "j", "isdiffpos")
shorts, longs = st.integers(-(2**31), 2**31 - 1), st.integers(-(2**63), 2**63 - 1).map(Int64)
numbers = st.none() | st.floats(width=64) | shorts | longs
objects = [ObjectId(b"0" * 12), datetime(2026, 1, 1, tzinfo=UTC), Timestamp(1, 2), Decimal128("1.5")]
others = st.sampled_from([*objects, b"bytes", {"jd": 5}, [1, "two"], "a text of no interest", True, ""])
points = st.fixed_dictionaries(
    {},
    optional={
        "jd": numbers,
        "fid": st.none() | st.integers(-(2**31), 2**31 - 1),
        "j": numbers,
        "isdiffpos": st.none() | st.booleans() | st.text("tf01é", max_size=4) | st.integers(0, 3),
        "j_d": others,
        "jdx": others,
        "other": others,
    },
)


def number(value: Any) -> float:
    return math.nan if value is None else float(value)


def text(value: Any) -> str | None:
    return None if value is None else str(value)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(points, max_size=4), max_size=4))
def test_the_columns_are_the_documents(lists: list[list[dict[str, Any]]]) -> None:
    documents = [bson.encode({"_id": "x", "points": [], "prv": one, "more": [{"jd": 1}]}) for one in lists]
    found = read(documents, "prv", FIELDS)
    assert found.lengths.tolist() == [len(one) for one in lists]
    rows = [point for one in lists for point in one]
    for field in ("jd", "j"):
        np.testing.assert_array_equal(found.numbers(field), [number(row.get(field)) for row in rows])
    values, there = found.integers("fid")
    wanted = [row.get("fid") for row in rows]
    assert [v if known else None for v, known in zip(values.tolist(), there, strict=True)] == wanted
    which, texts = found.texts("isdiffpos")
    assert [None if i < 0 else texts[i] for i in which] == [text(row.get("isdiffpos")) for row in rows]


def one(**point: Any) -> Lists:
    return read([bson.encode({"prv": [point]})], "prv", ("jd",))


@pytest.mark.parametrize(
    ("found", "kind"),
    [
        (lambda: one(jd="1.5").numbers("jd"), "0x02"),
        (lambda: one(jd=True).numbers("jd"), "0x08"),
        (lambda: one(jd=1.0).integers("jd"), "0x01"),
        (lambda: one(jd=1.0).texts("jd"), "0x01"),
        (lambda: one(jd=[]).texts("jd"), "0x04"),
        (lambda: one(jd=Decimal128("1")).numbers("jd"), "0x13"),
    ],
)
def test_a_value_of_another_type_is_refused(found: Any, kind: str) -> None:
    with pytest.raises(OddValueError, match=kind):
        found()


@pytest.mark.parametrize("held", ["text", 5, [1, 2], [{"jd": 1}, None], {"0": {"jd": 1}}])
def test_what_is_no_list_of_documents_is_refused(held: Any) -> None:
    with pytest.raises(OddValueError, match="prv is not a list of documents"):
        read([bson.encode({"prv": held})], "prv", FIELDS)
    with pytest.raises(OddValueError, match="cannot be read"):
        read([bson.encode({"prv": [{"jd": "a text of more than eight bytes"}]})], "prv", FIELDS)


def test_nothing_is_a_list_of_nothing() -> None:
    assert read([], "prv", FIELDS).lengths.tolist() == []
    assert read([bson.encode({}), bson.encode({"prv": None})], "prv", FIELDS).lengths.tolist() == [0, 0]
    assert read([], "prv", FIELDS).numbers("jd").tolist() == []


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_damaged_bytes_do_no_harm(data: st.DataObject) -> None:
    whole = bytearray(bson.encode({"a": 1, "prv": [{"jd": 1.5, "isdiffpos": "t"}, {"fid": 1}], "z": "end"}))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(whole[: data.draw(st.integers(0, len(whole)))])
    try:
        found = read([cut, bson.encode({"prv": [{"jd": 7.0}]})], "prv", FIELDS)
        found.numbers("jd"), found.texts("isdiffpos")
    except (OddValueError, UnicodeDecodeError):
        return
    assert found.numbers("jd")[-1] == 7.0
