"""A telescope with an instrument and a group, for the tests of what people do with them."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from skyportal_py.allocations import AllocationPost
from skyportal_py.groups import GroupPost
from skyportal_py.instruments import InstrumentPost
from skyportal_py.telescopes import TelescopePost

from tests.conformance.conftest import Desk, Recorded

PALOMAR = {"lat": 33.3563, "lon": -116.865, "elevation": 1712.0}


class Facility(NamedTuple):
    """Ids."""

    telescope: int
    instrument: int
    group: int
    allocation: int


def telescope(client: Recorded, name: str) -> int:
    """Add a telescope on Palomar."""
    return client.post_telescope(TelescopePost(name=name, nickname=name[:5], diameter=1.2, **PALOMAR)).id


def instrument(client: Recorded, name: str, telescope_id: int) -> int:
    """Add a camera."""
    return client.post_instrument(
        InstrumentPost(
            name=name, type="imager", telescope_id=telescope_id, band="V", filters=["ztfg", "ztfr"]
        )
    ).id


def user_id(desk: Desk, who: str) -> int:
    """Return somebody's id; they are known after their first request."""
    desk.client(who).get("/api/internal/profile").raise_for_status()
    found = desk.database["users"].find_one({"username": who})
    assert found is not None
    return int(found["_id"])


def group(desk: Desk, name: str) -> int:
    """Make a group of Ana (its admin) and Ben; Cleo is not in it."""
    ana = desk.client("ana")
    made = ana.post_group(GroupPost(name=name)).id
    user_id(desk, "ben")
    answer = ana.post(f"/api/groups/{made}/users", json={"username": "ben", "admin": False})
    answer.raise_for_status()
    user_id(desk, "cleo")
    return made


def facility(desk: Desk, name: str) -> Facility:
    """Make all of it, once a desk and name."""
    return _facility(_Key(desk), name)


class _Key:
    """A desk as a key of a cache."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def __hash__(self) -> int:
        return hash(self.desk.url)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and other.desk.url == self.desk.url


@cache
def _facility(key: _Key, name: str) -> Facility:
    desk = key.desk
    root = desk.client("root")
    made_group = group(desk, f"{name} club")
    place = telescope(root, f"{name} telescope")
    camera = instrument(root, f"{name} camera", place)
    allocation = root.post_allocation(
        AllocationPost(instrument_id=camera, group_id=made_group, hours_allocated=20.0, pi="Ana")
    ).id
    return Facility(place, camera, made_group, allocation)
