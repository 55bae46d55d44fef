"""Follow-up requests on open pages, and how often the store is asked for lists."""

from __future__ import annotations

from typing import Any

import pytest
from nightdesk_services.marshal.storage.documents import Documents

from tests.services.marshal.conftest import Desk

PAYLOAD = {"start_date": "2026-10-01", "end_date": "2026-10-02", "exposure_time": 30}
PLACE = {"lat": 33.3563, "lon": -116.865, "elevation": 1712.0}


async def allocation(desk: Desk, group_id: int, name: str = "Queue") -> int:
    """Make a telescope, an instrument with a queue for people, and time on it; return the allocation."""
    telescope = {"name": name, "nickname": name, "diameter": 1.2, **PLACE}
    place = (await desk.ok("root", "POST", "telescope", telescope))["id"]
    instrument = {"name": name, "type": "imager", "telescope_id": place, "api_classname": "MANUALAPI"}
    camera = (await desk.ok("root", "POST", "instrument", instrument))["id"]
    time = {"instrument_id": camera, "group_id": group_id, "hours_allocated": 5}
    return int((await desk.ok("root", "POST", "allocation", time))["id"])


async def ask(desk: Desk, number: int, obj_id: str = "Pushed2026") -> int:
    post = {"obj_id": obj_id, "allocation_id": number, "payload": PAYLOAD}
    return int((await desk.ok("ana", "POST", "followup_request", post))["id"])


async def test_a_status_reaches_open_pages_of_its_group_alone(desk: Desk, club: int) -> None:
    number = await allocation(desk, club)
    place = {"id": "Pushed2026", "ra": 10.0, "dec": 20.0}
    await desk.ok("ana", "POST", "sources", place | {"group_ids": [club]})
    ben, cleo = await desk.listen("ben"), await desk.listen("cleo")
    request = await ask(desk, number)
    first = await ben.of("followup_request")
    assert (first["action"], first["obj_id"], first["data"]["id"]) == ("insert", "Pushed2026", request)
    while (event := await ben.of("followup_request"))["data"]["status"] != "submitted":
        pass
    await desk.ok("ana", "PUT", f"followup_request/{request}", {"status": "completed"})
    event = await ben.of("followup_request")
    assert (event["action"], event["data"]["status"]) == ("update", "completed")
    (shown,) = (await desk.ok("ben", "GET", "followup_request"))["followup_requests"]
    assert event["data"] == shown
    await cleo.silence()


async def test_a_request_that_is_shared_no_more_is_gone(desk: Desk, club: int) -> None:
    number = await allocation(desk, club)
    place = {"id": "Pushed2026", "ra": 10.0, "dec": 20.0}
    await desk.ok("ana", "POST", "sources", place | {"group_ids": [club, 1]})
    request = await ask(desk, number)
    cleo = await desk.listen("cleo")
    share = {"status": "submitted", "target_group_ids": [1]}
    await desk.ok("ana", "PUT", f"followup_request/{request}", share)
    assert (await cleo.of("followup_request"))["data"]["id"] == request
    await desk.ok("ana", "PUT", f"followup_request/{request}", share | {"target_group_ids": []})
    gone = await cleo.of("followup_request")
    assert (gone["action"], gone["data"]) == ("delete", {"id": request})


async def test_a_request_on_a_hidden_object_is_not_pushed(desk: Desk, club: int) -> None:
    number = await allocation(desk, club)
    own = (await desk.ok("ana", "POST", "groups", {"name": "Own", "private": True}))["id"]
    await desk.ok("ana", "POST", "sources", {"id": "Hidden2026", "ra": 1.0, "dec": 2.0, "group_ids": [own]})
    ana, ben = await desk.listen("ana"), await desk.listen("ben")
    await ask(desk, number, "Hidden2026")
    await ana.of("followup_request")
    await ben.silence()


async def test_longer_lists_ask_the_store_no_more_often(
    desk: Desk, club: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    find, one = Documents.find, Documents.one

    async def finding(self: Documents, *args: Any, **kwargs: Any) -> Any:
        asked.append(self.name)
        return await find(self, *args, **kwargs)

    async def finding_one(self: Documents, *args: Any, **kwargs: Any) -> Any:
        asked.append(self.name)
        return await one(self, *args, **kwargs)

    async def cost(path: str) -> int:
        asked.clear()
        await desk.ok("ana", "GET", path)
        return len(asked)

    await allocation(desk, club, "One")
    await allocation(desk, club, "Two")
    monkeypatch.setattr(Documents, "find", finding)
    monkeypatch.setattr(Documents, "one", finding_one)
    before = {path: await cost(path) for path in ("allocation", "instrument")}
    assert all(before.values())
    for i in range(3):
        await allocation(desk, club, f"More {i}")
    assert {path: await cost(path) for path in before} == before
    assert len(await desk.ok("ana", "GET", "allocation")) == 5
