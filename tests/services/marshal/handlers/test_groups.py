"""Groups, streams, filters and people."""

from __future__ import annotations

import asyncio

from tests.services.marshal.conftest import Desk


async def test_first_sight_makes_a_user_and_joins_everybody(desk: Desk) -> None:
    profile = await desk.ok("ana", "GET", "internal/profile")
    assert profile["username"] == "ana"
    groups = await desk.ok("ana", "GET", "groups", includeSingleUserGroups=True)
    assert [group["name"] for group in groups["user_groups"]] == ["Sitewide Group", "ana"]
    assert [stream["name"] for stream in profile["streams"]] == ["ZTF Public", "LSST"]
    assert profile["roles"] == ["Full user"]
    again = await desk.ok("ana", "GET", "internal/profile")
    assert again["id"] == profile["id"]
    assert desk.database["groups"].count_documents({"name": "ana"}) == 1
    assert (await desk.ok("root", "GET", "internal/profile"))["roles"] == ["Super admin"]
    service = await desk.ok("bot", "GET", "internal/profile")
    assert service["username"] == "service:ana"
    assert service["id"] != profile["id"]
    names = [user["username"] for user in (await desk.ok("ana", "GET", "user"))["users"]]
    assert names == ["ana", "root", "service:ana"]


async def test_groups_are_listed_to_those_who_may_know(desk: Desk, club: int) -> None:
    mine = await desk.ok("ana", "GET", "groups")
    assert [group["id"] for group in mine["user_groups"]] == [1, club]
    theirs = await desk.ok("cleo", "GET", "groups")
    assert [group["id"] for group in theirs["user_groups"]] == [1]
    assert [group["id"] for group in theirs["all_groups"]] == [1]
    assert club in [
        group["id"] for group in (await desk.ok("root", "GET", "groups"))["user_accessible_groups"]
    ]
    single = await desk.ok("cleo", "GET", "groups", includeSingleUserGroups=True)
    assert [group["name"] for group in single["user_groups"]] == ["Sitewide Group", "cleo"]
    assert [group["id"] for group in await desk.ok("ana", "GET", "groups", name="Club")] == [club]
    assert await desk.ok("cleo", "GET", "groups", name="Club") == []

    shown = await desk.ok("ben", "GET", f"groups/{club}")
    assert [(user["username"], user["admin"]) for user in shown["users"]] == [("ana", True), ("ben", False)]
    assert [stream["id"] for stream in shown["streams"]] == [1, 2]
    await desk.error(404, "cleo", "GET", f"groups/{club}")


async def test_only_admins_of_a_group_change_it(desk: Desk, club: int) -> None:
    await desk.ok("ana", "PUT", f"groups/{club}", {"nickname": "c"})
    assert (await desk.ok("ben", "GET", f"groups/{club}"))["nickname"] == "c"
    for who, status in (("ben", 403), ("cleo", 404)):
        await desk.error(status, who, "PUT", f"groups/{club}", {"nickname": "d"})
        await desk.error(status, who, "DELETE", f"groups/{club}")
        await desk.error(status, who, "POST", f"groups/{club}/users", {"username": "cleo"})
    assert "administrator" in await desk.error(403, "ana", "PUT", f"groups/{club}", {"stream_ids": [1]})
    await desk.ok("root", "PUT", f"groups/{club}", {"stream_ids": [1]})
    assert "no stream 9" in await desk.error(400, "root", "PUT", f"groups/{club}", {"stream_ids": [9]})
    assert "already" in await desk.error(409, "cleo", "POST", "groups", {"name": "Club"})


async def test_members_come_and_go(desk: Desk, club: int) -> None:
    users = f"groups/{club}/users"
    cleo = (await desk.ok("cleo", "GET", "internal/profile"))["id"]
    assert await desk.ok("ana", "POST", users, {"userID": cleo}) == {
        "group_id": club,
        "user_id": cleo,
        "admin": False,
    }
    assert "already" in await desk.error(409, "ana", "POST", users, {"userID": cleo})
    assert "logged in" in await desk.error(404, "ana", "POST", users, {"username": "zoe"})
    assert "userID or username" in await desk.error(400, "ana", "POST", users, {})
    await desk.ok("cleo", "DELETE", f"{users}/cleo")
    await desk.error(404, "cleo", "GET", f"groups/{club}")
    assert "last admin" in await desk.error(409, "ana", "DELETE", f"{users}/ana")
    await desk.ok("ana", "PATCH", users, {"username": "ben", "admin": True})
    await desk.ok("ana", "DELETE", f"{users}/ana")
    assert [user["username"] for user in (await desk.ok("ben", "GET", f"groups/{club}"))["users"]] == ["ben"]
    assert "leave" in await desk.error(403, "ana", "DELETE", "groups/1/users/ana")
    await desk.ok("ben", "DELETE", f"groups/{club}")
    await desk.error(404, "ben", "GET", f"groups/{club}")


async def test_streams_are_those_of_the_groups(desk: Desk) -> None:
    streams = await desk.ok("ana", "GET", "streams")
    assert [stream["name"] for stream in streams] == ["ZTF Public", "LSST"]
    assert streams[0]["altdata"] == {"survey": "ZTF", "selector": [1]}
    assert (await desk.ok("ana", "GET", "streams/2"))["name"] == "LSST"
    await desk.ok("root", "PUT", "groups/1", {"stream_ids": [1]})
    await desk.error(404, "ana", "GET", "streams/2")
    assert len(await desk.ok("root", "GET", "streams")) == 2


async def test_filters_are_checked_and_versioned(desk: Desk, club: int) -> None:
    filters = await desk.ok("ana", "GET", "filters", includeVersions=True)
    assert [one["name"] for one in filters] == ["Likely transients (ZTF)", "Likely transients (LSST)"]
    post = {"name": "Bright", "group_id": club, "stream_id": 1, "source": "magpsf < 18"}
    made = (await desk.ok("ana", "POST", "filters", post))["id"]
    assert made == 3
    stored = desk.database["filters"].find_one({"_id": made})
    assert stored is not None
    expected = {"survey": "ZTF", "kind": "expression", "active": True, "version": 1, "autosave": False}
    assert {name: stored[name] for name in expected} == expected

    wrong = await desk.error(400, "ana", "POST", "filters", post | {"source": "magpsf < __import__('os')"})
    assert "source: position 9" in wrong
    await desk.error(403, "ben", "POST", "filters", post)
    assert "not in group" in await desk.error(403, "cleo", "POST", "filters", post)
    assert "no stream 7" in await desk.error(403, "ana", "POST", "filters", post | {"stream_id": 7})

    await desk.error(403, "ben", "PATCH", f"filters/{made}", {"active": False})
    await desk.error(404, "cleo", "GET", f"filters/{made}")
    assert (await desk.ok("ana", "PATCH", f"filters/{made}", {"active": False}))["version"] == 1
    changed = await desk.ok("ana", "PATCH", f"filters/{made}", {"source": "magpsf < 17", "active": True})
    assert (changed["version"], changed["active"], changed["source"]) == (2, True, "magpsf < 17")
    assert [(past["version"], past["source"]) for past in changed["history"]] == [(1, "magpsf < 18")]
    assert [one["id"] for one in await desk.ok("ben", "GET", "filters", groupID=club)] == [made]
    await desk.error(400, "ana", "PATCH", f"filters/{made}", {"source": "magpsf <"})
    await desk.ok("ana", "DELETE", f"filters/{made}")
    await desk.error(404, "ana", "GET", f"filters/{made}")


async def test_who_is_here(desk: Desk) -> None:
    config = await desk.ok("viewer", "GET", "config")
    assert set(config["surveys"]) >= {"ZTF", "LSST"}


async def test_who_has_expired_hears_nothing_and_silences_nobody(desk: Desk, club: int) -> None:
    ana, ben = await desk.listen("ana"), await desk.listen("ben")
    user = (await desk.ok("ben", "GET", "internal/profile"))["id"]
    await desk.ok("root", "PATCH", f"user/{user}", {"expirationDate": "2020-01-01"})
    post = {"id": "Heard", "ra": 1.0, "dec": 1.0, "group_ids": [club]}
    await desk.ok("ana", "POST", "sources", post)
    assert (await ana.of("source"))["obj_id"] == "Heard"
    await ben.silence()
    assert "expired" in await desk.error(403, "ben", "GET", "groups")


async def test_a_token_of_the_marshal_listens_too_until_it_is_removed(desk: Desk, club: int) -> None:
    body = {"name": "listener", "acls": ["Comment"]}
    secret = (await desk.ok("ana", "POST", "internal/tokens", body))["token_id"]
    events = await desk.listen(secret)
    post = {"id": "ForToken", "ra": 1.0, "dec": 1.0, "group_ids": [club]}
    assert "lacks the scope" in await desk.error(403, secret, "POST", "sources", post)
    await desk.ok("ana", "POST", "sources", post)
    assert (await events.of("source"))["obj_id"] == "ForToken"
    await desk.ok("ana", "DELETE", f"internal/tokens/{secret}")
    assert await asyncio.wait_for(events.socket.read_message(), 5) is None
    assert events.socket.close_code == 4401
