"""ACLs through the official client."""

from __future__ import annotations

from tests.conformance.conftest import Desk
from tests.conformance.people import number, refused


def test_all_acls_are_listed(desk: Desk) -> None:
    acls = desk.client().fetch_acls()
    assert {"Comment", "Upload data", "Manage users", "System admin"} <= set(acls)
    assert desk.client("viewer").fetch_acls() == acls


def test_an_acl_is_given_and_taken(desk: Desk) -> None:
    root, ana = desk.client("root"), number(desk, "ana")
    assert "Post taxonomy" not in desk.client().fetch_profile().permissions
    root.post_user_acl(ana, ["Post taxonomy", "Manage users"])
    mine = desk.client().fetch_profile()
    assert mine.acls == ["Manage users", "Post taxonomy"]
    assert "Post taxonomy" in mine.permissions
    root.delete_user_acl(ana, "Post taxonomy")
    root.delete_user_acl(ana, "Manage users")
    assert desk.client().fetch_profile().acls == []
    assert "Post taxonomy" not in desk.client().fetch_profile().permissions
    with refused(404, "was not given"):
        root.delete_user_acl(ana, "Post taxonomy")


def test_nobody_gives_what_they_do_not_hold(desk: Desk) -> None:
    ana, ben = number(desk, "ana"), number(desk, "ben")
    with refused(403, "Manage users"):
        desk.client().post_user_acl(ben, ["Comment"])
    desk.client("root").post_user_acl(ana, ["Manage users"])
    desk.client().post_user_acl(ben, ["Annotate"])
    assert desk.client("ben").fetch_profile().acls == ["Annotate"]
    for whom in (ana, ben):
        with refused(403, "aclIds: you do not hold the ACL 'System admin'"):
            desk.client().post_user_acl(whom, ["Comment", "System admin"])
    assert desk.client("ben").fetch_profile().acls == ["Annotate"], "all or nothing"
    desk.client("root").post_user_acl(ben, ["System admin"])
    with refused(403, "do not hold"):
        desk.client().delete_user_acl(ben, "System admin")
    desk.client("root").delete_user_acl(ben, "System admin")


def test_what_is_no_acl_or_no_user_is_named(desk: Desk) -> None:
    root, ana = desk.client("root"), number(desk, "ana")
    with refused(400, "aclIds: there is no 'Fly'"):
        root.post_user_acl(ana, ["Fly"])
    with refused(404, "no user 999"):
        root.post_user_acl(999, ["Comment"])
