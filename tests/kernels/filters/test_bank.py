"""Many expressions together give what each gives alone."""

from __future__ import annotations

import polars as pl
import pytest
from nightdesk.filters import Bank, Expression, FilterError

FRAME = pl.DataFrame(
    {
        "candid": [1, 2, 3, 4],
        "score": [0.9, None, 0.2, 0.7],
        "magpsf": [17.0, 18.5, 19.0, 21.0],
        "band": ["g", "r", None, "g"],
        "sso": [False, False, True, False],
    }
)
SOURCES = (
    "score > 0.65 and magpsf < 20",
    "score > 0.65 or band == 'r'",
    "log10(magpsf - 18) < 0.2 and not sso",
    "magpsf / (score - 0.2) > 24",
    "min(score, 0.5) == 0.5",
    "True",
    "None",
    "18 < magpsf < 20 if band == 'r' else is_null(band)",
)


@pytest.mark.parametrize("rows", [0, 1, 4])
def test_together_is_each_alone(rows: int) -> None:
    frame = FRAME.head(rows)
    bank = Bank({i: Expression(source) for i, source in enumerate(SOURCES)})
    for _ in range(2):
        found = bank.evaluate(frame)
        for i, source in enumerate(SOURCES):
            one = found[i]
            assert isinstance(one, pl.Series)
            assert one.to_list() == Expression(source).evaluate(frame).to_list(), source


def test_one_that_fails_fails_alone() -> None:
    bank = Bank({"good": Expression("score > 0.65"), "bad": Expression("candidate.drb > 0.5")})
    found = bank.evaluate(FRAME)
    assert isinstance(found["good"], pl.Series) and found["good"].to_list() == [True, False, False, True]
    assert isinstance(found["bad"], FilterError) and "candidate.drb" in str(found["bad"])


def test_another_schema_is_another_lowering() -> None:
    bank = Bank({"bright": Expression("magpsf < 18")})
    assert isinstance(bank.evaluate(FRAME)["bright"], pl.Series)
    words = FRAME.with_columns(pl.col("magpsf").cast(pl.String))
    assert isinstance(bank.evaluate(words)["bright"], FilterError)
    assert isinstance(bank.evaluate(FRAME)["bright"], pl.Series)
    assert Bank({}).evaluate(FRAME) == {}
