"""Batches: choosing alerts, adding columns."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nightdesk.alerts import AlertBatch, Ragged, decode

from tests.kernels.alerts import packets as p


def _batch() -> AlertBatch:
    records = [
        p.packet(n, past=[p.hit(10 * n + k) for k in range(n)], picture=bytes([n])) for n in range(1, 5)
    ]
    return decode([p.container(*records[:2]), p.container(*records[2:])], p.SKY).batch


@given(st.lists(st.lists(st.integers(0, 99), max_size=5), max_size=8), st.data())
def test_ragged_lists(lists: list[list[int]], data: st.DataObject) -> None:
    flat = pl.DataFrame({"x": pl.Series([x for part in lists for x in part], dtype=pl.Int64)})
    ragged = Ragged.from_lengths([len(part) for part in lists], flat)
    assert [rows["x"].to_list() for rows in ragged] == lists
    assert len(ragged.owner) == flat.height
    chosen = data.draw(st.lists(st.integers(0, len(lists) - 1), max_size=9)) if lists else []
    taken = ragged.take(np.array(chosen, dtype=np.int64))
    assert [rows["x"].to_list() for rows in taken] == [lists[i] for i in chosen]


def test_take_keeps_all_parts_together() -> None:
    taken = _batch().take([3, 1])
    assert taken.frame["candid"].to_list() == [4, 2]
    assert [rows["hitId"].to_list() for rows in taken.prv] == [[40, 41, 42, 43], [20, 21]]
    assert taken.cutouts["science"] == [b"\x04", b"\x02"]
    assert taken.source.tolist() == [1, 0]
    assert taken.layout.tolist() == [0, 0]


def test_take_by_mask() -> None:
    batch = _batch()
    assert batch.take(np.array([True, False, False, True])).frame["candid"].to_list() == [1, 4]
    assert len(batch.take(np.zeros(4, dtype=bool))) == len(batch.take([])) == 0
    with pytest.raises(IndexError, match="2 booleans for 4 alerts"):
        batch.take(np.array([True, False]))


def test_stages_add_columns() -> None:
    batch = _batch()
    more = batch.with_columns(pl.DataFrame({"n_det": [1, 2, 3, 4], "score": [0.0] * 4}))
    assert more.frame["n_det"].to_list() == [1, 2, 3, 4]
    assert more.frame["score"].to_list() == [0.0] * 4
    assert "n_det" not in batch.frame.columns
    assert more.with_columns({"x": pl.Series([1, 2, 3, 4])}).frame["x"].to_list() == [1, 2, 3, 4]
    with pytest.raises(ValueError, match="'n_det' has 1 rows for 4 alerts"):
        batch.with_columns(pl.DataFrame({"n_det": [1]}))
