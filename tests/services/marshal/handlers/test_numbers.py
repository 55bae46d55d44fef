"""Answers with very many numbers are the same JSON as others."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from typing import Any

import pytest
from nightdesk_services.marshal.encoding import dumps
from nightdesk_services.marshal.handlers.numbers import written


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {},
        [[]],
        {"a": [1.5, -2e-300, math.nan, math.inf], 'q"': {"b": [True, None, 2**60, "\ud800"]}},
        [{"at": datetime(2026, 3, 1, tzinfo=UTC), "values": [0.1 * i for i in range(25_001)]}],
        [1, 2.5, "x"],
        [0.5, "\ud800", 2**70, None],
    ],
)
def test_nothing_is_lost(value: Any) -> None:
    assert json.loads(written(value)) == json.loads(dumps(value))
