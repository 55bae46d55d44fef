"""What the desk remembers of the hub's word on somebody."""

from __future__ import annotations

import pytest
from nightdesk.scopes import ADMIN_SCOPES, USER_SCOPES, VIEWER_SCOPES, scope
from nightdesk_services.marshal.access import Identity
from nightdesk_services.marshal.services.standing import forgotten, learned, within

from tests.services.marshal import world
from tests.services.marshal.conftest import Desk

USER, ADMIN = frozenset(USER_SCOPES), frozenset(ADMIN_SCOPES)
NARROW = frozenset({scope("comments", "read")})


def test_a_narrow_token_takes_nothing_from_what_is_known() -> None:
    user = learned({}, Identity("ana", False, USER))
    assert (user["seen_role"], set(user["seen_scopes"])) == ("Full user", USER)
    assert learned(user, Identity("ana", False, NARROW)) == {}
    wider = learned(learned({}, Identity("ana", False, NARROW)), Identity("ana", False, USER))
    assert wider == user


def test_who_is_no_administrator_any_more_is_learned_anew() -> None:
    root = learned({}, Identity("root", True, ADMIN))
    assert (root["hub_admin"], root["seen_role"]) == (True, "Super admin")
    after = root | learned(root, Identity("root", False, NARROW))
    assert (after["hub_admin"], after["seen_role"]) == (False, "View only")
    assert set(after["seen_scopes"]) == NARROW
    again = after | learned(after, Identity("root", False, USER))
    assert (again["seen_role"], set(again["seen_scopes"])) == ("Full user", USER)


def test_a_token_has_no_scope_that_its_owner_has_not() -> None:
    assert set(within({}, ADMIN)) == USER
    assert set(within({"seen_scopes": list(VIEWER_SCOPES)}, ADMIN)) == set(VIEWER_SCOPES)
    assert within({"seen_role": "Super admin"} | forgotten(False), ADMIN) == []


async def _token(desk: Desk, who: str, *acls: str) -> str:
    made = await desk.ok(who, "POST", "internal/tokens", {"name": "t", "acls": list(acls)})
    return str(made["token_id"])


async def test_a_demoted_administrators_token_is_no_administrator(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = await _token(desk, "root", "System admin", "Upload data", "Comment")
    hidden = (await desk.ok("ana", "POST", "groups", {"name": "Hidden", "private": True}))["id"]
    assert (await desk.ok(secret, "GET", f"groups/{hidden}"))["id"] == hidden
    await desk.ok(secret, "GET", "audit")
    # the hub says so as soon as root comes with any token of its own
    monkeypatch.setitem(world.PEOPLE, "root", Identity("root", False, USER))
    await desk.ok("root", "GET", "internal/profile")
    await desk.error(404, secret, "GET", f"groups/{hidden}")
    assert "System admin" in await desk.error(403, secret, "GET", "audit")
    left = await desk.ok(secret, "GET", "internal/profile")
    assert left["permissions"] == ["Comment", "Upload data"]
    assert left["roles"] == ["Full user"]
    await desk.ok(secret, "POST", "groups", {"name": "Still a user"})


@pytest.mark.parametrize("way", ["role", "hub"])
async def test_a_user_who_may_only_look_has_tokens_that_only_look(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    secret = await _token(desk, "ana", "Upload data", "Comment")
    await desk.ok(secret, "POST", "groups", {"name": "Mine"})
    ana = (await desk.ok("ana", "GET", "internal/profile"))["id"]
    if way == "role":
        await desk.ok("root", "POST", f"user/{ana}/roles", {"roleIds": ["View only"]})
        await desk.ok("root", "DELETE", f"user/{ana}/roles/Full user")
    else:
        desk.database["users"].update_one({"_id": ana}, {"$set": forgotten(False)})
        desk.marshal.people.forget()
    assert "lacks the scope" in await desk.error(403, secret, "POST", "groups", {"name": "No"})
    if way == "hub":
        # until she comes again
        await desk.ok("ana", "GET", "internal/profile")
        await desk.ok(secret, "POST", "groups", {"name": "Again"})
