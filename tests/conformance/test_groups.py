"""Groups through the official client."""

from __future__ import annotations

from skyportal_py.filters import FilterPost
from skyportal_py.groups import GroupPost

from tests.conformance.conftest import Desk
from tests.conformance.people import new_group, number, refused


def members(desk: Desk, group: int, who: str = "ana") -> dict[str | None, tuple[bool | None, ...]]:
    users = desk.client(who).fetch_group(group).users or []
    return {m.username: (m.admin, m.can_save, m.can_share_photometry) for m in users}


def test_groups_are_listed_by_what_they_are_to_a_person(desk: Desk) -> None:
    for who in ("ana", "ben", "cleo"):
        number(desk, who)
    mine = new_group(desk.client(), "Listed")
    theirs = new_group(desk.client("ben"), "Listed of ben")
    known = desk.client("ben").post_group(GroupPost(name="Public of ben")).id
    found = desk.client().fetch_groups()
    assert [g.id for g in found.user_groups] == [1, mine]
    assert [g.id for g in found.user_accessible_groups] == [1, mine]
    everything = [g.id for g in found.all_groups or []]
    assert known in everything
    assert theirs not in everything
    single = desk.client().fetch_groups(include_single_user_groups=True)
    (own,) = [g for g in single.user_groups if g.single_user_group]
    assert own.name == "ana"
    assert {mine, theirs, known} <= {g.id for g in desk.client("root").fetch_groups().user_accessible_groups}


def test_a_group_is_found_by_its_whole_name(desk: Desk) -> None:
    group = new_group(desk.client(), "Named")
    assert [g.id for g in desk.client().fetch_groups_by_name("Named")] == [group]
    assert desk.client().fetch_groups_by_name("Name") == []
    assert desk.client("ben").fetch_groups_by_name("Named") == []


def test_a_group_is_made_with_its_admins(desk: Desk) -> None:
    ben = number(desk, "ben")
    post = GroupPost(
        name="Made", nickname="m", description="d", auto_accept_requests=True, group_admins=[ben]
    )
    made = desk.client().post_group(post).id
    shown = desk.client("ben").fetch_group(made)
    assert (shown.name, shown.nickname, shown.description) == ("Made", "m", "d")
    assert (shown.auto_accept_requests, shown.private, shown.single_user_group) == (True, False, False)
    assert members(desk, made) == {"ana": (True, True, False), "ben": (True, True, False)}
    assert [stream.name for stream in shown.streams or []] == ["ZTF Public", "LSST"]
    with refused(409, "name"):
        desk.client("cleo").post_group(GroupPost(name="Made"))
    with refused(400, "group_admins: no user 999"):
        desk.client().post_group(GroupPost(name="Other", group_admins=[999]))


def test_one_group_is_shown_with_members_and_filters(desk: Desk) -> None:
    group = new_group(desk.client(), "Shown")
    altdata = {"source": "magpsf < 18"}
    desk.client().post_filter(FilterPost(name="Bright", stream_id=1, group_id=group, altdata=altdata))
    shown = desk.client().fetch_group(group)
    assert [f.name for f in shown.filters or []] == ["Bright"]
    assert [m.id for m in shown.users or []] == [number(desk, "ana")]
    assert desk.client().fetch_group(group, include_group_users=False).users is None
    with refused(404, "no group"):
        desk.client("ben").fetch_group(group)
    desk.client().update_group(group, "Shown", private=False)
    outside = desk.client("ben").fetch_group(group)
    assert (outside.name, outside.users, outside.filters, outside.streams) == ("Shown", None, None, None)


def test_only_its_admins_change_and_remove_a_group(desk: Desk) -> None:
    group, ben = new_group(desk.client(), "Changed"), number(desk, "ben")
    desk.client().post_group_user(group, ben)
    desk.client().update_group(
        group, "Changed twice", nickname="n", description="e", auto_accept_requests=True
    )
    shown = desk.client("ben").fetch_group(group)
    assert (shown.name, shown.nickname, shown.description) == ("Changed twice", "n", "e")
    assert (shown.private, shown.auto_accept_requests) == (True, True)
    for who, status in (("ben", 403), ("cleo", 404)):
        with refused(status):
            desk.client(who).update_group(group, "Taken")
        with refused(status):
            desk.client(who).delete_group(group)
    desk.client().delete_group(group)
    with refused(404):
        desk.client().fetch_group(group)
    with refused(403, "everybody"):
        desk.client("root").delete_group(1)


def test_the_public_group_is_that_of_everybody(desk: Desk) -> None:
    public = desk.client("viewer").fetch_public_group()
    assert (public.id, public.name, public.private) == (1, "Sitewide Group", False)


def test_members_come_change_and_go(desk: Desk) -> None:
    ana, group, ben = desk.client(), new_group(desk.client(), "Members"), number(desk, "ben")
    added = ana.post_group_user(group, ben, admin=False, can_save=False, can_share_photometry=True)
    assert (added.group_id, added.user_id, added.admin) == (group, ben, False)
    assert members(desk, group)["ben"] == (False, False, True)
    with refused(409, "already"):
        ana.post_group_user(group, ben)
    ana.update_group_user(group, ben, can_save=True)
    assert members(desk, group)["ben"] == (False, True, True)
    ana.update_group_user(group, ben, admin=True, can_share_photometry=False)
    assert members(desk, group)["ben"] == (True, True, False)
    with refused(400, "canSharePhotometry"):
        ana.update_group_user(group, ben)
    desk.client("ben").delete_group_user(group, number(desk, "ana"))
    with refused(404):
        ana.fetch_group(group)
    with refused(409, "last admin"):
        desk.client("ben").update_group_user(group, ben, admin=False)
    with refused(404, "no user 999"):
        desk.client("ben").post_group_user(group, 999)


def test_strangers_put_nobody_into_a_group(desk: Desk) -> None:
    group, cleo = new_group(desk.client(), "Closed"), number(desk, "cleo")
    desk.client().post_group_user(group, number(desk, "ben"))
    for who, status in (("ben", 403), ("cleo", 404)):
        with refused(status):
            desk.client(who).post_group_user(group, cleo)
        with refused(status):
            desk.client(who).update_group_user(group, number(desk, "ben"), admin=True)
        with refused(status):
            desk.client(who).post_group_users_from_groups(group, [1])
    with refused(403):
        desk.client("ben").delete_group_user(group, number(desk, "ana"))
    assert set(members(desk, group)) == {"ana", "ben"}


def test_members_of_other_groups_come_together(desk: Desk) -> None:
    one, two = new_group(desk.client(), "From one"), new_group(desk.client("ben"), "From two")
    into = new_group(desk.client(), "Into")
    desk.client().post_group_user(one, number(desk, "cleo"), admin=True)
    with refused(404):
        desk.client().post_group_users_from_groups(into, [one, two])
    assert set(members(desk, into)) == {"ana"}, "all or none"
    desk.client("ben").post_group_user(two, number(desk, "ana"))
    desk.client().post_group_users_from_groups(into, [one, two])
    assert members(desk, into) == {
        "ana": (True, True, False),
        "ben": (False, True, False),
        "cleo": (False, True, False),
    }


def test_a_stream_is_granted_to_a_group_whose_members_have_it(desk: Desk) -> None:
    root, ana, ben = desk.client("root"), number(desk, "ana"), number(desk, "ben")
    stream = root.post_stream("Partner", altdata={"survey": "ZTF", "selector": [1, 2]}).id
    group = new_group(desk.client(), "Partners")
    with refused(403, "System admin"):
        desk.client().post_group_stream(group, stream)
    with refused(403, "ana has no access to the stream 'Partner'"):
        root.post_group_stream(group, stream)
    root.post_stream_user(stream, ana)
    granted = root.post_group_stream(group, stream)
    assert (granted.group_id, granted.stream_id) == (group, stream)
    assert stream in [s.id for s in desk.client().fetch_group(group).streams or []]
    with refused(409, "already"):
        root.post_group_stream(group, stream)
    with refused(400, "no stream 999"):
        root.post_group_stream(group, 999)

    # an admin of the group does not grant the stream by taking somebody in
    with refused(403, f"no access to stream {stream}"):
        desk.client().post_group_user(group, ben)
    other = new_group(desk.client(), "Partners to come")
    desk.client().post_group_user(other, ben)
    with refused(403, "no access"):
        desk.client().post_group_users_from_groups(group, [other])
    assert stream not in [s.id for s in desk.client("ben").fetch_streams()]
    root.post_stream_user(stream, ben)
    desk.client().post_group_user(group, ben)


def test_a_stream_is_taken_from_a_group_without_filters_on_it(desk: Desk) -> None:
    root, group = desk.client("root"), new_group(desk.client(), "Without stream")
    altdata = {"source": "magpsf < 18"}
    made = desk.client().post_filter(FilterPost(name="Late", stream_id=2, group_id=group, altdata=altdata)).id
    with refused(409, "the filter 'Late'"):
        root.delete_group_stream(group, 2)
    with refused(403, "System admin"):
        desk.client().delete_group_stream(group, 1)
    desk.client().delete_filter(made)
    root.delete_group_stream(group, 2)
    assert [s.id for s in desk.client().fetch_group(group).streams or []] == [1]
    with refused(404, "no stream 2"):
        root.delete_group_stream(group, 2)
