"""Messages are for one person alone."""

from __future__ import annotations

from tests.services.marshal.conftest import Desk


async def user(desk: Desk, who: str) -> int:
    return int((await desk.ok(who, "GET", "internal/profile"))["id"])


async def tell(desk: Desk, who: str, text: str) -> None:
    await desk.marshal.notices.tell(await user(desk, who), text, "/source/X", "mention")


async def test_an_inbox_is_read_and_emptied(desk: Desk) -> None:
    for text in ("one", "two", "three"):
        await tell(desk, "ana", text)
    await tell(desk, "ben", "not yours")
    mine = await desk.ok("ana", "GET", "internal/notifications")
    assert [(one["text"], one["viewed"], one["kind"]) for one in mine] == [
        ("three", False, "mention"),
        ("two", False, "mention"),
        ("one", False, "mention"),
    ]
    first = mine[-1]["id"]
    await desk.ok("ana", "PATCH", f"internal/notifications/{first}", {"viewed": True})
    assert [one["viewed"] for one in await desk.ok("ana", "GET", "internal/notifications")] == [
        False,
        False,
        True,
    ]
    await desk.ok("ana", "PATCH", "internal/notifications/all", {"viewed": True})
    assert all(one["viewed"] for one in await desk.ok("ana", "GET", "internal/notifications"))
    assert "viewed" in await desk.error(400, "ana", "PATCH", f"internal/notifications/{first}", {})
    for who in ("ben", "root"):
        await desk.error(404, who, "PATCH", f"internal/notifications/{first}", {"viewed": False})
        await desk.error(404, who, "DELETE", f"internal/notifications/{first}")
    await desk.ok("ana", "DELETE", f"internal/notifications/{first}")
    await desk.error(404, "ana", "DELETE", f"internal/notifications/{first}")
    await desk.ok("ana", "DELETE", "internal/notifications")
    assert await desk.ok("ana", "GET", "internal/notifications") == []
    (theirs,) = await desk.ok("ben", "GET", "internal/notifications")
    assert (theirs["text"], theirs["viewed"]) == ("not yours", False)
    await desk.error(403, "nobody", "GET", "internal/notifications")


async def test_a_message_is_pushed_to_its_reader_alone(desk: Desk) -> None:
    ana, root = await desk.listen("ana"), await desk.listen("root")
    await tell(desk, "ana", "hello")
    event = await ana.of("notification")
    assert (event["action"], event["obj_id"], event["data"]["text"]) == ("insert", None, "hello")
    number = event["data"]["id"]
    await desk.ok("ana", "PATCH", f"internal/notifications/{number}", {"viewed": True})
    event = await ana.of("notification")
    assert (event["action"], event["data"]["viewed"]) == ("update", True)
    await root.silence()
