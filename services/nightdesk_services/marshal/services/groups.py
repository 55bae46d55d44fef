"""Groups: who is in, and what streams they get."""

from __future__ import annotations

from typing import Any

from nightdesk_services.marshal.access import SITEWIDE, Access, Document, roles_of
from nightdesk_services.marshal.exceptions import Conflict, Denied, Invalid, NotFound
from nightdesk_services.marshal.models.groups import GroupPost, GroupPut, MemberPatch, MemberPost
from nightdesk_services.marshal.roles import SUPER_ADMIN
from nightdesk_services.marshal.services import filter_shapes, profiles
from nightdesk_services.marshal.services.people import PeopleService
from nightdesk_services.marshal.storage.filters import Filters
from nightdesk_services.marshal.storage.people import People


class GroupService:
    """Streams are granted to groups by administrators; people come in by the group's own admins."""

    def __init__(self, people: PeopleService, storage: People, filters: Filters) -> None:
        self._people = people
        self._filters = filters
        self._storage = storage

    def listing(self, access: Access, *, single: bool) -> Document:
        """Return the person's groups, those they may read, and those they may know of."""

        def chosen(group_ids: Any) -> list[Document]:
            found = (access.directory.groups[group_id] for group_id in sorted(group_ids))
            return [profiles.group(g) for g in found if single or not g.get("single_user_group")]

        known = [i for i in access.directory.groups if access.knows(i)]
        return {
            "user_groups": chosen(access.memberships),
            "user_accessible_groups": chosen(access.readable),
            "all_groups": chosen(known),
        }

    def named(self, access: Access, name: str) -> list[Document]:
        """Return the groups of a name that the person may know of."""
        groups = access.directory.groups.items()
        return [profiles.group(g) for i, g in groups if g["name"] == name and access.knows(i)]

    async def get(self, access: Access, group_id: int, *, users: bool = True) -> Document:
        """Return a group; its members, streams and filters are for those who belong to it."""
        group = self._group(access, group_id)
        shown = profiles.group(group)
        if not access.sees([group_id]):
            return shown
        filters = await self._filters.of_groups([group_id]) if access.has("filters", "read") else []
        shown |= {
            "streams": profiles.streams(access, group.get("stream_ids", ())),
            "filters": [filter_shapes.official(one) for one in filters],
        }
        return shown | {"users": [_member(access, one) for one in group["members"]]} if users else shown

    async def public(self, access: Access) -> Document:
        """Return the group of everybody."""
        return profiles.group(self._group(access, SITEWIDE))

    async def create(self, access: Access, post: GroupPost) -> int:
        """Make a group with the person as its admin and return its id."""
        sitewide = access.directory.groups.get(SITEWIDE, {})
        streams = self._streams(access, post.stream_ids)
        self._free(access, post.name)
        users = {u["_id"]: u["username"] for u in await self._people.users() if not u.get("deleted_at")}
        if unknown := sorted(set(post.group_admins) - set(users)):
            raise Invalid(f"group_admins: no user {unknown[0]}")
        admins = {access.username, *(users[user_id] for user_id in post.group_admins)}
        made = await self._storage.add_group(
            {
                "name": post.name,
                "nickname": post.nickname,
                "description": post.description,
                "private": post.private,
                "auto_accept_requests": post.auto_accept_requests,
                "single_user_group": False,
                "stream_ids": list(sitewide.get("stream_ids", ())) if streams is None else streams,
                "members": [{"username": n, "admin": True, "can_save": True} for n in sorted(admins)],
            }
        )
        self._people.forget()
        return made

    async def change(self, access: Access, group_id: int, put: GroupPut) -> None:
        """Change a group's description, or, as an administrator, its streams."""
        group = self._own(access, group_id)
        fields = put.model_dump(exclude_unset=True)
        for name in ("private", "auto_accept_requests"):
            if fields.get(name, False) is None:
                del fields[name]
        if "stream_ids" in fields:
            fields["stream_ids"] = self._streams(access, put.stream_ids) or []
        if put.name is None:
            fields.pop("name", None)
        elif put.name != group["name"]:
            self._free(access, put.name)
        if fields.get("private") and group_id == SITEWIDE:
            raise Invalid("private: everybody is in this group")
        await self._storage.change_group(group_id, fields)
        self._people.forget()

    async def remove(self, access: Access, group_id: int) -> None:
        """Remove a group and stop its filters; what was saved to it is seen by nobody any more."""
        self._own(access, group_id)
        if group_id == SITEWIDE:
            raise Denied("the group of everybody cannot be removed")
        await self._storage.remove_group(group_id)
        self._people.forget()

    async def add_member(self, access: Access, group_id: int, post: MemberPost) -> Document:
        """Take somebody into a group; who is not an administrator takes in whoever has its streams."""
        group = self._own(access, group_id)
        user = await self._user(post)
        self.require_streams(access, group, user["username"])
        member = {
            "username": user["username"],
            "admin": post.admin,
            "can_save": post.can_save,
            "can_share_photometry": post.can_share_photometry,
        }
        if not await self._storage.join(group_id, member):
            raise Conflict(f"{user['username']} is in group {group_id} already")
        self._people.forget()
        return {"group_id": group_id, "user_id": user["_id"], "admin": post.admin}

    async def change_member(self, access: Access, group_id: int, patch: MemberPatch) -> None:
        """Change what a member may do."""
        group = self._own(access, group_id)
        username = (await self._user(patch))["username"]
        self._member(group, username)
        if patch.admin is False:
            self._keep_an_admin(access, group, username)
        flags = {
            "admin": patch.admin,
            "can_save": patch.can_save,
            "can_share_photometry": patch.can_share_photometry,
        }
        fields = {name: value for name, value in flags.items() if value is not None}
        if not fields:
            raise Invalid("give admin, canSave or canSharePhotometry")
        await self._storage.change_member(group_id, username, fields)
        self._people.forget()

    async def remove_member(self, access: Access, group_id: int, user: str) -> None:
        """Take somebody, by id or name, out of a group; everybody may leave."""
        group = self._group(access, group_id)
        found = await self._user(
            MemberPost(user_id=int(user)) if user.isdigit() else MemberPost(username=user)
        )
        if found["username"] != access.username:
            access.require_admin(group_id)
        if group_id == SITEWIDE or group.get("single_user_group"):
            raise Denied("nobody can leave this group")
        self._member(group, found["username"])
        self._keep_an_admin(access, group, found["username"])
        await self._storage.leave(group_id, found["username"])
        self._people.forget()

    async def add_from_groups(self, access: Access, group_id: int, from_ids: list[int]) -> None:
        """Take in all members of other groups, all or none; who is in already stays as they are."""
        group = self._own(access, group_id)
        there = access.directory.members(group_id)
        wanted = set()
        for other in from_ids:
            self._group(access, other)
            if not access.sees([other]):
                raise Denied(f"fromGroupIDs: you are not in group {other}")
            wanted |= set(access.directory.members(other)) - set(there)
        for username in sorted(wanted):
            self.require_streams(access, group, username)
        for username in sorted(wanted):
            await self._storage.join(group_id, new_member(username))
        self._people.forget()

    async def grant(self, access: Access, group_id: int, stream_id: int) -> Document:
        """Grant a stream to a group all of whose members have it already."""
        group = self._group(access, group_id)
        stream = self._stream(access, stream_id)
        if group.get("single_user_group"):
            raise Denied("a single-user group cannot be changed")
        if stream_id in group.get("stream_ids", ()):
            raise Conflict(f"group {group_id} has stream {stream_id} already")
        for member in group["members"]:
            if stream_id not in self._streams_of(access, member["username"]):
                raise Denied(f"{member['username']} has no access to the stream {stream['name']!r} yet")
        await self._storage.grant_stream(group_id, stream_id)
        self._people.forget()
        return {"group_id": group_id, "stream_id": stream_id}

    async def withdraw(self, access: Access, group_id: int, stream_id: int) -> None:
        """Take a stream from a group that has no filter on it."""
        group = self._group(access, group_id)
        if stream_id not in group.get("stream_ids", ()):
            raise NotFound(f"group {group_id} has no stream {stream_id}")
        for one in await self._filters.of_groups([group_id]):
            if one["stream_id"] == stream_id:
                raise Conflict(
                    f"the filter {one['name']!r} of this group works on the stream; remove it first"
                )
        await self._storage.withdraw_stream(group_id, stream_id)
        self._people.forget()

    def require_streams(self, access: Access, group: Document, username: str) -> None:
        """Raise `Denied` if somebody would come to a stream by joining that nobody has granted them."""
        if access.super_admin:
            return
        lacking = sorted(set(group.get("stream_ids", ())) - self._streams_of(access, username))
        if lacking:
            raise Denied(
                f"{username} has no access to stream {lacking[0]} of this group; an administrator grants it"
            )

    def _streams_of(self, access: Access, username: str) -> frozenset[int]:
        user = access.directory.user_named(username)
        if user is not None and SUPER_ADMIN in roles_of(user):
            return frozenset(access.directory.streams)
        return access.directory.streams_of(username)

    def _stream(self, access: Access, stream_id: int) -> Document:
        found = access.directory.streams.get(stream_id)
        if found is None:
            raise Invalid(f"stream_id: no stream {stream_id}")
        return found

    def _group(self, access: Access, group_id: int) -> Document:
        if not access.knows(group_id):
            raise NotFound(f"no group {group_id}")
        return access.directory.groups[group_id]

    def _own(self, access: Access, group_id: int) -> Document:
        group = self._group(access, group_id)
        access.require_admin(group_id)
        if group.get("single_user_group"):
            raise Denied("a single-user group cannot be changed")
        return group

    def _free(self, access: Access, name: str) -> None:
        if any(group["name"] == name for group in access.directory.groups.values()):
            raise Conflict(f"name: there is a group {name!r} already")

    def _streams(self, access: Access, stream_ids: list[int] | None) -> list[int] | None:
        if stream_ids is None:
            return None
        if unknown := sorted(set(stream_ids) - set(access.directory.streams)):
            raise Invalid(f"stream_ids: no stream {unknown[0]}")
        if not access.super_admin:
            raise Denied("stream_ids: only an administrator grants streams to a group")
        return sorted(set(stream_ids))

    async def _user(self, who: MemberPost) -> Document:
        if who.user_id is not None:
            found = await self._storage.user_by_id(who.user_id)
        else:
            found = await self._storage.user(who.username or "")
        if found is None or found.get("deleted_at") is not None:
            raise NotFound(f"no user {who.user_id or who.username!r} has logged in yet")
        return found

    def _member(self, group: Document, username: str) -> None:
        if all(member["username"] != username for member in group["members"]):
            raise NotFound(f"{username} is not in group {group['_id']}")

    def _keep_an_admin(self, access: Access, group: Document, username: str) -> None:
        others = [m for m in group["members"] if m.get("admin") and m["username"] != username]
        if not others and not access.super_admin:
            raise Conflict("the last admin of a group cannot go; make somebody else one first")


def new_member(username: str, *, admin: bool = False, can_save: bool = True, share: bool = False) -> Document:
    """Return a member as a group holds them."""
    return {"username": username, "admin": admin, "can_save": can_save, "can_share_photometry": share}


def _member(access: Access, member: Document) -> Document:
    user = access.directory.user_named(member["username"])
    shown = profiles.user(access, user) if user else {}
    names = ("id", "first_name", "last_name", "contact_email", "contact_phone", "oauth_uid")
    return {name: shown.get(name) for name in names} | {
        "username": member["username"],
        "admin": bool(member.get("admin")),
        "can_save": bool(member.get("can_save", True)),
        "can_share_photometry": bool(member.get("can_share_photometry")),
    }
