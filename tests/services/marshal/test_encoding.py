"""JSON that a browser reads without loss."""

from __future__ import annotations

import enum
import json
import math
from collections import OrderedDict
from datetime import UTC, datetime

import numpy as np
import pytest
from bson import Int64
from nightdesk_services.marshal.encoding import dumps, encode, plain


class Role(enum.StrEnum):
    """A word of a list."""

    ADMIN = "admin"


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
    assert plain(value) == read


class Word(str):
    """A string of somebody's own kind."""

    __slots__ = ()


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {},
        [[]],
        {"a": [1.5, -2e-300, math.nan, math.inf], 'q"': {"b": [True, None, 2**60, "\ud800"]}},
        [{"at": datetime(2026, 3, 1, tzinfo=UTC), "values": [0.1 * i for i in range(100)]}],
        [1, 2.5, "x", {1, 2}, (3, 4), {1: 2, None: 3}, {Word("k"): Word("v")}],
        [0.5, "\ud800", 2**70, None, np.float64(1.5), np.float64(math.nan), np.int64(3), Role.ADMIN],
        {"nested": OrderedDict(a=[Int64(2**60), bytearray(b"x")])},
    ],
)
def test_it_is_the_json_of_the_plain_value(value: object) -> None:
    assert json.loads(encode(value)) == json.loads(json.dumps(plain(value), allow_nan=False))
