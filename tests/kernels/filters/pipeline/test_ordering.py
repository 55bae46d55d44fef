"""BSON's order of values."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nightdesk.filters.pipeline import kinds as k
from nightdesk.filters.pipeline.ordering import against, compare, equals, equals_one
from nightdesk.filters.pipeline.python import constant, from_python

EDGES = [0, -1, 2, 2.5, -0.0, math.inf, 2**31, 2**53, 2**53 + 1, -(2**53) - 1, float(2**53), 2**63 - 1]
NUMBERS = st.sampled_from(EDGES) | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False)
OTHERS = st.sampled_from([None, True, False, "2", [2], {"a": 2}, math.nan])
COMPARISONS = [np.less, np.less_equal, np.equal, np.greater_equal, np.greater]


@pytest.mark.parametrize("holds", COMPARISONS)
@given(items=st.lists(NUMBERS | OTHERS, max_size=12), number=NUMBERS)
def test_one_number_against_many_is_the_order_of_both(
    holds: np.ufunc, items: list[Any], number: float
) -> None:
    values = from_python(items)
    found = against(values, constant(number), holds)
    if found is None:
        assert abs(number) > 2**53 or values.has(k.bits(k.LONG))
        return
    order = compare(values, constant(number).repeat(len(items)))
    usable = [isinstance(one, int | float) and not isinstance(one, bool) and one == one for one in items]
    assert found.tolist() == (holds(order, 0) & np.array(usable, bool)).tolist()


@given(items=st.lists(st.sampled_from(["a", "b", "", 1, None, ["a"]]), max_size=8))
def test_one_text_against_many(items: list[Any]) -> None:
    values = from_python(items)
    for text in ("a", "", "c"):
        assert equals_one(values, constant(text)).tolist() == [one == text for one in items]
        assert equals(values, constant(text).repeat(len(items))).tolist() == [one == text for one in items]
