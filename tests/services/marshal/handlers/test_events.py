"""What is pushed, to whom, how fast, and after the store was away."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest
from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.websocket import websocket_connect

from tests.services.marshal.conftest import Desk
from tests.services.marshal.world import PEOPLE, candidate, fill, night

NEW = {"id": "Mine2026a", "ra": 12.5, "dec": -3.25}


async def test_a_comment_arrives_within_a_second_where_it_may(desk: Desk, club: int) -> None:
    await desk.ok("ana", "POST", "sources", NEW | {"group_ids": [club]})
    ben, cleo = await desk.listen("ben"), await desk.listen("cleo")
    begun = time.monotonic()
    made = (await desk.ok("ana", "POST", "sources/Mine2026a/comments", {"text": "look"}))["comment_id"]
    event = await ben.of("comment")
    assert time.monotonic() - begun < 1
    assert (event["action"], event["obj_id"]) == ("insert", "Mine2026a")
    assert event["data"] == await desk.ok(
        "ben", "GET", f"sources/Mine2026a/comments/{made}", includeTalk=True
    )
    await desk.ok("ana", "PUT", f"sources/Mine2026a/comments/{made}", {"text": "look!"})
    changed = await ben.of("comment")
    assert (changed["action"], changed["data"]["text"]) == ("update", "look!")
    await desk.ok("ana", "DELETE", f"sources/Mine2026a/comments/{made}")
    gone = await ben.of("comment")
    assert (gone["action"], gone["data"]["id"]) == ("delete", made)
    await cleo.silence()


async def test_a_comment_withdrawn_from_a_group_is_deleted_there(desk: Desk, club: int) -> None:
    obj_id = fill(desk.database, "ZTF")[0]["objectId"]
    cleo, ben = await desk.listen("cleo"), await desk.listen("ben")
    made = (await desk.ok("ana", "POST", f"sources/{obj_id}/comments", {"text": "x"}))["comment_id"]
    for one in (cleo, ben):
        assert (await one.of("comment"))["action"] == "insert"
    await desk.ok("ana", "PUT", f"sources/{obj_id}/comments/{made}", {"text": "secret", "group_ids": [club]})
    gone = await cleo.of("comment")
    assert (gone["action"], gone["data"]) == ("delete", {"id": made, "obj_id": obj_id})
    assert (await ben.of("comment"))["data"]["text"] == "secret"


async def test_candidates_arrive_as_cards(desk: Desk, club: int) -> None:
    ana, cleo = await desk.listen("ana"), await desk.listen("cleo")
    rows = [row for _, row in night("ZTF")]
    begun = time.monotonic()
    desk.database["candidates"].insert_one(candidate(rows[0], "ZTF", 1))
    event = await ana.of("candidate")
    assert time.monotonic() - begun < 1
    assert event["action"] == "insert"
    assert event["data"] == await desk.ok("ana", "GET", f"candidates/{rows[0]['objectId']}", extras=True)
    assert (await cleo.of("candidate"))["obj_id"] == rows[0]["objectId"]
    desk.database["candidates"].insert_one(candidate(rows[1], "ZTF", 9, group=club))
    assert (await ana.of("candidate"))["obj_id"] == rows[1]["objectId"]
    desk.database["candidates"].insert_one(candidate(rows[2], "ZTF", 1) | {"programid": 3})
    await cleo.silence()


async def test_a_burst_of_candidates_arrives_whole(desk: Desk) -> None:
    ana = await desk.listen("ana")
    row = night("ZTF")[0][1]
    many = [
        candidate(row | {"objectId": f"ZTF26burst{i}", "candid": 10**15 + i}, "ZTF", 1) for i in range(250)
    ]
    desk.database["candidates"].insert_many(many)
    arrived = {(await ana.of("candidate", 10))["obj_id"] for _ in many}
    assert arrived == {c["objectId"] for c in many}


async def test_saves_lists_classes_and_desks(desk: Desk, club: int) -> None:
    obj_id = fill(desk.database, "ZTF")[0]["objectId"]
    ana, ben, cleo = [await desk.listen(name) for name in ("ana", "ben", "cleo")]
    await desk.ok("ana", "POST", "sources", {"id": obj_id, "group_ids": [club]})
    event = await ben.of("source")
    assert [group["id"] for group in event["data"]["groups"]] == [club]
    await desk.ok("ana", "DELETE", f"sources/{obj_id}", group_id=club)
    event = await ben.of("source")
    assert (event["action"], event["obj_id"]) == ("delete", obj_id)

    await desk.ok("ana", "POST", "listing", {"obj_id": obj_id, "list_name": "rejected_candidates"})
    entry = await ana.of("listing")
    assert (entry["action"], entry["data"]["list_name"]) == ("insert", "rejected_candidates")
    await desk.ok("ana", "DELETE", "listing", {"obj_id": obj_id, "list_name": "rejected_candidates"})
    assert (await ana.of("listing"))["action"] == "delete"
    await desk.ok("ana", "PUT", "desk/selection", {"ids": [obj_id]})
    assert (await ana.of("desk"))["data"] == {"ids": [obj_id]}

    post = {"obj_id": obj_id, "classification": "AGN", "group_ids": [club]}
    await desk.ok("ana", "POST", "classification", post)
    assert (await ben.of("classification"))["data"]["classification"] == "AGN"
    await cleo.silence(but="candidate")


async def test_leaving_a_group_ends_its_events(desk: Desk, club: int) -> None:
    await desk.ok("ana", "POST", "sources", NEW | {"group_ids": [club]})
    ben = await desk.listen("ben")
    await desk.ok("ana", "POST", "sources/Mine2026a/comments", {"text": "one"})
    assert (await ben.of("comment"))["data"]["text"] == "one"
    await desk.ok("ana", "DELETE", f"groups/{club}/users/ben")
    await desk.ok("ana", "POST", "sources/Mine2026a/comments", {"text": "two"})
    await ben.silence()


async def test_events_need_a_token_in_the_header(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    address = desk.url.replace("http", "ws") + "/api/events"
    for headers, query, status in (
        ({}, "", 401),
        ({}, "?token=ana", 400),
        ({"Authorization": "token nobody"}, "", 403),
        ({"Authorization": "token narrow"}, "", 403),
    ):
        with pytest.raises(HTTPClientError) as refused:
            await websocket_connect(HTTPRequest(address + query, headers=headers))
        assert refused.value.code == status
    ana = await desk.listen("ana")
    monkeypatch.delitem(PEOPLE, "ana")
    assert await asyncio.wait_for(ana.socket.read_message(), 5) is None
    assert ana.socket.close_code == 4401


async def test_who_does_not_listen_is_dropped(desk: Desk) -> None:
    from nightdesk_services.marshal.handlers.events import TOO_SLOW

    ana = await desk.listen("ana")
    (client,) = desk.marshal.events._clients
    for i in range(desk.marshal.config.push_queue + 1):
        client.send({"type": "candidate", "n": i})
    assert desk.marshal.events.clients == 0
    message: Any = ""
    while message is not None:
        message = await asyncio.wait_for(ana.socket.read_message(), 5)
    assert ana.socket.close_code == TOO_SLOW
