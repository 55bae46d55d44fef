"""Invitations through the official client."""

from __future__ import annotations

import httpx
import pytest
from skyportal_py.invitations import Invitation, InvitationPost

from tests.conformance.conftest import Desk
from tests.conformance.people import new_group, number, refused


@pytest.fixture(scope="module", autouse=True)
def host(desk: Desk) -> None:
    """Ana manages users; ben and cleo do not."""
    desk.client("root").post_user_role(number(desk, "ana"), ["Group admin"])
    for who in ("ben", "cleo"):
        number(desk, who)


def invite(desk: Desk, who: str, group: int, **fields: object) -> int:
    post = {"user_email": "guest@x.org", "group_ids": [group], **fields}
    return desk.client(who).post_invitation(InvitationPost.model_validate(post, by_name=True)).id


def shown(desk: Desk, who: str, made: int, *, used: bool = True) -> Invitation:
    page = desk.client(who).fetch_invitations(include_used=used, num_per_page=500)
    return next(one for one in page.invitations if one.id == made)


def accept(desk: Desk, who: str, secret: str | None) -> httpx.Response:
    headers = {"Authorization": f"token {who}"}
    return httpx.post(f"{desk.url}/api/invitations/accept", json={"token": secret}, headers=headers)


def test_an_invitation_says_what_it_brings(desk: Desk) -> None:
    group = new_group(desk.client(), "Inviting")
    made = invite(
        desk,
        "ana",
        group,
        role="View only",
        stream_ids=[1, 2],
        group_admin=[True],
        can_save=[False],
        can_share_photometry=[True],
        user_expiration_date="2031-01-02",
    )
    one = shown(desk, "ana", made)
    assert (one.user_email, one.role_id, one.used) == ("guest@x.org", "View only", False)
    assert one.role is not None and one.role.acls == []
    flags = (one.admin_for_groups, one.can_save_to_groups, one.can_share_photometry_for_groups)
    assert flags == ([True], [False], [True])
    assert one.user_expiration_date is not None and one.user_expiration_date.year == 2031
    assert [g.id for g in one.groups or []] == [group]
    assert [s.id for s in one.streams or []] == [1, 2]
    assert one.invited_by is not None and one.invited_by.username == "ana"
    plain = shown(desk, "ana", invite(desk, "ana", group))
    assert (plain.role_id, plain.admin_for_groups, plain.can_save_to_groups) == ("Full user", [False], [True])
    assert plain.can_share_photometry_for_groups == [False]
    assert [s.id for s in plain.streams or []] == [1, 2]


def test_invitations_are_listed_by_page_and_by_what_they_say(desk: Desk) -> None:
    ana, root = desk.client(), desk.client("root")
    group, others = new_group(ana, "Invited here"), new_group(root, "Invited by root")
    made = [invite(desk, "ana", group, user_email=f"page{n}@List.org") for n in range(3)]
    of_root = invite(desk, "root", others, user_email="page9@list.org")
    stream = root.post_stream("Invitation stream").id
    root.post_stream_user(stream, number(desk, "root"))
    special = invite(desk, "root", others, stream_ids=[1, 2, stream])

    def found(who: str = "ana", **query: object) -> list[int]:
        page = desk.client(who).fetch_invitations(**query)  # type: ignore[arg-type]
        assert page.total_matches >= len(page.invitations)
        return [one.id for one in page.invitations]

    assert found(email="@list") == made
    assert found(email="@list", num_per_page=2, page_number=2) == made[2:]
    assert desk.client().fetch_invitations(email="@list", num_per_page=2).total_matches == 3
    assert found(email="page.@") == [], "what is searched for is no pattern"
    assert found("root", email="@list") == [*made, of_root]
    assert found(group="Invited here") == made
    assert found(group="Invited by root") == []
    assert found("root", group="Invited by root") == [of_root, special]
    assert found("root", stream="Invitation stream") == [special]
    assert found("root", invited_by="AN", email="@list") == made
    assert found("ana", invited_by="root") == []
    assert shown(desk, "root", made[0]).token is None, "only who invites may pass it on"


def test_an_invitation_is_accepted_once(desk: Desk) -> None:
    group = new_group(desk.client(), "Accepting")
    made = invite(desk, "ana", group, can_save=[False], can_share_photometry=[True])
    secret = shown(desk, "ana", made).token
    assert accept(desk, "ben", "guess").status_code == 404
    answer = accept(desk, "ben", secret)
    assert answer.json()["data"] == {"group_ids": [group]}
    (ben,) = [m for m in desk.client().fetch_group(group).users or [] if m.username == "ben"]
    assert (ben.admin, ben.can_save, ben.can_share_photometry) == (False, False, True)
    assert accept(desk, "cleo", secret).status_code == 404
    assert made not in [one.id for one in desk.client().fetch_invitations().invitations]
    assert shown(desk, "ana", made).used is True
    with refused(409, "was accepted"):
        desk.client().update_invitation(made, role="View only")
    assert desk.client("ben").fetch_profile().roles == ["Full user"], "who was here keeps their role"


def test_a_newcomer_gets_role_and_end(desk: Desk) -> None:
    group = new_group(desk.client(), "Newcomers")
    made = invite(desk, "ana", group, role="View only", user_expiration_date="2035-05-05")
    secret = shown(desk, "ana", made).token
    assert accept(desk, "bot", secret).status_code == 200
    mine = desk.client("bot").fetch_profile()
    assert mine.roles == ["View only"]
    assert mine.expiration_date is not None and mine.expiration_date.year == 2035


def test_an_invitation_ends_with_the_rights_of_who_sent_it(desk: Desk) -> None:
    group = new_group(desk.client("root"), "Left by ana")
    desk.client("root").post_group_user(group, number(desk, "ana"), admin=True)
    secret = shown(desk, "ana", invite(desk, "ana", group)).token
    desk.client("root").delete_group_user(group, number(desk, "ana"))
    assert accept(desk, "cleo", secret).json()["data"] == {"group_ids": []}
    assert group not in [g.id for g in desk.client("cleo").fetch_groups().user_groups]


def test_an_invitation_is_changed_by_who_sent_it(desk: Desk) -> None:
    one, two = new_group(desk.client(), "Change one"), new_group(desk.client(), "Change two")
    made = invite(desk, "ana", one, group_admin=[True])
    ana = desk.client()
    ana.update_invitation(made, group_ids=[two, one], stream_ids=[1, 2], role="View only")
    ana.update_invitation(made, user_expiration_date="2032-02-03")
    found = shown(desk, "ana", made)
    assert {g.id for g in found.groups or []} == {one, two}
    assert found.admin_for_groups == [False, True]
    assert found.role_id == "View only"
    assert found.user_expiration_date is not None and found.user_expiration_date.year == 2032
    with refused(400, "streamIDs: the groups have stream 2 too"):
        ana.update_invitation(made, stream_ids=[1])
    with refused(404, "no invitation"):
        desk.client("root").update_invitation(made, role="Full user")
    with refused(400, "nothing to change"):
        ana.update_invitation(made)


def test_an_invitation_is_taken_back(desk: Desk) -> None:
    made = invite(desk, "ana", new_group(desk.client(), "Taken back"))
    secret = shown(desk, "ana", made).token
    with refused(404, "no invitation"):
        desk.client("root").delete_invitation(made)
    desk.client().delete_invitation(made)
    assert accept(desk, "ben", secret).status_code == 404


def test_nobody_invites_to_what_is_not_theirs(desk: Desk) -> None:
    hidden, mine = new_group(desk.client("ben"), "Hidden of ben"), new_group(desk.client(), "Of ana")
    stream = desk.client("root").post_stream("Not of ana").id
    with refused(403, "Manage users"):
        invite(desk, "ben", hidden)
    with refused(403, "Manage users"):
        desk.client("ben").fetch_invitations()
    with refused(400, f"groupIDs: no group {hidden}"):
        invite(desk, "ana", hidden)
    with refused(403, "only an admin of group 1"):
        invite(desk, "ana", 1)
    with refused(400, "role"):
        invite(desk, "ana", mine, role="Super admin")
    with refused(400, "canSave"):
        invite(desk, "ana", mine, can_save=[True, False])
    with refused(400, "userEmail"):
        invite(desk, "ana", mine, user_email="nowhere")
    with refused(400, f"streamIDs: no stream {stream}"):
        invite(desk, "ana", mine, stream_ids=[1, 2, stream])
    desk.client("root").post_stream_user(stream, number(desk, "ana"))
    with refused(403, "only an administrator grants streams"):
        invite(desk, "ana", mine, stream_ids=[1, 2, stream])
