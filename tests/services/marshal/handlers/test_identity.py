"""One thing that two surveys see is one source: found by position, put together and taken apart by people."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest
from bson import Int64
from nightdesk import sky

from tests.services.marshal.conftest import Desk

ARCSEC = 1 / 3600
RA, DEC = 150.0, 2.0


def _alert(desk: Desk, survey: str, obj_id: str, candid: int, dec: float) -> None:
    """Put what the broker writes of an object at RA into the store."""
    pixel = {"hpx12": Int64(sky.pixel(RA, dec, sky.FINE)), "hpx6": Int64(sky.pixel(RA, dec, sky.COARSE))}
    desk.database[f"{survey}_alerts"].insert_one(
        {
            "_id": Int64(candid),
            "objectId": obj_id,
            "jd": 2461000.5,
            "programid": 1,
            "coordinates": {"radec_geojson": {"type": "Point", "coordinates": [RA - 180.0, dec]}},
            **pixel,
        }
    )
    desk.database[f"{survey}_objects"].insert_one(
        {
            "_id": f"{obj_id}/1",
            "objectId": obj_id,
            "v": 1,
            "place": {"ra": RA, "dec": dec, **pixel},
            "n_det": 1,
            "first_jd": 2461000.5,
            "last_jd": 2461000.5,
            "cross_matches": {},
        }
    )


@pytest.fixture
def twins(desk: Desk) -> Desk:
    """A desk where LSST has one object at a ZTF object's place, and another one near it."""
    _alert(desk, "ZTF", "ZTF26twin", 11, DEC)
    _alert(desk, "LSST", "900001", 12, DEC + 0.4 * ARCSEC)
    _alert(desk, "LSST", "900002", 13, DEC + 3 * ARCSEC)
    return desk


async def _linked(desk: Desk, who: str, obj_id: str, others: set[str]) -> dict[str, Any]:
    """Wait until an object is linked with some others, and return what is told of it."""
    deadline = time.monotonic() + 20
    while True:
        told: dict[str, Any] = await desk.ok(who, "GET", f"sources/{obj_id}/identity")
        if {one["id"] for one in told["objs"]} == others:
            return told
        assert time.monotonic() < deadline, told
        await asyncio.sleep(0.1)


async def test_a_saved_source_is_linked_with_the_nearest_object_of_the_other_survey(twins: Desk) -> None:
    await twins.ok("ana", "POST", "sources", {"id": "ZTF26twin", "group_ids": [1]})
    told = await _linked(twins, "ana", "ZTF26twin", {"ZTF26twin", "900001"})
    assert [(entry["action"], entry["author"]["username"]) for entry in told["history"]] == [
        ("linked", "nightdesk")
    ]
    # seen from the other side it is the same
    assert (await twins.ok("ben", "GET", "sources/900001/identity"))["super_obj_id"] == told["super_obj_id"]
    # saving the other one makes no second link
    await twins.ok("ana", "POST", "sources", {"id": "900001", "group_ids": [1]})
    again = await twins.ok("ana", "POST", "sources/900001/identity", {})
    assert again["super_obj_id"] == told["super_obj_id"]
    assert twins.database["super_objs"].count_documents({}) == 1


async def test_what_was_taken_apart_stays_apart_until_somebody_puts_it_together(twins: Desk) -> None:
    await twins.ok("ana", "POST", "sources", {"id": "ZTF26twin", "group_ids": [1]})
    await _linked(twins, "ana", "ZTF26twin", {"ZTF26twin", "900001"})
    await twins.ok("ben", "DELETE", "sources/900001/identity")
    assert (await twins.ok("ana", "POST", "sources/ZTF26twin/identity", {}))["super_obj_id"] is None
    alone = await twins.ok("ana", "GET", "sources/ZTF26twin/identity")
    assert [one["id"] for one in alone["objs"]] == ["ZTF26twin"]
    assert [(entry["action"], entry["obj_ids"]) for entry in alone["history"]][1:] == [("split", ["900001"])]
    await twins.ok("ana", "POST", "sources/ZTF26twin/identity", {"obj_ids": ["900001", "900002"]})
    told = await twins.ok("ana", "GET", "sources/ZTF26twin/identity")
    assert {one["id"] for one in told["objs"]} == {"ZTF26twin", "900001", "900002"}
    assert told["history"][-1]["action"] == "merged"
    assert told["history"][-1]["author"]["username"] == "ana"
    # a person's link is not for others to undo
    assert "somebody else linked" in await twins.error(403, "ben", "DELETE", "sources/900002/identity")
    await twins.ok("ana", "DELETE", "sources/900002/identity")
    told = await twins.ok("ana", "GET", "sources/ZTF26twin/identity")
    assert [entry["action"] for entry in told["history"]] == ["linked", "split", "merged", "split"]


async def test_two_links_become_one_with_both_histories(twins: Desk) -> None:
    await twins.ok("ana", "POST", "sources", {"id": "ZTF26twin", "group_ids": [1]})
    first = await _linked(twins, "ana", "ZTF26twin", {"ZTF26twin", "900001"})
    other = {"id": "AT2026abc", "ra": RA, "dec": DEC + 5 * ARCSEC, "group_ids": [1]}
    await twins.ok("ana", "POST", "sources", other)
    await twins.ok("ana", "POST", "sources/AT2026abc/identity", {"obj_ids": ["900002"]})
    made = await twins.ok("ana", "POST", "sources/900002/identity", {"obj_ids": ["900001"]})
    told = await twins.ok("ana", "GET", "sources/AT2026abc/identity")
    assert made["super_obj_id"] == told["super_obj_id"] == first["super_obj_id"]
    assert {one["id"] for one in told["objs"]} == {"ZTF26twin", "900001", "900002", "AT2026abc"}
    assert {entry["author"]["username"] for entry in told["history"]} == {"nightdesk", "ana"}
    assert [entry["action"] for entry in told["history"]][-1] == "merged"


async def test_a_link_tells_nobody_of_objects_that_they_do_not_see(twins: Desk) -> None:
    twins.database["groups"].insert_one(
        {
            "_id": 77,
            "name": "ana alone",
            "private": True,
            "single_user_group": False,
            "stream_ids": [],
            "members": [{"username": "ana", "admin": True, "can_save": True}],
        }
    )
    twins.marshal.people.forget()
    await twins.ok("ana", "POST", "sources", {"id": "Secret1", "ra": RA, "dec": -DEC, "group_ids": [77]})
    await twins.ok("ana", "POST", "sources/ZTF26twin/identity", {"obj_ids": ["Secret1"]})
    told = await twins.call("ben", "GET", "sources/ZTF26twin/identity")
    assert "Secret1" not in told.text
    assert "no object" in await twins.error(404, "ben", "GET", "sources/Secret1/identity")
    refused = await twins.error(404, "ben", "POST", "sources/ZTF26twin/identity", {"obj_ids": ["Secret1"]})
    assert refused == "no object Secret1"
    assert "name another" in await twins.error(
        400, "ana", "POST", "sources/ZTF26twin/identity", {"obj_ids": ["ZTF26twin"]}
    )
