"""Tokens that the marshal issues itself: each a part of its maker's rights, never more."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import timedelta
from typing import Any

from nightdesk.scopes import AREAS, USER_SCOPES, Action, scope

from nightdesk_services.marshal.access import Access, Document, Identity, acls_of, barred
from nightdesk_services.marshal.exceptions import Conflict, Denied, Invalid, NotFound
from nightdesk_services.marshal.models.tokens import TokenPost, TokenPut
from nightdesk_services.marshal.roles import ACLS
from nightdesk_services.marshal.services.people import PeopleService
from nightdesk_services.marshal.services.standing import within
from nightdesk_services.marshal.storage.store import now
from nightdesk_services.marshal.storage.tokens import Tokens

PREFIX = "ndt-"
_USED_EVERY = timedelta(minutes=1)

_DATA = frozenset(ACLS) - {"Become user", "Comment", "Manage users", "Manage groups", "System admin"}
_WRITES: dict[str, frozenset[str]] = {
    "comments": frozenset({"Comment"}),
    "groups": frozenset({"Manage groups", "Manage users", "Upload data"}),
    "facilities": _DATA,
    "sources": _DATA,
    "system": frozenset({"System admin"}),
    "stream": frozenset({"System admin"}),
}
"""Area -> ACLs of which one is needed to change anything there; for other areas it is "Upload data"."""


class TokenService:
    """Makes tokens, and knows whose one is; a token's secret is shown once and kept as a hash."""

    def __init__(self, tokens: Tokens, people: PeopleService) -> None:
        self._tokens = tokens
        self._people = people

    async def identify(self, token: str) -> Identity | None:
        """Return what a token brings, None if it is none of ours or no longer good."""
        number, _, secret = token.removeprefix(PREFIX).partition("-")
        found = await self._tokens.known(number) if token.startswith(PREFIX) else None
        if found is None or not hmac.compare_digest(found["hash"], _hash(secret)):
            return None
        owner = (await self._people.directory()).users.get(found["user_id"])
        if owner is None or barred(owner):
            return None
        if found.get("used_at") is None or now() - found["used_at"] > _USED_EVERY:
            await self._tokens.used(number)
        # what it was made with, as far as its owner has it now
        acls = frozenset(found["acls"]) & acls_of(owner)
        admin = bool(found["admin"] and owner.get("hub_admin")) and "System admin" in acls
        bot = owner["username"].startswith("service:")
        return Identity(
            name=owner["username"].removeprefix("service:"),
            admin=admin,
            scopes=bounded(within(owner, found["scopes"]), acls),
            kind="service" if bot else "user",
            acls=acls,
            token_id=number,
        )

    async def listing(self, access: Access, user_id: int | None) -> list[Document]:
        """Return the person's tokens; an administrator sees those of all."""
        wanted = user_id if access.super_admin else access.user_id
        if user_id is not None and wanted != user_id:
            return []
        return [self._shape(access, one) for one in await self._tokens.of_user(wanted)]

    async def get(self, access: Access, token_id: str) -> Document:
        """Return one token."""
        return self._shape(access, await self._find(access, token_id))

    async def create(self, access: Access, post: TokenPost) -> str:
        """Make a token and return it; it is not shown again."""
        owner = self._owner(access, post.user_id)
        acls = _allowed(access, owner, post.acls)
        scopes, admin = access.identity.scopes, access.identity.admin
        if owner["_id"] != access.user_id:
            # what the hub grants to others is not known here; their ACLs bound what the token may change
            scopes, admin = scopes & frozenset(USER_SCOPES), False
        number, secret = secrets.token_hex(8), secrets.token_urlsafe(32)
        fields = {
            "name": post.name,
            "user_id": owner["_id"],
            "acls": acls,
            "scopes": sorted(scopes),
            "admin": admin,
            "hash": _hash(secret),
            "made_by": access.author,
        }
        if not await self._tokens.insert(number, fields):
            raise Conflict(f"name: {owner['username']} has a token {post.name!r} already")
        return f"{PREFIX}{number}-{secret}"

    async def change(self, access: Access, token_id: str, put: TokenPut) -> None:
        """Give a token another name or other ACLs, none that the person or its owner lacks."""
        found = await self._find(access, token_id)
        fields: dict[str, Any] = {}
        if put.user_id is not None and put.user_id != found["user_id"]:
            raise Invalid("user_id: the token belongs to somebody else, and cannot change hands")
        if put.name is not None:
            fields["name"] = put.name
        if put.acls is not None:
            fields["acls"] = _allowed(access, self._owner(access, found["user_id"]), put.acls)
        if not fields:
            raise Invalid("give name or acls")
        if not await self._tokens.change(found["_id"], fields):
            raise Conflict(f"name: there is a token {put.name!r} already")

    async def remove(self, access: Access, token_id: str) -> None:
        """Make a token worthless from this moment."""
        await self._tokens.remove((await self._find(access, token_id))["_id"])

    def _owner(self, access: Access, user_id: int | None) -> Document:
        wanted = access.user_id if user_id is None else user_id
        if wanted != access.user_id and not access.super_admin:
            raise Denied("user_id: only an administrator makes tokens for others")
        owner = access.directory.users.get(wanted)
        if owner is None or barred(owner):
            raise Invalid(f"user_id: no user {wanted}")
        return owner

    async def _find(self, access: Access, token_id: str) -> Document:
        # a client may hold nothing but the whole token, and name it by that
        number = token_id.removeprefix(PREFIX).partition("-")[0]
        found = await self._tokens.get(number)
        if found is None or not (access.super_admin or found["user_id"] == access.user_id):
            raise NotFound("no such token")
        return found

    def _shape(self, access: Access, token: Document) -> Document:
        owner = access.directory.users.get(token["user_id"], {})
        return {
            "id": token["_id"],
            "name": token["name"],
            "created_at": token["created_at"],
            "modified": token["modified"],
            "created_by_id": token["user_id"],
            "created_by": {
                "id": token["user_id"],
                "username": owner.get("username"),
                "last_used_at": token.get("used_at"),
            },
            "acls": [{"id": acl} for acl in token["acls"]],
        }


def _allowed(access: Access, owner: Document, acls: list[str]) -> list[str]:
    if unknown := sorted(set(acls) - set(ACLS)):
        raise Invalid(f"acls: no ACL {unknown[0]!r}")
    access.require_giving(acls, "acls")
    if owner["_id"] != access.user_id and (lacking := sorted(set(acls) - acls_of(owner))):
        raise Denied(f"acls: {owner['username']} does not hold the ACL {lacking[0]!r}")
    return sorted(set(acls))


def bounded(scopes: list[str], acls: frozenset[str]) -> frozenset[str]:
    """Return those of the maker's scopes that a token with these ACLs has: reading, and changing by ACL."""
    actions: tuple[Action, ...] = ("write", "approve")
    upload, admin = frozenset({"Upload data"}), "System admin" in acls
    closed = {
        scope(area, action)
        for area in AREAS
        for action in actions
        if not (admin or (action == "write" and _WRITES.get(area, upload) & acls))
    }
    if not admin:
        closed.add(scope("system", "read"))
    return frozenset(scopes) - closed


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
