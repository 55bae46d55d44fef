"""Roles through the official client."""

from __future__ import annotations

from tests.conformance.conftest import Desk
from tests.conformance.people import number, refused


def test_roles_bring_their_acls(desk: Desk) -> None:
    roles = {role.id: set(role.acls) for role in desk.client().fetch_roles()}
    assert set(roles) == {"Super admin", "Group admin", "Full user", "View only"}
    assert roles["View only"] == set()
    assert roles["Full user"] < roles["Group admin"] < roles["Super admin"]
    assert roles["Super admin"] == set(desk.client().fetch_acls())


def test_a_role_is_given_beside_what_one_is_and_taken(desk: Desk) -> None:
    root, cleo = desk.client("root"), number(desk, "cleo")
    root.post_user_role(cleo, ["Group admin"])
    assert desk.client("cleo").fetch_profile().roles == ["Full user", "Group admin"]
    assert "Manage users" in desk.client("cleo").fetch_profile().permissions
    root.delete_user_role(cleo, "Group admin")
    assert desk.client("cleo").fetch_profile().roles == ["Full user"]
    with refused(404, "was not given the role"):
        root.delete_user_role(cleo, "Group admin")


def test_who_loses_all_roles_may_only_look(desk: Desk) -> None:
    root, cleo = desk.client("root"), number(desk, "cleo")
    root.post_user_role(cleo, ["Full user"])
    root.delete_user_role(cleo, "Full user")
    assert desk.client("cleo").fetch_profile().roles == ["View only"]
    assert desk.client("cleo").fetch_profile().permissions == []
    with refused(409, "the least"):
        root.delete_user_role(cleo, "View only")
    root.post_user_role(cleo, ["Full user"])
    root.delete_user_role(cleo, "View only")


def test_only_a_super_admin_makes_another(desk: Desk) -> None:
    root, ana, ben = desk.client("root"), number(desk, "ana"), number(desk, "ben")
    root.post_user_role(ana, ["Group admin"])
    with refused(403, "only a super admin"):
        desk.client().post_user_role(ana, ["Super admin"])
    with refused(403, "Manage users"):
        desk.client("ben").post_user_role(ben, ["Group admin"])
    desk.client().post_user_role(ben, ["Group admin"])
    assert "Group admin" in desk.client("ben").fetch_profile().roles
    desk.client().delete_user_role(ben, "Group admin")

    root.post_user_role(ben, ["Super admin"])
    assert len(desk.client("ben").fetch_groups(include_single_user_groups=True).user_accessible_groups) > 2
    with refused(403, "only a super admin"):
        desk.client().delete_user_role(ben, "Super admin")
    with refused(409, "last super admin"):
        desk.client("ben").delete_user_role(ben, "Super admin")
    root.delete_user_role(ben, "Super admin")
    assert "Super admin" not in desk.client("ben").fetch_profile().roles


def test_what_is_no_role_is_named(desk: Desk) -> None:
    with refused(400, "roleIds: there is no 'King'"):
        desk.client("root").post_user_role(number(desk, "ana"), ["King"])
