"""JSON that a browser reads without loss."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from bson import Int64
from nightdesk_services.marshal.encoding import dumps


@pytest.mark.parametrize(
    ("value", "read"),
    [
        (Int64(170094456272322680), "170094456272322680"),
        (2**53 - 1, 2**53 - 1),
        (-(2**53), str(-(2**53))),
        (float("nan"), None),
        (float("-inf"), None),
        (True, True),
        (datetime(2026, 1, 2, 3, 4, 5, 678000, tzinfo=UTC), "2026-01-02T03:04:05.678+00:00"),
        ({"a": [1.5, None, {"b": float("nan")}]}, {"a": [1.5, None, {"b": None}]}),
        (b"\x00", None),
    ],
)
def test_values(value: object, read: object) -> None:
    assert json.loads(dumps(value)) == read
