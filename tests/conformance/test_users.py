"""Users through the official client."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from skyportal_py.profile import ProfilePatch
from skyportal_py.users import UserPost

from tests.conformance.conftest import Desk
from tests.conformance.people import new_group, number, refused


@pytest.fixture(scope="module", autouse=True)
def people(desk: Desk) -> None:
    """Ana, ben, cleo and viewer have been here; three more are expected."""
    for who in ("ana", "ben", "cleo", "viewer", "root"):
        number(desk, who)
    for name, first, email in (
        ("dora", "Dora", "dora@a.org"),
        ("egon", "Egon", "E@b.org"),
        ("finn", "dorit", None),
    ):
        post = UserPost(username=name, first_name=first, last_name="Z", contact_email=email)
        desk.client("root").post_user(post)


def test_users_are_listed_page_by_page(desk: Desk) -> None:
    names = ["ana", "ben", "cleo", "dora", "egon", "finn", "root", "viewer"]
    everybody = desk.client().fetch_users()
    assert [user.username for user in everybody.users] == names
    assert everybody.total_matches == len(names)
    pages = [desk.client().fetch_users(page_number=n, num_per_page=3) for n in (1, 2, 3, 4)]
    assert [user.username for page in pages for user in page.users] == names
    assert {page.total_matches for page in pages} == {len(names)}
    turned = desk.client().fetch_users(sort_order="desc", num_per_page=2)
    assert [user.username for user in turned.users] == ["viewer", "root"]


def found(desk: Desk, who: str = "ana", **query: str) -> list[str]:
    return [user.username for user in desk.client(who).fetch_users(**query).users]  # type: ignore[arg-type]


def test_users_are_found_by_what_they_are(desk: Desk) -> None:
    assert found(desk, first_name="dor") == ["dora", "finn"]
    assert found(desk, last_name="z", username="o") == ["dora", "egon"]
    assert found(desk, role="Super admin") == ["root"]
    assert found(desk, role="View only") == ["viewer"]
    assert "viewer" not in found(desk, acl="Comment")
    assert found(desk, acl="System admin") == ["root"]
    assert found(desk, who="root", email="@B.org") == ["egon"]
    assert found(desk, email="@b.org") == [], "addresses of strangers cannot be guessed by searching"
    assert found(desk, group="Sitewide Group", username="an") == ["ana"]
    assert found(desk, stream="ZTF Public", username="ben") == ["ben"]
    assert found(desk, stream="No such stream") == []


def test_a_strangers_group_finds_nobody(desk: Desk) -> None:
    new_group(desk.client("ben"), "Users of ben")
    assert found(desk, who="ben", group="Users of ben") == ["ben"]
    assert found(desk, who="ana", group="Users of ben") == []


def test_users_are_sorted(desk: Desk) -> None:
    by_first = found(desk, who="root", sort_by="firstName", last_name="Z")
    assert by_first == ["dora", "finn", "egon"]
    assert found(desk, who="root", sort_by="contactEmail", last_name="Z") == ["finn", "dora", "egon"]
    assert found(desk, sort_by="lastName", sort_order="desc")[-1] not in ("dora", "egon", "finn")
    assert found(desk, sort_by="createdAt", last_name="Z") == ["dora", "egon", "finn"]
    with refused(400, "sortBy"):
        desk.client().fetch_users(sort_by="shoe")


def test_one_user_is_shown_as_far_as_one_may_see(desk: Desk) -> None:
    dora = next(user.id for user in desk.client().fetch_users(username="dora").users)
    by_ana, by_root = desk.client().fetch_user(dora), desk.client("root").fetch_user(dora)
    assert (by_ana.username, by_ana.roles, by_ana.contact_email) == ("dora", ["Full user"], None)
    assert "Comment" in by_ana.permissions
    assert by_ana.groups is None
    assert by_root.contact_email == "dora@a.org"
    assert [group.name for group in by_root.groups or []] == ["Sitewide Group", "dora"]
    assert {stream.name for stream in by_root.streams or []} == {"ZTF Public", "LSST"}
    with refused(404, "no user 12345"):
        desk.client().fetch_user(12345)


def test_members_of_a_group_see_one_anothers_address(desk: Desk) -> None:
    group, ben = new_group(desk.client(), "Users with address"), number(desk, "ben")
    desk.client("ben").update_profile(ProfilePatch(contact_email="ben@c.org"))
    assert desk.client().fetch_user(ben).contact_email is None
    desk.client().post_group_user(group, ben)
    assert desk.client().fetch_user(ben).contact_email == "ben@c.org"
    assert desk.client("cleo").fetch_user(ben).contact_email is None


def test_a_user_is_added_with_roles_and_groups(desk: Desk) -> None:
    root = desk.client("root")
    group = new_group(root, "Users expected")
    post = UserPost(
        username="gert",
        affiliations=["Kiel"],
        roles=["View only"],
        group_ids_and_admin=[[group, True], [1, False]],
    )
    made = root.post_user(post).id
    shown = root.fetch_user(made)
    assert (shown.roles, shown.affiliations, shown.is_bot) == (["View only"], ["Kiel"], False)
    assert {g.name for g in shown.groups or []} == {"Sitewide Group", "Users expected", "gert"}
    members = {m.username: m.admin for m in root.fetch_group(group).users or []}
    assert members == {"root": True, "gert": True}
    with refused(409, "already"):
        root.post_user(UserPost(username="gert"))
    with refused(400, "roles: there is no 'King'"):
        root.post_user(UserPost(username="hans", roles=["King"]))
    with refused(403, "Manage users"):
        desk.client().post_user(UserPost(username="hans"))
    assert found(desk, username="hans") == []


def test_a_manager_adds_only_to_their_own_groups_and_gives_no_more_than_they_have(desk: Desk) -> None:
    cleo = number(desk, "cleo")
    desk.client("root").post_user_role(cleo, ["Group admin"])
    others = new_group(desk.client(), "Users not of cleo")
    with refused(400, "no group"):
        desk.client("cleo").post_user(UserPost(username="ida", group_ids_and_admin=[[others, False]]))
    with refused(403, "only an admin of group 1"):
        desk.client("cleo").post_user(UserPost(username="ida", group_ids_and_admin=[[1, True]]))
    with refused(403, "super admin"):
        desk.client("cleo").post_user(UserPost(username="ida", roles=["Super admin"]))
    desk.client("cleo").post_user(UserPost(username="ida"))
    desk.client("root").delete_user_role(cleo, "Group admin")


def test_an_expired_account_is_shut_until_that_is_cleared(desk: Desk) -> None:
    root, cleo = desk.client("root"), number(desk, "cleo")
    root.update_user(cleo, expiration_date=(datetime.now(UTC) + timedelta(days=9)).isoformat())
    assert desk.client("cleo").fetch_profile().expiration_date is not None
    root.update_user(cleo, expiration_date="2020-01-01")
    with refused(403, "expired on 2020-01-01"):
        desk.client("cleo").fetch_groups()
    assert "cleo" not in found(desk)
    assert "cleo" in [u.username for u in desk.client().fetch_users(include_expired=True).users]
    root.update_user(cleo, expiration_date=None)
    assert desk.client("cleo").fetch_profile().expiration_date is None
    with refused(400, "expirationDate"):
        root.update_user(cleo, expiration_date="soon")
    with refused(409, "yourself out"):
        root.update_user(number(desk, "root"), expiration_date="2020-01-01")


def test_a_removed_user_is_out_and_can_be_added_again(desk: Desk) -> None:
    root, cleo = desk.client("root"), number(desk, "cleo")
    desk.client("cleo").update_profile(ProfilePatch(contact_phone="+49 30 1"))
    group = new_group(desk.client(), "Users that left")
    desk.client().post_group_user(group, cleo)
    root.delete_user(cleo)
    with refused(403, "was removed"):
        desk.client("cleo").fetch_groups()
    assert "cleo" not in found(desk)
    with refused(404):
        root.fetch_user(cleo)
    assert [m.username for m in desk.client().fetch_group(group).users or []] == ["ana"]
    record = desk.database["users"].find_one({"username": "cleo"})
    assert record is not None
    assert "contact_phone" not in record
    with refused(404):
        desk.client().post_group_user(group, cleo)
    root.post_user(UserPost(username="cleo"))
    assert [g.name for g in desk.client("cleo").fetch_groups().user_groups] == ["Sitewide Group"]


def test_nobody_rules_over_who_holds_more(desk: Desk) -> None:
    ben, root = number(desk, "ben"), number(desk, "root")
    with refused(403, "Manage users"):
        desk.client("ben").delete_user(number(desk, "ana"))
    desk.client("root").post_user_role(ben, ["Group admin"])
    with refused(403, "super admin"):
        desk.client("ben").delete_user(root)
    with refused(403, "super admin"):
        desk.client("ben").update_user(root, expiration_date="2020-01-01")
    with refused(403, "super admin"):
        desk.client("ben").update_profile(ProfilePatch(bio="x"), user_id=root)
    with refused(409, "yourself"):
        desk.client("ben").delete_user(ben)
    assert desk.client("root").fetch_profile().bio is None
