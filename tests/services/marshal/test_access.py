"""The policy by itself."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from nightdesk.scopes import USER_SCOPES, scope
from nightdesk_services.marshal.access import Access, Directory, Identity, barred
from nightdesk_services.marshal.exceptions import Denied


def member(name: str, **flags: Any) -> dict[str, Any]:
    return {"username": name, "admin": False, "can_save": True, **flags}


DIRECTORY = Directory(
    groups={
        1: {"_id": 1, "name": "All", "stream_ids": [1], "members": [member("ana"), member("ben")]},
        2: {"_id": 2, "name": "Partners", "stream_ids": [2], "members": [member("ben", admin=True)]},
        3: {
            "_id": 3,
            "name": "ana",
            "single_user_group": True,
            "stream_ids": [2],
            "members": [member("ana", admin=True)],
        },
        4: {"_id": 4, "name": "Readers", "stream_ids": [], "members": [member("ana", can_save=False)]},
    },
    streams={
        1: {"_id": 1, "altdata": {"survey": "ZTF", "selector": [1]}},
        2: {"_id": 2, "altdata": {"survey": "ZTF", "selector": [1, 2]}},
    },
)


def who(name: str, *scopes: str, admin: bool = False) -> Access:
    return Access(7, Identity(name, admin, frozenset(scopes or USER_SCOPES)), DIRECTORY)


def test_points_of_a_partner_programme_are_for_its_groups() -> None:
    assert who("ana").sees_point("ZTF", 1)
    assert who("ana").sees_point("ZTF", None)
    assert not who("ana").sees_point("ZTF", 2), "a single-user group grants no stream"
    assert who("ben").sees_point("ZTF", 2)
    assert not who("ben").sees_point("LSST", 1)
    assert who("root", admin=True).sees_point("LSST", 1)


def test_what_a_group_holds_is_seen_by_its_members() -> None:
    documents = [{"n": 1, "group_ids": [1]}, {"n": 2, "group_ids": [2]}, {"n": 3, "group_ids": []}]
    assert [d["n"] for d in who("ana").visible(documents)] == [1]
    assert [d["n"] for d in who("ben").visible(documents)] == [1, 2]
    assert [d["n"] for d in who("eve").visible(documents)] == []
    assert len(who("eve", scope("system", "write")).visible(documents)) == 3


def test_asking_for_a_group_of_others_is_denied() -> None:
    assert who("ana").chosen([1]) == {1}
    assert who("ana").chosen(None) == {1, 3, 4}
    with pytest.raises(Denied, match="group 2"):
        who("ana").chosen([1, 2])


def test_saving_needs_the_flag() -> None:
    assert who("ana").savable([1]) == [1]
    with pytest.raises(Denied, match="save to group 4"):
        who("ana").savable([4])


def test_only_authors_and_administrators_change_words() -> None:
    who("ana").require_author({"author": {"id": 7}}, "comment")
    with pytest.raises(Denied):
        who("ana").require_author({"author": {"id": 8}}, "comment")
    who("root", admin=True).require_author({"author": {"id": 8}}, "comment")


def test_a_service_is_not_the_person_of_its_name() -> None:
    service = Access(7, Identity("ana", False, frozenset(), "service"), DIRECTORY)
    assert service.username == "service:ana"
    assert not service.memberships


def holder(acls: set[str] | None, *, admin: bool = False, **record: Any) -> Access:
    """Somebody with a record of their own, by a token with these ACLs (None: by a hub token)."""
    user = {"_id": 7, "username": "eve", **record}
    known = Directory(DIRECTORY.groups, DIRECTORY.streams, {7: user})
    bound = None if acls is None else frozenset(acls)
    return Access(7, Identity("eve", admin, frozenset(USER_SCOPES), acls=bound), known)


def test_a_token_bounds_what_its_owner_may() -> None:
    assert "Comment" in holder(None).acls
    assert holder({"Comment", "Manage users"}, roles=["Full user"]).acls == {"Comment"}
    assert not holder({"Comment"}, admin=True).super_admin
    assert not holder({"Comment"}, roles=["Super admin"]).super_admin
    assert holder({"System admin"}, roles=["Super admin"]).super_admin
    assert holder({"Comment"}, roles=["Super admin"]).roles == {"View only"}
    assert holder({"Comment"}, roles=["Super admin"]).acls == {"Comment"}


def test_nobody_gives_or_rules_over_what_they_do_not_hold() -> None:
    manager = holder(None, roles=["Group admin"])
    manager.require_giving_roles(["Group admin", "Full user"], "roles")
    manager.require_over({"_id": 8, "username": "ana", "seen_role": "Full user"})
    for record in ({"roles": ["Super admin"]}, {"seen_role": "Super admin"}, {"acls": ["System admin"]}):
        with pytest.raises(Denied):
            manager.require_over({"_id": 8, "username": "ana", **record})
    with pytest.raises(Denied, match="super admin"):
        manager.require_giving_roles(["Super admin"], "roles")
    with pytest.raises(Denied, match="Delete taxonomy"):
        manager.require_giving(["Comment", "Delete taxonomy"], "acls")
    with pytest.raises(Denied, match="Manage users"):
        holder(None).require_over({"_id": 8, "username": "ana"})


def test_streams_of_ones_own_show_their_points() -> None:
    assert not holder(None).sees_point("ZTF", 2)
    assert holder(None, stream_ids=[2]).sees_point("ZTF", 2)


def test_who_has_expired_or_was_removed_is_barred() -> None:
    past = datetime(2020, 1, 1, tzinfo=UTC)
    assert "expired on 2020-01-01" in barred({"expiration_date": past})
    assert "removed" in barred({"deleted_at": past})
    assert not barred({"expiration_date": datetime(2999, 1, 1, tzinfo=UTC)})
    assert not barred({"expiration_date": None})
