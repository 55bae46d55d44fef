"""One schema for files of different ones."""

from __future__ import annotations

import polars as pl
from nightdesk.archive.schema import conformed, fingerprint, union

A = {"candid": pl.Int64(), "x": pl.Int64(), "prv_new": pl.List(pl.Struct({"a": pl.Int64, "b": pl.Float64}))}
B = {"candid": pl.Int64(), "y": pl.String(), "prv_new": pl.List(pl.Struct({"b": pl.Float64, "c": pl.String}))}


def test_union_has_all_columns_and_fields():
    both = union([A, B])
    assert list(both) == ["candid", "x", "y", "prv_new"]
    assert both["prv_new"] == pl.List(pl.Struct({"a": pl.Int64, "b": pl.Float64, "c": pl.String}))
    assert both == union([B, A]) == union([both, A])


def test_union_of_types():
    assert union([{"x": pl.Int32()}, {"x": pl.Int64()}]) == {"x": pl.Int64()}
    assert union([{"x": pl.Int64()}, {"x": pl.Float64()}]) == {"x": pl.Float64()}
    assert union([{"x": pl.Int64()}, {"x": pl.String()}]) == {"x": pl.String()}


def test_conformed_keeps_values_and_adds_nulls():
    frame = pl.DataFrame(
        {"candid": [2**62 + 1, None], "x": [1, 2], "prv_new": [[{"a": 2**61, "b": 0.5}], None]}, A
    )
    read = conformed(frame.lazy(), A, union([A, B])).collect()
    assert read["candid"].to_list() == [2**62 + 1, None]
    assert read["y"].to_list() == [None, None]
    assert read["prv_new"].to_list() == [[{"a": 2**61, "b": 0.5, "c": None}], None]


def test_only_missing_columns_keep_the_rows():
    frame = pl.LazyFrame({"candid": [1, 2, 3]})
    read = conformed(frame, {"candid": pl.Int64()}, {"y": pl.String()}).collect()
    assert read["y"].to_list() == [None, None, None]


def test_fingerprint_tells_schemas_apart():
    assert fingerprint(A) == fingerprint(dict(A))
    assert len({fingerprint(A), fingerprint(B), fingerprint(union([A, B]))}) == 3
