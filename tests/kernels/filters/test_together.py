"""Comparisons with numbers are done at once, and mean what each means by itself."""

from __future__ import annotations

import polars as pl
import pytest
from nightdesk.filters import Expression
from nightdesk.filters.together import Together

BIG = 2**62
FRAME = pl.DataFrame(
    {
        "i": [BIG, BIG + 1, None, -BIG, 0],
        "x": [0.5, float("nan"), None, float("inf"), -0.0],
        "small": pl.Series([1, 2, 3, None, 5], dtype=pl.Int8),
        "t": [True, False, None, True, True],
        "nothing": [None] * 5,
    }
)


def passed(*sources: str) -> dict[str, list[bool]]:
    expressions = {source: Expression(source) for source in sources}
    together = Together(FRAME, {key: (one, one.tree) for key, one in expressions.items()})
    assert not together.failed
    return {key: series.to_list() for key, series in together.run(FRAME).items()}


@pytest.mark.parametrize(
    ("source", "rows"),
    [
        # 64 bits are compared exactly, and as doubles where the other side is one
        (f"i == {BIG}", [0]),
        (f"i > {BIG}", [1]),
        (f"i == {float(BIG)}", [0, 1]),
        (f"i >= -{BIG}", [0, 1, 3, 4]),
        (f"-{BIG} == i", [3]),
        ("i < 9223372036854775807", [0, 1, 3, 4]),
        # what is no number is null, which passes nothing
        ("x < 1", [0, 4]),
        ("x != 0.5", [4]),
        ("not x == 0.5", [4]),
        ("x == 0", [4]),
        ("x == -0.0", [4]),
        ("x < 1e999", []),
        ("nothing < 1", []),
        # a number on the left, and chains
        ("0.25 < x", [0]),
        ("0 <= x < 0.5", [4]),
        ("5 >= small > 1", [1, 2, 4]),
        ("small > 1.5", [1, 2, 4]),
        ("1 < 2", [0, 1, 2, 3, 4]),
        ("2 < 1", []),
        ("coalesce(x, 3) > 1", [1, 2, 3]),
        ("abs(i) > 1 and t and x == x", [0]),
        ("t and i == 0 and coalesce(small, 5) == 5", [4]),
    ],
)
def test_a_comparison(source: str, rows: list[int]) -> None:
    assert [i for i, one in enumerate(passed(source)[source]) if one] == rows


def test_many_at_once() -> None:
    sources = [f"x < {n / 10} and i <= {BIG + n} and t and {n} < small" for n in range(12)]
    together = passed(*sources)
    for source in sources:
        assert together[source] == passed(source)[source]
    assert any(any(rows) for rows in together.values())


def test_what_filters_share_is_computed_once() -> None:
    sources = [f"coalesce(x, 1) > {n} and i != {n} and t and (x < 1 or t)" for n in range(9)]
    expressions = {source: Expression(source) for source in sources}
    together = Together(FRAME, {key: (one, one.tree) for key, one in expressions.items()})
    # coalesce(x, 1), i, t, and what `or` joins
    assert len(together._parts) == 4
