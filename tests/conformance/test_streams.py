"""Streams through the official client."""

from __future__ import annotations

from tests.conformance.conftest import Desk


def test_streams_are_listed(desk: Desk) -> None:
    names = {stream.name for stream in desk.client().fetch_streams()}
    assert names
