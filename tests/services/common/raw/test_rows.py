"""Rows become the BSON that the documents they stand for would be."""

from __future__ import annotations

from typing import Any

import bson
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nightdesk_services.common.raw.lists import read
from nightdesk_services.common.raw.rows import document, lists

COLUMNS = {
    "jd": (pl.Float64(), st.none() | st.floats(width=64, allow_nan=False)),
    "candid": (pl.Int64(), st.none() | st.integers(-(2**63), 2**63 - 1)),
    "fid": (pl.Int64(), st.integers(0, 3)),
    "edge": (pl.Int64(), st.sampled_from([2**31 - 1, 2**31, -(2**31), -(2**31) - 1, 0, None])),
    "flag": (pl.Boolean(), st.none() | st.booleans()),
    "band": (pl.String(), st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=6)),
    "nothing": (pl.Float64(), st.none()),
}


def without_nulls(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value is not None}


def expected(rows: list[list[dict[str, Any]]], more: list[list[dict[str, Any]]]) -> list[bytes]:
    """What the driver makes of them: a list is a document whose names count."""
    made = [[*map(without_nulls, one), *last] for one, last in zip(rows, more, strict=True)]
    return [bson.encode({str(number): one for number, one in enumerate(these)}) for these in made]


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_the_bytes_are_the_drivers(data: st.DataObject) -> None:
    names = data.draw(st.lists(st.sampled_from(sorted(COLUMNS)), min_size=1, unique=True))
    row = st.fixed_dictionaries({name: COLUMNS[name][1] for name in names})
    rows = data.draw(st.lists(st.lists(row, max_size=13), max_size=4))
    more: list[list[dict[str, Any]]] = [data.draw(st.sampled_from([[], [{"a": 1}]])) for _ in rows]
    flat = [one for these in rows for one in these]
    table = pl.DataFrame(flat, schema={name: COLUMNS[name][0] for name in names})
    lengths = np.array([len(these) for these in rows], np.int64)
    in_order = [[{name: one[name] for name in names} for one in these] for these in rows]
    assert lists(table, lengths, more) == expected(in_order, more)


@pytest.mark.parametrize("column", [pl.Series("x", [[1], None]), pl.Series("x", [b"a", None])])
def test_other_columns_go_value_by_value(column: pl.Series) -> None:
    table = pl.DataFrame([column, pl.Series("jd", [1.5, 2.5])])
    wanted = expected([table.to_dicts()], [[{"own": 1}]])
    assert lists(table, np.array([2]), [[{"own": 1}]]) == wanted


def test_slices_and_nan_and_no_columns() -> None:
    table = pl.DataFrame({"jd": [1.0, float("nan"), None, 4.0], "band": ["g", "é", None, "i"]})[1:]
    rows = [{"band": "é"}, {}, {"jd": 4.0, "band": "i"}]
    assert lists(table, np.array([1, 2]), [[], []]) == expected([rows[:1], rows[1:]], [[], []])
    assert lists(pl.DataFrame(), np.array([0]), [[{"a": 1}]]) == expected([[]], [[{"a": 1}]])


def test_what_is_written_is_read() -> None:
    jd = np.arange(1234.0)
    (made,) = lists(pl.DataFrame({"jd": jd}), np.array([1234]), [[{"jd": 5.5}]])
    whole = document({"prv": made, "fp": bson.encode({})})
    assert bson.decode(whole) == {"prv": [{"jd": value} for value in [*jd, 5.5]], "fp": []}
    assert read([whole], "prv", ["jd"]).numbers("jd").tolist() == [*jd, 5.5]
