"""Rows of JSON are those that the columns' values make."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nightdesk.photometry import Integers
from nightdesk_services.common.jsonrows import Chosen, Column, Constant, Floats, Numbers, documents, lines

WORDS = st.text(max_size=4) | st.none() | st.booleans() | st.lists(st.integers(0, 3), max_size=2)


@st.composite
def tables(draw: st.DrawFn) -> tuple[dict[str, Column], int]:
    height = draw(st.integers(0, 5))
    columns: dict[str, Column] = {}
    for name in draw(st.lists(st.text(max_size=3), min_size=1, max_size=6, unique=True)):
        among = draw(st.lists(WORDS, max_size=3))
        codes = draw(st.lists(st.integers(-1, len(among) - 1), min_size=height, max_size=height))
        numbers = draw(st.lists(st.floats(), min_size=height, max_size=height))
        whole = draw(st.lists(st.integers(-(2**53), 2**53), min_size=height, max_size=height))
        known = np.array(draw(st.lists(st.booleans(), min_size=height, max_size=height)), np.bool_)
        integers = Integers(np.array(whole, np.int64), known)
        columns[name] = draw(
            st.sampled_from(
                [
                    Constant(draw(WORDS)),
                    Chosen(np.array(codes, np.int64), among),
                    Floats(np.array(numbers, np.float64)),
                    Numbers(integers),
                    Numbers(integers, str, (b'"', b'"')),
                    Numbers(integers, lambda n: {"of": [n]}, (b'{"of":[', b"]}")),
                ]
            )
        )
    return {**columns, "last": Floats(np.arange(height, dtype=np.float64))}, height


@settings(max_examples=300, deadline=None)
@given(tables())
def test_lines_are_the_documents(table: tuple[dict[str, Column], int]) -> None:
    columns, height = table
    rows = documents(columns, height)
    assert len(rows) == height
    written = lines(columns)
    assert [json.loads(line) for line in written.split(b"\n") if line] == rows
    assert json.loads(b"[" + lines(columns, b",") + b"]") == rows


@pytest.mark.parametrize("value", [0.1, 1e-300, 1.7976931348623157e308, -0.0, 60676.44027917087])
def test_doubles_come_back_as_they_were(value: float) -> None:
    [row] = documents({"x": Floats(np.array([value]))}, 1)
    assert json.loads(lines({"x": Floats(np.array([value]))})) == row == {"x": value}


def test_what_is_not_finite_is_null() -> None:
    column: dict[str, Any] = {"x": Floats(np.array([np.nan, np.inf, -np.inf, 1.0]))}
    assert [row["x"] for row in documents(column, 4)] == [None, None, None, 1.0]
    assert lines(column, b",") == b'{"x":null},{"x":null},{"x":null},{"x":1.0}'
