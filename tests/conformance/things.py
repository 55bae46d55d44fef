"""Things that people write about, and who belongs where."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from skyportal_py import SkyPortalError

from tests.conformance.conftest import Desk
from tests.conformance.facilities import user_id

_NUMBERS = itertools.count(1)


def club(desk: Desk, *others: str) -> int:
    """Make a private group of ana and others and return its id."""
    name = f"Club {next(_NUMBERS)}"
    ana = desk.client("ana")
    made = ana.post("/api/groups", json={"name": name, "private": True})
    group_id = int(made.raise_for_status().json()["data"]["id"])
    for other in others:
        user_id(desk, other)
        ana.post(f"/api/groups/{group_id}/users", json={"username": other}).raise_for_status()
    return group_id


def source(desk: Desk, group_id: int = 1) -> str:
    """Save a new object as a source of a group and return its name."""
    number = next(_NUMBERS)
    body = {"id": f"Said2026{number}", "ra": 120.0 + number, "dec": -7.0, "group_ids": [group_id]}
    desk.client("ana").post("/api/sources", json=body).raise_for_status()
    return str(body["id"])


def spectrum(desk: Desk, group_id: int) -> int:
    """Store a spectrum that a group holds and return its id."""
    number = 1000 + next(_NUMBERS)
    desk.database["spectra"].insert_one({"_id": number, "obj_id": "Seen2026", "group_ids": [group_id]})
    return number


def shift(desk: Desk, group_id: int) -> int:
    """Make a shift of a group and return its id."""
    start = datetime.now(UTC)
    body: dict[str, Any] = {
        "name": f"Shift {next(_NUMBERS)}",
        "group_id": group_id,
        "start_date": start.isoformat(),
        "end_date": (start + timedelta(hours=8)).isoformat(),
    }
    made = desk.client("ana").post("/api/shifts", json=body)
    return int(made.raise_for_status().json()["data"]["id"])


def refused(status: int, function: Any, *args: Any, **kwargs: Any) -> str:
    """Return the message of a refusal."""
    with pytest.raises(SkyPortalError) as error:
        function(*args, **kwargs)
    assert error.value.status_code == status, error.value
    return str(error.value)
