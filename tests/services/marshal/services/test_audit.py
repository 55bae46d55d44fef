"""The audit log: every write with its author, nothing secret, nothing lost."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import Any

import pytest
from nightdesk_services.marshal.exceptions import Unavailable
from nightdesk_services.marshal.services.audit import AuditService
from nightdesk_services.marshal.storage.audit import Audit

from tests.services.marshal.conftest import Desk

Document = dict[str, Any]


async def entries(desk: Desk, **query: Any) -> list[Document]:
    """What an administrator reads, once all that was written is there."""
    await desk.marshal.audit.flushed()
    found: list[Document] = (await desk.ok("root", "GET", "audit", **query))["entries"]
    return found


async def test_a_write_is_told_with_names_and_ids_alone(desk: Desk) -> None:
    made = (await desk.ok("ana", "POST", "groups", {"name": "Secret name", "private": True}))["id"]
    await desk.ok("ana", "GET", "groups")
    await desk.ok("ana", "PUT", f"groups/{made}", {"name": "Other", "nickname": "o"})
    await desk.error(404, "cleo", "DELETE", f"groups/{made}")
    await desk.error(403, "viewer", "DELETE", f"groups/{made}")
    await desk.error(400, "ana", "POST", "groups", {"colour": 1})
    await desk.error(401, "unheard-of", "POST", "groups", {})
    told = await entries(desk)
    ana = (await desk.ok("ana", "GET", "internal/profile"))["id"]
    shown = [(e["username"], e["method"], e["route"], e["fields"], e["status"], e["outcome"]) for e in told]
    assert shown == [
        ("ana", "POST", "groups", ["colour"], 400, "refused"),
        ("viewer", "DELETE", "groups/{}", [], 403, "refused"),
        ("cleo", "DELETE", "groups/{}", [], 404, "refused"),
        ("ana", "PUT", "groups/{}", ["name", "nickname"], 200, "done"),
        ("ana", "POST", "groups", ["name", "private"], 200, "done"),
    ]
    first, change = told[-1], told[-2]
    assert (first["user_id"], first["bot"], first["made"]) == (ana, False, [str(made)])
    assert (change["path"], change["keys"]) == (f"groups/{made}", [str(made)])
    assert first["at"] <= change["at"]
    assert "Secret name" not in str(told)


async def test_a_token_is_told_by_its_number_never_by_itself(desk: Desk) -> None:
    body = {"name": "bot", "acls": ["Comment", "Upload data"]}
    secret = (await desk.ok("ana", "POST", "internal/tokens", body))["token_id"]
    number = secret.split("-")[1]
    await desk.ok(secret, "POST", "groups", {"name": "By token"})
    await desk.ok("ana", "PUT", f"internal/tokens/{secret}", {"name": "other"})
    await desk.ok("bot", "PATCH", "internal/profile", {"bio": "a service"})
    by_service, changed, by_token, made = await entries(desk)
    assert made["made"] == [f"ndt-{number}"]
    assert (by_token["token_id"], by_token["username"]) == (number, "ana")
    assert (changed["keys"], changed["path"]) == ([f"ndt-{number}"], f"internal/tokens/ndt-{number}")
    assert (by_service["bot"], by_service["username"]) == (True, "service:ana")
    assert secret not in str(list(desk.database["audit"].find()))
    assert [e["route"] for e in await entries(desk, tokenID=number)] == ["groups"]


async def test_it_is_searched_and_paged(desk: Desk) -> None:
    ids = [(await desk.ok("ana", "POST", "groups", {"name": f"G{i}"}))["id"] for i in range(4)]
    await desk.ok("root", "DELETE", f"groups/{ids[0]}")
    await desk.error(404, "cleo", "DELETE", f"groups/{ids[0]}")
    assert [e["username"] for e in await entries(desk, key=str(ids[0]))] == ["cleo", "root"]
    assert len(await entries(desk, username="ana")) == 4
    assert len(await entries(desk, outcome="done", userID=0)) == 0
    assert len(await entries(desk, outcome="refused")) == 1
    assert len(await entries(desk, route="groups/{}")) == 2
    assert await entries(desk, startDate="2999-01-01") == []
    assert len(await entries(desk, endDate="2999-01-01", bot="false")) == 6
    page = await desk.ok("root", "GET", "audit", numPerPage=4, pageNumber=2)
    assert (page["totalMatches"], len(page["entries"]), page["pageNumber"]) == (6, 2, 2)
    assert "outcome" in await desk.error(400, "root", "GET", "audit", outcome="perhaps")


async def test_it_is_for_system_administrators(desk: Desk) -> None:
    for who in ("ana", "viewer"):
        assert "System admin" in await desk.error(403, who, "GET", "audit")


async def test_a_clean_stop_stores_what_waits(desk: Desk) -> None:
    answers = [desk.call("ana", "POST", "groups", {"name": f"Late {i}"}) for i in range(20)]
    await asyncio.gather(*answers)
    await desk.marshal.audit.stop()
    assert desk.database["audit"].count_documents({"status": 200}) == 20


async def test_a_stop_waits_for_writes_that_are_under_way(desk: Desk) -> None:
    audit = desk.marshal.audit
    audit.begin()
    stopping = asyncio.create_task(audit.stop())
    await asyncio.sleep(0.05)
    assert not stopping.done()
    audit.end({"username": "ana"})
    await asyncio.wait_for(stopping, 5)
    assert desk.database["audit"].count_documents({"username": "ana"}) == 1


class Away(Audit):
    """A store that is away for its first two calls, and once stores without saying so."""

    calls = 0

    async def insert(self, entries: Sequence[Document]) -> None:
        self.calls += 1
        if self.calls == 1:
            await super().insert(entries)
        if self.calls < 3:
            raise Unavailable("away")
        await super().insert(entries)


async def test_a_store_that_comes_back_has_each_entry_once(desk: Desk) -> None:
    service = AuditService(desk.marshal.store, Away(desk.marshal.store))
    for i in range(3):
        service.begin()
        service.end({"username": f"u{i}"})
    await service.stop()
    assert desk.database["audit"].count_documents({"username": {"$in": ["u0", "u1", "u2"]}}) == 3


class Gone(Audit):
    async def insert(self, entries: Sequence[Document]) -> None:
        raise RuntimeError("the store refuses")


async def test_what_no_store_takes_is_in_the_log(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    service = AuditService(desk.marshal.store, Gone(desk.marshal.store))
    with caplog.at_level(logging.ERROR):
        service.begin()
        service.end({"username": "ana", "route": "groups"})
        await service.stop()
    assert '"username":"ana"' in caplog.text
    assert not service.waiting
