"""Requests to join a group, through the official client."""

from __future__ import annotations

from skyportal_py.groups import GroupPost

from tests.conformance.conftest import Desk
from tests.conformance.people import new_group, number, refused


def open_group(desk: Desk, name: str, **fields: object) -> int:
    return desk.client().post_group(GroupPost.model_validate({"name": name, **fields})).id


def inside(desk: Desk, who: str, group: int) -> bool:
    return group in [one.id for one in desk.client(who).fetch_groups().user_groups]


def test_a_request_is_made_seen_and_accepted(desk: Desk) -> None:
    group, ben = open_group(desk, "Wished"), number(desk, "ben")
    made = desk.client("ben").post_group_admission_request(group, ben).id
    for who in ("ana", "ben", "root"):
        shown = desk.client(who).fetch_group_admission_request(made)
        assert (shown.user_id, shown.group_id, shown.status) == (ben, group, "pending")
    assert shown.user is not None and shown.user.username == "ben"
    assert shown.group is not None and shown.group.name == "Wished"
    assert not inside(desk, "ben", group)
    with refused(403, "only an admin"):
        desk.client("ben").update_group_admission_request(made, "accepted")
    assert not inside(desk, "ben", group)
    desk.client().update_group_admission_request(made, "accepted")
    assert inside(desk, "ben", group)
    assert desk.client("ben").fetch_group_admission_request(made).status == "accepted"
    told = [(one["user_id"], one["text"]) for one in desk.database["notifications"].find()]
    assert (number(desk, "ana"), "ben asks to join the group Wished") in told
    assert (ben, "your request to join the group Wished is accepted") in told
    with refused(409, "in group"):
        desk.client("ben").post_group_admission_request(group, ben)


def test_a_request_is_declined_and_asked_again(desk: Desk) -> None:
    group, ben = open_group(desk, "Declining"), number(desk, "ben")
    made = desk.client("ben").post_group_admission_request(group, ben).id
    with refused(409, "asked to join"):
        desk.client("ben").post_group_admission_request(group, ben)
    desk.client().update_group_admission_request(made, "declined")
    assert desk.client("ben").fetch_group_admission_request(made).status == "declined"
    assert not inside(desk, "ben", group)
    desk.client().update_group_admission_request(made, "pending")
    with refused(400, "status"):
        desk.client().update_group_admission_request(made, "perhaps")


def test_a_group_may_accept_by_itself(desk: Desk) -> None:
    group, ben = open_group(desk, "Welcoming", auto_accept_requests=True), number(desk, "ben")
    made = desk.client("ben").post_group_admission_request(group, ben).id
    assert desk.client("ben").fetch_group_admission_request(made).status == "accepted"
    assert inside(desk, "ben", group)


def test_requests_are_listed_to_whom_they_concern(desk: Desk) -> None:
    one, two = open_group(desk, "Listing one"), open_group(desk, "Listing two")
    ben, cleo = number(desk, "ben"), number(desk, "cleo")
    of_ben = desk.client("ben").post_group_admission_request(one, ben).id
    of_cleo = desk.client("cleo").post_group_admission_request(two, cleo).id
    mine = [request.id for request in desk.client("ben").fetch_group_admission_requests()]
    assert of_ben in mine
    assert of_cleo not in mine
    assert [r.id for r in desk.client().fetch_group_admission_requests(group_id=one)] == [of_ben]
    assert {of_ben, of_cleo} <= {r.id for r in desk.client().fetch_group_admission_requests()}
    assert desk.client("ben").fetch_group_admission_requests(group_id=two) == []
    with refused(404, f"no admission request {of_cleo}"):
        desk.client("ben").fetch_group_admission_request(of_cleo)
    with refused(404):
        desk.client("ben").update_group_admission_request(of_cleo, "accepted")


def test_only_who_asked_takes_a_request_back(desk: Desk) -> None:
    group, ben = open_group(desk, "Taken back"), number(desk, "ben")
    made = desk.client("ben").post_group_admission_request(group, ben).id
    with refused(403, "only who made"):
        desk.client().delete_group_admission_request(made)
    with refused(404):
        desk.client("cleo").delete_group_admission_request(made)
    desk.client("ben").delete_group_admission_request(made)
    with refused(404):
        desk.client("ben").fetch_group_admission_request(made)


def test_what_cannot_be_asked_for(desk: Desk) -> None:
    ben = number(desk, "ben")
    secret = new_group(desk.client(), "Secret")
    with refused(404, f"no group {secret}"):
        desk.client("ben").post_group_admission_request(secret, ben)
    with refused(403, "somebody else"):
        desk.client("ben").post_group_admission_request(open_group(desk, "For others"), number(desk, "cleo"))
    groups = desk.client().fetch_groups(include_single_user_groups=True).user_groups
    single = next(group.id for group in groups if group.single_user_group)
    with refused(404):
        desk.client("ben").post_group_admission_request(single, ben)


def test_joining_grants_no_stream(desk: Desk) -> None:
    root, ben = desk.client("root"), number(desk, "ben")
    group = open_group(desk, "With a partner stream", auto_accept_requests=True)
    stream = root.post_stream("Admission partner").id
    root.post_stream_user(stream, number(desk, "ana"))
    root.post_group_stream(group, stream)
    with refused(403, f"no access to stream {stream}"):
        desk.client("ben").post_group_admission_request(group, ben)
    root.post_stream_user(stream, ben)
    made = desk.client("ben").post_group_admission_request(group, ben).id
    assert desk.client("ben").fetch_group_admission_request(made).status == "accepted"
