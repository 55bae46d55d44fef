"""Invitations: what a person shall have once they come and show the token they were sent."""

from __future__ import annotations

import re
import secrets
from typing import Any

from nightdesk_services.marshal.access import Access, Document, barred, roles_of
from nightdesk_services.marshal.exceptions import Conflict, Denied, Invalid, NotFound
from nightdesk_services.marshal.models.invitations import InvitationPatch, InvitationPost, InvitationsQuery
from nightdesk_services.marshal.roles import ROLES, SUPER_ADMIN
from nightdesk_services.marshal.services import profiles
from nightdesk_services.marshal.services.groups import new_member
from nightdesk_services.marshal.services.people import PeopleService
from nightdesk_services.marshal.storage.documents import Documents
from nightdesk_services.marshal.storage.people import People


class InvitationService:
    """Who manages users invites to the groups they administer; only they see what they sent."""

    def __init__(self, invitations: Documents, people: PeopleService, storage: People) -> None:
        self._invitations = invitations
        self._people = people
        self._storage = storage

    async def listing(self, access: Access, query: InvitationsQuery) -> Document:
        """Return one page of the invitations that the person sent; to an administrator, of all."""
        wanted: dict[str, Any] = {} if access.super_admin else {"invited_by_id": access.user_id}
        if not query.include_used:
            wanted["used"] = False
        if query.email is not None:
            wanted["user_email"] = {"$regex": re.escape(query.email), "$options": "i"}
        named = (
            (query.group, "group_ids", access.directory.groups),
            (query.stream, "stream_ids", access.directory.streams),
        )
        for name, field, known in named:
            if name is not None:
                wanted[field] = {"$in": [i for i, one in known.items() if one["name"] == name]}
        if query.invited_by is not None:
            part = query.invited_by.casefold()
            users = [i for i, u in access.directory.users.items() if part in u["username"].casefold()]
            wanted = {"$and": [wanted, {"invited_by_id": {"$in": users}}]}
        found = await self._invitations.find(wanted, page=query.span)
        return {
            "invitations": [self._shape(access, one) for one in found],
            "totalMatches": await self._invitations.count(wanted),
        }

    async def create(self, access: Access, post: InvitationPost) -> int:
        """Invite somebody and return the invitation's id."""
        groups = list(dict.fromkeys(post.group_ids))
        if len(groups) != len(post.group_ids):
            raise Invalid("groupIDs: each group once")
        access.require_giving_roles([post.role], "role")
        count = len(groups)
        made = await self._invitations.insert(
            {
                "token": secrets.token_urlsafe(24),
                "user_email": post.user_email,
                "role_id": post.role,
                "group_ids": groups,
                **self._streams(access, groups, post.stream_ids),
                "admin_for_groups": post.group_admin or [False] * count,
                "can_save_to_groups": post.can_save or [True] * count,
                "can_share_photometry_for_groups": post.can_share_photometry or [False] * count,
                "user_expiration_date": post.user_expiration_date,
                "invited_by_id": access.user_id,
                "used": False,
            }
        )
        return int(made["_id"])

    async def change(self, access: Access, number: int, patch: InvitationPatch) -> None:
        """Change an invitation that was not accepted yet."""
        former = await self._own(access, number)
        if former["used"]:
            raise Conflict("this invitation was accepted")
        fields: dict[str, Any] = {}
        if patch.role is not None:
            access.require_giving_roles([patch.role], "role")
            fields["role_id"] = patch.role
        if patch.user_expiration_date is not None:
            fields["user_expiration_date"] = patch.user_expiration_date
        if patch.group_ids is not None or patch.stream_ids is not None:
            groups = list(dict.fromkeys(patch.group_ids or former["group_ids"]))
            streams = patch.stream_ids
            if streams is None and patch.group_ids is None:
                streams = former["stream_ids"]
            fields |= {"group_ids": groups, **self._streams(access, groups, streams)}
            for name, default in _FLAGS.items():
                known = dict(zip(former["group_ids"], former[name], strict=True))
                fields[name] = [known.get(i, default) for i in groups]
        if not fields:
            raise Invalid("nothing to change was given")
        await self._invitations.change(number, fields)

    async def remove(self, access: Access, number: int) -> None:
        """Take an invitation back."""
        await self._own(access, number)
        await self._invitations.remove({"_id": number})

    async def accept(self, access: Access, token: str) -> Document:
        """Give the person who shows the token what they were invited to; it works once."""
        found = await self._invitations.one({"token": token, "used": False})
        inviter = access.directory.users.get(found["invited_by_id"]) if found else None
        if found is None or inviter is None or barred(inviter):
            raise NotFound("token: no such invitation, or it was accepted")
        taken = await self._invitations.update(
            {"_id": found["_id"], "used": False}, {"$set": {"used": True, "used_by_id": access.user_id}}
        )
        if not taken:
            raise NotFound("token: no such invitation, or it was accepted")
        user = access.directory.users[access.user_id]
        joined = []
        flags = (found[name] for name in _FLAGS)
        for group_id, admin, can_save, share in zip(found["group_ids"], *flags, strict=True):
            if _administers(access, inviter, group_id):
                member = new_member(access.username, admin=admin, can_save=can_save, share=share)
                await self._storage.join(group_id, member)
                joined.append(group_id)
        await self._storage.give(access.user_id, "stream_ids", found["extra_stream_ids"])
        # who was here before the invitation keeps the role and the time they had
        if user["created_at"] >= found["created_at"] and not user.get("roles"):
            fields = {"roles": [found["role_id"]], "expiration_date": found["user_expiration_date"]}
            await self._storage.change_user(access.user_id, fields)
        self._people.forget()
        return {"group_ids": joined}

    def _streams(self, access: Access, group_ids: list[int], stream_ids: list[int] | None) -> Document:
        """Return the streams of an invitation, and those of them that its groups do not bring."""
        of_groups: set[int] = set()
        for group_id in group_ids:
            group = access.require_fillable(group_id, "groupIDs")
            of_groups |= set(group.get("stream_ids", ()))
        if stream_ids is None:
            return {"stream_ids": sorted(of_groups), "extra_stream_ids": []}
        given = set(stream_ids)
        if unknown := sorted(given - access.stream_ids):
            raise Invalid(f"streamIDs: no stream {unknown[0]}")
        if lacking := sorted(of_groups - given):
            raise Invalid(f"streamIDs: the groups have stream {lacking[0]} too")
        if given - of_groups and not access.super_admin:
            raise Denied("streamIDs: only an administrator grants streams that the groups do not have")
        return {"stream_ids": sorted(given), "extra_stream_ids": sorted(given - of_groups)}

    async def _own(self, access: Access, number: int) -> Document:
        found = await self._invitations.get(number)
        if found is None or found["invited_by_id"] != access.user_id:
            raise NotFound(f"you have sent no invitation {number}")
        return found

    def _shape(self, access: Access, one: Document) -> Document:
        mine = one["invited_by_id"] == access.user_id
        inviter = access.directory.users.get(one["invited_by_id"])
        groups = access.directory.groups
        names = ("created_at", "modified", "user_email", "role_id", "used", "user_expiration_date", *_FLAGS)
        return {
            "id": one["_id"],
            "token": one["token"] if mine else None,
            **{name: one[name] for name in names},
            "role": {"id": one["role_id"], "acls": sorted(ROLES[one["role_id"]])},
            "groups": [profiles.group(groups[i]) for i in one["group_ids"] if i in groups],
            "streams": profiles.streams(access, one["stream_ids"]),
            "invited_by": profiles.user(access, inviter) if inviter else None,
        }


_FLAGS = {"admin_for_groups": False, "can_save_to_groups": True, "can_share_photometry_for_groups": False}
"""Lists with a flag for each group, and what it is if nothing was said."""


def _administers(access: Access, user: Document, group_id: int) -> bool:
    """Return whether somebody is still an admin of a group, if it is still there."""
    member = access.directory.members(group_id).get(user["username"], {})
    super_admin = SUPER_ADMIN in roles_of(user) and group_id in access.directory.groups
    return super_admin or bool(member.get("admin"))
