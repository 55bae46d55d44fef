"""Who hears that photometry changed, and answers that are written as they are read."""

from __future__ import annotations

from typing import Any

from tests.services.marshal.conftest import Desk

CAMERA = {"name": "Camera", "type": "imager", "telescope_id": 1, "band": "V", "filters": ["ztfg"]}
TELESCOPE = {"name": "P48", "nickname": "P48", "diameter": 1.2, "lat": 33.0, "lon": -116.0, "elevation": 1700}


async def source(desk: Desk, group: int) -> dict[str, Any]:
    """Save a source of a group, and return a point of it to post."""
    await desk.ok("root", "POST", "telescope", TELESCOPE)
    camera = (await desk.ok("root", "POST", "instrument", CAMERA))["id"]
    body = {"id": "Heard2026", "ra": 10.0, "dec": 20.0, "group_ids": [group]}
    await desk.ok("ana", "POST", "sources", body)
    point = {"obj_id": "Heard2026", "instrument_id": camera, "filter": "ztfg", "group_ids": [group]}
    return point | {"mjd": [60000.0, 60001.0], "mag": 19.0, "magerr": 0.1, "limiting_mag": 20.0}


async def test_those_who_see_the_points_hear_of_them(desk: Desk, club: int) -> None:
    post = await source(desk, club)
    ben, cleo = await desk.listen("ben"), await desk.listen("cleo")
    made = await desk.ok("ana", "POST", "photometry", post)
    message = await ben.of("photometry")
    assert (message["action"], message["obj_id"]) == ("refresh", "Heard2026")
    await desk.ok("ana", "PATCH", f"photometry/{made['ids'][0]}", {"mag": 18.0})
    assert (await ben.of("photometry"))["obj_id"] == "Heard2026"
    await desk.ok("ana", "DELETE", f"photometry/{made['ids'][0]}")
    assert (await ben.of("photometry"))["obj_id"] == "Heard2026"
    await cleo.silence()


async def test_a_long_answer_is_whole(desk: Desk, club: int) -> None:
    post = await source(desk, club)
    times = [60000.0 + i / 100 for i in range(2500)]
    made = await desk.ok("ana", "POST", "photometry", post | {"mjd": times})
    points = await desk.ok("ben", "GET", "photometry/range", {"instrument_ids": [post["instrument_id"]]})
    assert sorted(point["id"] for point in points) == made["ids"]
    assert await desk.ok("cleo", "GET", "photometry/range", {}) == []
    message = await desk.error(400, "ana", "POST", "photometry", post | {"mjd": [1.0] * 10_001})
    assert message.startswith("mjd: List should have at most 10000")
    assert "min_date" in await desk.error(400, "ana", "GET", "photometry/range", {"min_date": "never"})


async def test_nothing_of_a_post_stays_that_met_a_duplicate_on_its_way(desk: Desk, club: int) -> None:
    post = await source(desk, club)
    first = await desk.ok("ana", "POST", "photometry", post | {"mjd": [60000.0]})
    # as if it had not been there when looked for
    desk.database["photometry"].update_one({"_id": first["ids"][0]}, {"$set": {"mjd": 1.0}})
    message = await desk.error(400, "ana", "POST", "photometry", post)
    assert "already exists" in message
    assert desk.database["photometry"].count_documents({}) == 1
