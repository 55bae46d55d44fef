"""Saving sources to groups, and proposing them, through the official client."""

from __future__ import annotations

import httpx
from skyportal_py.groups import GroupPost
from skyportal_py.source_groups import SourceGroupsPost

from tests.conformance.conftest import Desk
from tests.conformance.people import new_group, number, refused
from tests.conformance.targets import save


def saved(desk: Desk, obj_id: str) -> list[int]:
    source = desk.database["sources"].find_one({"_id": obj_id})
    return sorted(source["group_ids"]) if source else []


def sees(desk: Desk, who: str, obj_id: str) -> bool:
    headers = {"Authorization": f"token {who}"}
    return httpx.get(f"{desk.url}/api/sources/{obj_id}", headers=headers).status_code == 200


def post(obj_id: str, invite: list[int] = [], unsave: list[int] = []) -> SourceGroupsPost:  # noqa: B006
    return SourceGroupsPost(obj_id=obj_id, invite_group_ids=invite, unsave_group_ids=unsave)


def test_a_source_is_saved_to_ones_own_groups_and_taken_out(desk: Desk) -> None:
    one, two = new_group(desk.client(), "Own one"), new_group(desk.client(), "Own two")
    save(desk, "OwnSource", one, 20.0, 20.0)
    desk.client().post_source_groups(post("OwnSource", [two]))
    assert saved(desk, "OwnSource") == [one, two]
    desk.client().post_source_groups(post("OwnSource", unsave=[one]))
    assert saved(desk, "OwnSource") == [two]
    with refused(404, "unsaveGroupIds"):
        desk.client().post_source_groups(post("OwnSource", unsave=[one]))
    with refused(400, "inviteGroupIds or unsaveGroupIds"):
        desk.client().post_source_groups(post("OwnSource"))
    with refused(404, "no source Nowhere"):
        desk.client().post_source_groups(post("Nowhere", [one]))


def test_to_another_group_a_source_is_proposed(desk: Desk) -> None:
    mine = new_group(desk.client(), "Proposing")
    theirs = desk.client("ben").post_group(GroupPost(name="Proposed to")).id
    save(desk, "Proposed", mine, 21.0, 21.0)
    desk.client().post_source_groups(post("Proposed", [theirs]))
    desk.client().post_source_groups(post("Proposed", [theirs]))
    assert desk.database["source_requests"].count_documents({"obj_id": "Proposed"}) == 1
    assert saved(desk, "Proposed") == [mine]
    assert not sees(desk, "ben", "Proposed")
    with refused(404, f"no group {theirs} of yours"):
        desk.client().update_source_group("Proposed", theirs, active=True, requested=False)
    desk.client("ben").update_source_group("Proposed", theirs, active=True, requested=False)
    assert saved(desk, "Proposed") == [mine, theirs]
    assert sees(desk, "ben", "Proposed")
    source = desk.database["sources"].find_one({"_id": "Proposed"})
    assert source is not None
    (entry,) = [s for s in source["saves"] if s["group_id"] == theirs]
    assert entry["saved_by"]["username"] == "ben"
    assert desk.database["source_requests"].count_documents({"obj_id": "Proposed"}) == 0


def test_a_proposal_is_declined(desk: Desk) -> None:
    mine = new_group(desk.client(), "Declined by")
    theirs = desk.client("ben").post_group(GroupPost(name="Declining")).id
    save(desk, "Declined", mine, 22.0, 22.0)
    desk.client().post_source_groups(post("Declined", [theirs]))
    desk.client("ben").update_source_group("Declined", theirs, active=False, requested=False)
    assert saved(desk, "Declined") == [mine]
    with refused(404, "neither saved nor proposed"):
        desk.client("ben").update_source_group("Declined", theirs, active=True, requested=False)
    assert not sees(desk, "ben", "Declined")


def test_a_save_is_ended_and_begun_again(desk: Desk) -> None:
    group = new_group(desk.client(), "Again")
    desk.client().post_group_user(group, number(desk, "ben"))
    save(desk, "AgainSource", group, 23.0, 23.0)
    desk.client().update_source_group("AgainSource", group, active=False, requested=True)
    assert saved(desk, "AgainSource") == []
    assert desk.database["source_requests"].count_documents({"obj_id": "AgainSource"}) == 1
    desk.client("ben").update_source_group("AgainSource", group, active=True, requested=False)
    assert saved(desk, "AgainSource") == [group]
    desk.client().update_group_user(group, number(desk, "ben"), can_save=False)
    with refused(403, "may not save"):
        desk.client("ben").update_source_group("AgainSource", group, active=False, requested=False)


def test_a_strangers_source_is_not_told_of(desk: Desk) -> None:
    mine, hidden = new_group(desk.client(), "Unseen"), new_group(desk.client("cleo"), "Hidden")
    save(desk, "Unseen", mine, 24.0, 24.0)
    with refused(404, "no source Unseen"):
        desk.client("cleo").post_source_groups(post("Unseen", [hidden]))
    with refused(400, f"inviteGroupIds: no group {hidden}"):
        desk.client().post_source_groups(post("Unseen", [hidden]))
    with refused(404, "neither saved nor proposed"):
        desk.client("cleo").update_source_group("Unseen", hidden, active=True, requested=False)
    with refused(403, "not in group"):
        open_ = desk.client("cleo").post_group(GroupPost(name="Open of cleo")).id
        desk.client().post_source_groups(post("Unseen", unsave=[open_]))
    assert saved(desk, "Unseen") == [mine]
