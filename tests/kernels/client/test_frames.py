"""Rows of JSON as frames."""

from __future__ import annotations

import polars as pl
from nightdesk.client.frames import frame

BIG = 9_007_199_254_740_993  # 2**53 + 1: the first that a double cannot hold


def test_ids_come_through_whole() -> None:
    rows = [
        {"candid": str(BIG), "candidate.diaObjectId": BIG},
        {"candid": None, "candidate.diaObjectId": None},
    ]
    table = frame(rows)
    assert table["candid"].to_list() == [BIG, None]
    assert table["candidate.diaObjectId"].to_list() == [BIG, None]
    assert {table["candid"].dtype, table["candidate.diaObjectId"].dtype} == {pl.Int64}


def test_an_id_that_is_a_name_stays_text() -> None:
    assert frame([{"id": "ZTF18abc"}, {"id": "12"}])["id"].dtype == pl.String


def test_columns_are_there_without_rows_and_in_order() -> None:
    columns = {"mjd": pl.Float64, "candid": pl.Int64}
    assert frame([], columns).schema == columns
    table = frame([{"more": 1, "candid": None}], columns)
    assert table.columns == ["mjd", "candid", "more"]
    assert table.schema["candid"] == pl.Int64


def test_times_are_utc() -> None:
    table = frame([{"passed_at": "2026-11-24T03:00:00"}, {"passed_at": "2026-11-24T03:00:00+00:00"}])
    assert table["passed_at"].dtype == pl.Datetime("us", "UTC")
    assert table["passed_at"].n_unique() == 1


def test_rows_of_mixed_numbers() -> None:
    assert frame([{"x": 1}, {"x": 2.5}, {}])["x"].to_list() == [1.0, 2.5, None]
