"""The marshal's own tokens through the official client, and that none does more than it says."""

from __future__ import annotations

import hashlib
import logging

import httpx
import pytest
from skyportal_py.groups import GroupPost
from skyportal_py.profile import ProfilePatch
from skyportal_py.teams import TeamPost
from skyportal_py.users import UserPost

from tests.conformance.conftest import Desk
from tests.conformance.people import number, refused


def made(desk: Desk, who: str, name: str, *acls: str) -> str:
    return desk.client(who).post_token(name, list(acls)).token_id


def test_a_token_speaks_for_its_owner(desk: Desk) -> None:
    secret = made(desk, "ana", "own", "Comment", "Upload data")
    mine = desk.client(secret).fetch_profile()
    assert (mine.id, mine.username) == (number(desk, "ana"), "ana")
    assert mine.permissions == ["Comment", "Upload data"]
    group = desk.client(secret).post_group(GroupPost(name="Made by token"))
    assert group.id in [g.id for g in desk.client().fetch_groups().user_groups]


def test_a_token_is_shown_once_and_kept_as_a_hash(desk: Desk) -> None:
    secret = made(desk, "ben", "once", "Comment")
    (listed,) = [token for token in desk.client("ben").fetch_tokens() if token.name == "once"]
    assert (listed.created_by_id, listed.acls) == (number(desk, "ben"), [{"id": "Comment"}])
    assert listed.id != secret
    assert listed.id in secret
    stored = desk.database["tokens"].find_one({"_id": listed.id})
    assert stored is not None
    part = secret.rpartition(listed.id + "-")[2]
    assert stored["hash"] == hashlib.sha256(part.encode()).hexdigest()
    assert part not in str(stored)
    with refused(401):
        desk.client(f"ndt-{listed.id}-{stored['hash']}").fetch_profile()
    with refused(401):
        desk.client(f"ndt-{listed.id}").fetch_profile()
    with refused(401):
        desk.client(secret[:-1]).fetch_profile()


def test_a_token_tells_when_it_was_used(desk: Desk) -> None:
    secret = made(desk, "ben", "used", "Comment")
    number_ = next(token.id for token in desk.client("ben").fetch_tokens() if token.name == "used")
    assert (desk.client("ben").fetch_token(number_).created_by or {})["last_used_at"] is None
    desk.client(secret).fetch_acls()
    assert (desk.client("ben").fetch_token(number_).created_by or {})["last_used_at"] is not None


def test_tokens_are_seen_by_their_owner_and_administrators(desk: Desk) -> None:
    secret = made(desk, "cleo", "hidden")
    (mine,) = desk.client("cleo").fetch_tokens()
    assert desk.client().fetch_tokens(user_id=number(desk, "cleo")) == []
    for call in (
        lambda: desk.client().fetch_token(mine.id),
        lambda: desk.client().update_token(mine.id, name="stolen"),
        lambda: desk.client().delete_token(mine.id),
    ):
        with refused(404, "no such token"):
            call()
    assert [t.name for t in desk.client("root").fetch_tokens(user_id=number(desk, "cleo"))] == ["hidden"]
    assert mine.id in [token.id for token in desk.client("root").fetch_tokens()]
    assert desk.client("cleo").fetch_token(secret).id == mine.id


def test_a_token_changes_and_goes(desk: Desk) -> None:
    ana = desk.client()
    secret = made(desk, "ana", "first", "Comment")
    ana.update_token(secret, name="second", acls=["Comment", "Classify"])
    shown = ana.fetch_token(secret)
    assert (shown.name, shown.acls) == ("second", [{"id": "Classify"}, {"id": "Comment"}])
    assert desk.client(secret).fetch_profile().permissions == ["Classify", "Comment"]
    ana.update_token(secret, acls=["Comment"], user_id=number(desk, "ana"))
    assert desk.client(secret).fetch_profile().permissions == ["Comment"]
    made(desk, "ana", "third")
    with refused(409, "name: there is a token 'third' already"):
        ana.update_token(secret, name="third")
    with refused(409, "name: ana has a token 'third' already"):
        made(desk, "ana", "third")
    ana.delete_token(secret)
    with refused(401):
        desk.client(secret).fetch_profile()
    with refused(404):
        ana.fetch_token(secret)


def test_a_token_brings_no_acl_that_one_does_not_hold(desk: Desk) -> None:
    with refused(403, "acls: you do not hold the ACL 'Manage users'"):
        made(desk, "ana", "greedy", "Comment", "Manage users")
    with refused(400, "acls: no ACL 'Fly'"):
        made(desk, "ana", "odd", "Fly")
    secret = made(desk, "ana", "modest", "Comment")
    with refused(403, "do not hold"):
        desk.client().update_token(secret, acls=["System admin"])
    with refused(403, "user_id"):
        desk.client().post_token("for ben", ["Comment"], user_id=number(desk, "ben"))


def test_an_administrator_makes_a_token_for_a_bot(desk: Desk) -> None:
    root = desk.client("root")
    bot = root.post_user(UserPost(username="classifier")).id
    secret = root.post_token("bot", ["Classify"], user_id=bot).token_id
    mine = desk.client(secret).fetch_profile()
    assert (mine.username, mine.permissions) == ("classifier", ["Classify"])
    with refused(403, "classifier does not hold the ACL 'Manage users'"):
        root.post_token("bot 2", ["Manage users"], user_id=bot)
    with refused(400, "no user 999"):
        root.post_token("bot 3", [], user_id=999)


def test_a_token_loses_what_its_owner_loses(desk: Desk) -> None:
    root, cleo = desk.client("root"), number(desk, "cleo")
    root.post_user_acl(cleo, ["Post taxonomy"])
    secret = made(desk, "cleo", "taxonomist", "Post taxonomy", "Comment")
    assert "Post taxonomy" in desk.client(secret).fetch_profile().permissions
    root.delete_user_acl(cleo, "Post taxonomy")
    assert desk.client(secret).fetch_profile().permissions == ["Comment"]


def test_a_narrow_token_makes_no_wider_one(desk: Desk) -> None:
    narrow = made(desk, "root", "narrow", "Manage users", "Comment")
    other = made(desk, "root", "wide", "Upload data")
    wider = desk.client(narrow)
    with refused(403, "do not hold"):
        wider.post_token("more", ["Upload data"])
    with refused(403, "do not hold"):
        wider.update_token(narrow, acls=["System admin", "Comment"])
    with refused(403, "do not hold"):
        wider.update_token(other, acls=["Upload data", "Classify"])
    child = wider.post_token("same", ["Comment", "Manage users"]).token_id
    assert desk.client(child).fetch_profile().permissions == ["Comment", "Manage users"]


def test_an_administrators_narrow_token_is_no_administrator(desk: Desk) -> None:
    secret = made(desk, "root", "no admin", "Manage users", "Manage groups")
    narrow, root, ben = desk.client(secret), number(desk, "root"), number(desk, "ben")
    hidden = desk.client("ben").post_group(GroupPost(name="Hidden from narrow")).id
    desk.client("ben").update_group(hidden, "Hidden from narrow", private=True)
    assert hidden in [g.id for g in desk.client("root").fetch_groups().user_accessible_groups]
    assert hidden not in [g.id for g in narrow.fetch_groups().user_accessible_groups]
    assert "Super admin" not in narrow.fetch_profile().roles
    with refused(404):
        narrow.fetch_group(hidden)
    with refused(404):
        narrow.update_group(hidden, "mine")
    with refused(404):
        narrow.delete_group(hidden)
    for call in (
        lambda: narrow.post_user_role(ben, ["Super admin"]),
        lambda: narrow.post_user_role(root, ["Full user"]),
        lambda: narrow.post_user_acl(root, ["System admin"]),
        lambda: narrow.post_user_acl(ben, ["Upload data"]),
        lambda: narrow.post_user(UserPost(username="ringer")),
        lambda: narrow.post_stream("own"),
        narrow.fetch_db_stats,
        lambda: narrow.post_stream_user(1, ben),
    ):
        with refused(403):
            call()


def test_a_token_without_acls_only_reads(desk: Desk) -> None:
    reading = desk.client(made(desk, "root", "reader"))
    assert reading.fetch_users().total_matches > 0
    for call in (
        lambda: reading.post_group(GroupPost(name="No")),
        lambda: reading.post_team(TeamPost(name="No", group_ids=[1])),
        lambda: reading.update_profile(ProfilePatch(bio="No")),
        lambda: reading.post_token("No", []),
        lambda: reading.post_group_admission_request(1, number(desk, "root")),
    ):
        with refused(403, "lacks the scope"):
            call()


@pytest.mark.parametrize("end", ["expired", "removed"])
def test_a_token_ends_with_its_owner(desk: Desk, end: str) -> None:
    root = desk.client("root")
    user = root.post_user(UserPost(username=f"gone-{end}")).id
    secret = root.post_token("left", ["Comment"], user_id=user).token_id
    assert desk.client(secret).fetch_profile().id == user
    if end == "expired":
        root.update_user(user, expiration_date="2021-05-05")
    else:
        root.delete_user(user)
        root.post_user(UserPost(username=f"gone-{end}"))
    with refused(401):
        desk.client(secret).fetch_profile()


def test_a_token_in_an_address_does_not_reach_the_log(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    secret = made(desk, "ana", "logged")
    with caplog.at_level(logging.INFO):
        desk.client().fetch_token(secret)
        httpx.get(f"{desk.url}/api/internal/tokens/{secret}")
    said = [r.getMessage() for r in caplog.records if r.name.startswith(("tornado", "nightdesk"))]
    assert any("internal/tokens/ndt-" in line for line in said)
    assert not any(secret in line for line in said)
