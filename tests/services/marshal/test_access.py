"""The policy by itself."""

from __future__ import annotations

from typing import Any

import pytest
from nightdesk.scopes import USER_SCOPES, scope
from nightdesk_services.marshal.access import Access, Directory, Identity
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
