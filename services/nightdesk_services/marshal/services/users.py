"""Users: who there is, what they may do, and until when."""

from __future__ import annotations

from typing import Any

from nightdesk_services.marshal.access import SITEWIDE, Access, Document, acls_of, barred, roles_of
from nightdesk_services.marshal.exceptions import Conflict, Denied, Invalid, NotFound
from nightdesk_services.marshal.models.users import ProfilePatch, UserPatch, UserPost, UsersQuery
from nightdesk_services.marshal.roles import ACLS, FULL_USER, ROLES, SUPER_ADMIN, VIEW_ONLY
from nightdesk_services.marshal.services import profiles
from nightdesk_services.marshal.services.people import PeopleService
from nightdesk_services.marshal.storage.people import People
from nightdesk_services.marshal.storage.store import now
from nightdesk_services.marshal.storage.tokens import Tokens

_KEYS = {
    "username": "username",
    "firstName": "first_name",
    "lastName": "last_name",
    "contactEmail": "contact_email",
    "createdAt": "created_at",
}
_PERSONAL = (
    "first_name",
    "last_name",
    "bio",
    "affiliations",
    "contact_email",
    "contact_phone",
    "oauth_uid",
    "preferences",
    "roles",
    "acls",
    "seen_role",
    "seen_scopes",
    "hub_admin",
    "stream_ids",
    "expiration_date",
    "settled",
)
"""What is erased of somebody who was removed; their name stays, so that nobody else speaks under it."""


class UserService:
    """Nobody gives or takes what they do not hold, and nobody rules over who holds more than they."""

    def __init__(self, people: PeopleService, storage: People, tokens: Tokens) -> None:
        self._people = people
        self._storage = storage
        self._tokens = tokens

    def listing(self, access: Access, query: UsersQuery) -> Document:
        """Return one page of the users."""
        chosen = [u for u in access.directory.users.values() if _wanted(access, u, query)]
        shown = [profiles.with_rights(access, one) for one in chosen]
        key = _KEYS[query.sort_by]
        empty = "" if key != "created_at" else now()
        shown.sort(
            key=lambda u: (u[key].casefold() if isinstance(u[key], str) else u[key] or empty, u["id"]),
            reverse=query.sort_order == "desc",
        )
        return {"users": shown[query.span], "totalMatches": len(shown)}

    def get(self, access: Access, user_id: int) -> Document:
        """Return a user."""
        return profiles.with_rights(access, self.find(access, user_id))

    def find(self, access: Access, user_id: int) -> Document:
        """Return a user's record; `NotFound` if there is none, or it was removed."""
        found = access.directory.users.get(user_id)
        if found is None or found.get("deleted_at") is not None:
            raise NotFound(f"no user {user_id}")
        return found

    async def create(self, access: Access, post: UserPost) -> int:
        """Add somebody who has not come yet, or again who was removed; return their id."""
        roles = [FULL_USER] if post.roles is None else post.roles
        _known(roles, ROLES, "roles")
        access.require_giving_roles(roles, "roles")
        groups = {SITEWIDE: False} | dict(post.group_ids_and_admin or ())
        for group_id in groups:
            if group_id != SITEWIDE or groups[SITEWIDE]:
                self._may_fill(access, group_id)
        if post.username.startswith("service:"):
            raise Invalid("username: services come with a token of the hub")
        fields = post.model_dump(exclude={"username", "roles", "group_ids_and_admin"}, exclude_none=True)
        former = access.directory.user_named(post.username)
        if former is not None and former.get("deleted_at") is None:
            raise Conflict(f"username: there is a user {post.username!r} already")
        user = former or await self._storage.add_user(post.username, bot=False)
        if user is None:
            raise Conflict(f"username: there is a user {post.username!r} already")
        fields["roles"] = sorted(set(roles))
        await self._storage.change_user(user["_id"], fields, erase=["deleted_at"])
        await self._people.settle(user, bot=False)
        for group_id, admin in groups.items():
            member = {"username": post.username, "admin": admin, "can_save": True}
            if not await self._storage.join(group_id, member) and admin:
                await self._storage.change_member(group_id, post.username, {"admin": True})
        self._people.forget()
        return int(user["_id"])

    async def expire(self, access: Access, user_id: int, patch: UserPatch) -> None:
        """Set or clear the end of an account."""
        user = self._subject(access, user_id)
        if "expiration_date" not in patch.model_fields_set:
            raise Invalid("expirationDate: nothing to change was given")
        if patch.expiration_date is not None and patch.expiration_date <= now() and user_id == access.user_id:
            raise Conflict("expirationDate: you would shut yourself out")
        await self._storage.change_user(user["_id"], {"expiration_date": patch.expiration_date})
        self._people.forget()

    async def remove(self, access: Access, user_id: int) -> None:
        """Remove somebody with their data, memberships and tokens; what they wrote stays under their name."""
        user = self._subject(access, user_id)
        if user_id == access.user_id:
            raise Conflict("you cannot remove yourself; another administrator can")
        await self._tokens.remove_of(user_id)
        await self._storage.change_user(user_id, {"deleted_at": now()}, erase=_PERSONAL)
        await self._storage.leave_all(user["username"])
        self._people.forget()

    async def give_roles(self, access: Access, user_id: int, roles: list[str]) -> None:
        """Give roles to a user."""
        user = self.find(access, user_id)
        _known(roles, ROLES, "roleIds")
        access.require_giving_roles(roles, "roleIds")
        # the first role given replaces the one that came with the scopes, so that one is given too
        kept = roles_of(user) - {SUPER_ADMIN} if not user.get("roles") else frozenset()
        await self._storage.give(user_id, "roles", sorted({*roles, *kept}))
        self._people.forget()

    async def take_role(self, access: Access, user_id: int, role: str) -> None:
        """Take a role from a user."""
        user = self.find(access, user_id)
        _known([role], ROLES, "role")
        access.require_giving_roles([role], "role")
        if role == SUPER_ADMIN and user_id == access.user_id and not self._other_super_admin(access):
            raise Conflict("you are the last super admin; make somebody else one first")
        left = set(user.get("roles") or ()) - {role}
        if role == VIEW_ONLY and not left:
            raise Conflict("role: this is the least that a user can be")
        if not await self._storage.take(user_id, "roles", role):
            raise NotFound(f"{user['username']} was not given the role {role!r}")
        if not left:
            # without any role of their own they would fall back on that of their scopes
            await self._storage.give(user_id, "roles", [VIEW_ONLY])
        self._people.forget()

    async def give_acls(self, access: Access, user_id: int, acls: list[str]) -> None:
        """Give ACLs to a user in their own right."""
        self.find(access, user_id)
        _known(acls, ACLS, "aclIds")
        access.require_giving(acls, "aclIds")
        await self._storage.give(user_id, "acls", acls)
        self._people.forget()

    async def take_acl(self, access: Access, user_id: int, acl: str) -> None:
        """Take an ACL from a user that they hold in their own right."""
        user = self.find(access, user_id)
        _known([acl], ACLS, "acl")
        access.require_giving([acl], "acl")
        if not await self._storage.take(user_id, "acls", acl):
            raise NotFound(f"{user['username']} was not given the ACL {acl!r}")
        self._people.forget()

    async def change_profile(self, access: Access, user_id: int, patch: ProfilePatch) -> None:
        """Change what a person says of themselves; preferences are merged into those there are."""
        user = self.find(access, user_id)
        if user_id != access.user_id:
            access.require_over(user)
        fields: dict[str, Any] = patch.model_dump(exclude_unset=True)
        if fields.pop("username", user["username"]) != user["username"]:
            raise Invalid("username: it is the name at the hub, and only changes there")
        if patch.preferences is not None:
            fields["preferences"] = _merged(user.get("preferences") or {}, patch.preferences)
        if fields:
            await self._storage.change_user(user_id, fields)
            self._people.forget()

    def _subject(self, access: Access, user_id: int) -> Document:
        user = self.find(access, user_id)
        access.require_over(user)
        return user

    def _may_fill(self, access: Access, group_id: int) -> None:
        group = access.require_fillable(group_id, "groupIDsAndAdmin")
        if not access.super_admin and set(group.get("stream_ids", ())) - access.directory.everybodys_streams:
            raise Denied(f"groupIDsAndAdmin: group {group_id} has streams that only an administrator grants")

    def _other_super_admin(self, access: Access) -> bool:
        return access.identity.admin or any(
            SUPER_ADMIN in (one.get("roles") or ()) and not barred(one)
            for i, one in access.directory.users.items()
            if i != access.user_id
        )


def _known(names: Any, among: Any, field: str) -> None:
    if unknown := sorted(set(names) - set(among)):
        raise Invalid(f"{field}: there is no {unknown[0]!r}; one of {', '.join(among)}")


def _merged(old: Document, new: Document) -> Document:
    result = dict(old)
    for name, value in new.items():
        deep = isinstance(value, dict) and isinstance(old.get(name), dict)
        result[name] = _merged(old[name], value) if deep else value
    return result


def _wanted(access: Access, user: Document, query: UsersQuery) -> bool:
    if user.get("deleted_at") is not None or (barred(user) and not query.include_expired):
        return False
    texts = [(query.first_name, "first_name"), (query.last_name, "last_name"), (query.username, "username")]
    if query.email is not None:
        if not access.sees_contact(user):
            return False
        texts.append((query.email, "contact_email"))
    for part, name in texts:
        if part is not None and part.casefold() not in str(user.get(name) or "").casefold():
            return False
    if query.role is not None and query.role not in roles_of(user):
        return False
    if query.acl is not None and query.acl not in acls_of(user):
        return False
    directory, name = access.directory, user["username"]
    if query.group is not None and not any(
        group["name"] == query.group and access.sees([i]) and name in directory.members(i)
        for i, group in directory.groups.items()
    ):
        return False
    return query.stream is None or any(
        i in access.stream_ids and directory.streams.get(i, {}).get("name") == query.stream
        for i in directory.streams_of(name)
    )
