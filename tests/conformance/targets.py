"""Sources for the tests of what people do with them."""

from __future__ import annotations

from tests.conformance.conftest import Desk


def save(desk: Desk, obj_id: str, group_id: int, ra: float, dec: float, who: str = "ana") -> str:
    """Save a new object as a source of a group."""
    body = {"id": obj_id, "ra": ra, "dec": dec, "group_ids": [group_id]}
    desk.client(who).post("/api/sources", json=body).raise_for_status()
    return obj_id
