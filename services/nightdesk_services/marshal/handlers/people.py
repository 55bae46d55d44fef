"""Users, their roles and ACLs, and one's own profile."""

from __future__ import annotations

from nightdesk_services.marshal.handlers.base import ANY, ApiHandler, needs
from nightdesk_services.marshal.handlers.routes import ID, Routes
from nightdesk_services.marshal.models.users import (
    AclsPost,
    ProfilePatch,
    RolesPost,
    UserPatch,
    UserPost,
    UsersQuery,
)
from nightdesk_services.marshal.roles import ACLS, ROLES
from nightdesk_services.marshal.services import profiles

MANAGE = "Manage users"


class Acls(ApiHandler):
    """What there is to be allowed."""

    @needs(ANY)
    async def get(self) -> None:
        """List it."""
        self.answer(sorted(ACLS))


class Roles(ApiHandler):
    """What people may be."""

    @needs(ANY)
    async def get(self) -> None:
        """List it, each with its ACLs."""
        self.answer([{"id": role, "acls": sorted(acls)} for role, acls in ROLES.items()])


class Users(ApiHandler):
    """Everybody who was here or is expected."""

    @needs("groups", "read")
    async def get(self) -> None:
        """List them."""
        self.answer(self.marshal.users.listing(self.access, self.query(UsersQuery)))

    @needs("groups", "write", acl=MANAGE)
    async def post(self) -> None:
        """Add somebody."""
        self.answer({"id": await self.marshal.users.create(self.access, self.body(UserPost))})


class User(ApiHandler):
    """One user."""

    @needs("groups", "read")
    async def get(self, user_id: str) -> None:
        """Show them."""
        self.answer(self.marshal.users.get(self.access, int(user_id)))

    @needs("groups", "write", acl=MANAGE)
    async def patch(self, user_id: str) -> None:
        """Set when their account ends."""
        await self.marshal.users.expire(self.access, int(user_id), self.body(UserPatch))
        self.answer()

    @needs("groups", "write", acl=MANAGE)
    async def delete(self, user_id: str) -> None:
        """Remove them."""
        await self.marshal.users.remove(self.access, int(user_id))
        self.answer()


class UserRoles(ApiHandler):
    """The roles of a user."""

    @needs("groups", "write", acl=MANAGE)
    async def post(self, user_id: str) -> None:
        """Give some."""
        await self.marshal.users.give_roles(self.access, int(user_id), self.body(RolesPost).role_ids)
        self.answer()


class UserRole(ApiHandler):
    """One role of a user."""

    @needs("groups", "write", acl=MANAGE)
    async def delete(self, user_id: str, role: str) -> None:
        """Take it."""
        await self.marshal.users.take_role(self.access, int(user_id), role)
        self.answer()


class UserAcls(ApiHandler):
    """The ACLs that a user has in their own right."""

    @needs("groups", "write", acl=MANAGE)
    async def post(self, user_id: str) -> None:
        """Give some."""
        await self.marshal.users.give_acls(self.access, int(user_id), self.body(AclsPost).acl_ids)
        self.answer()


class UserAcl(ApiHandler):
    """One ACL of a user."""

    @needs("groups", "write", acl=MANAGE)
    async def delete(self, user_id: str, acl: str) -> None:
        """Take it."""
        await self.marshal.users.take_acl(self.access, int(user_id), acl)
        self.answer()


class Profile(ApiHandler):
    """Who is asking."""

    @needs(ANY)
    async def get(self) -> None:
        """Answer with the person, what they may do, and what they chose."""
        requests = await self.marshal.admissions.own(self.access)
        self.answer(await profiles.own(self.access, self.marshal.tokens, requests))

    @needs("groups", "write")
    async def patch(self) -> None:
        """Change it."""
        await self.marshal.users.change_profile(self.access, self.access.user_id, self.body(ProfilePatch))
        self.answer()


class ProfileOf(ApiHandler):
    """Somebody else's profile."""

    @needs("groups", "write")
    async def patch(self, user_id: str) -> None:
        """Change it, as one who manages users."""
        await self.marshal.users.change_profile(self.access, int(user_id), self.body(ProfilePatch))
        self.answer()


NAME = r"([\w%+ ]{1,120})"

ROUTES: Routes = [
    ("acls", Acls),
    ("roles", Roles),
    ("user", Users),
    (f"user/{ID}", User),
    (f"user/{ID}/roles", UserRoles),
    (f"user/{ID}/roles/{NAME}", UserRole),
    (f"user/{ID}/acls", UserAcls),
    (f"user/{ID}/acls/{NAME}", UserAcl),
    ("internal/profile", Profile),
    (f"internal/profile/{ID}", ProfileOf),
]
