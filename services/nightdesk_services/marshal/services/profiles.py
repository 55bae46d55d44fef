"""People in the shapes of SkyPortal's API."""

from __future__ import annotations

from typing import Any

from nightdesk_services.marshal.access import Access, Document, acls_of, roles_of
from nightdesk_services.marshal.services.tokens import TokenService

_CONTACT = ("contact_email", "contact_phone")


def user(access: Access, document: Document) -> Document:
    """Return a user as this person sees them."""
    seen = access.sees_contact(document)
    return {
        "id": document["_id"],
        "created_at": document.get("created_at"),
        "modified": document.get("modified"),
        "username": document["username"],
        "first_name": document.get("first_name"),
        "last_name": document.get("last_name"),
        "bio": document.get("bio"),
        "affiliations": document.get("affiliations") or [],
        **{name: document.get(name) if seen else None for name in _CONTACT},
        "oauth_uid": document.get("oauth_uid") if seen else None,
        "is_bot": bool(document.get("is_bot")),
        "expiration_date": document.get("expiration_date"),
    }


def with_rights(access: Access, document: Document) -> Document:
    """Return a user with their roles and ACLs, and to an administrator their groups and streams."""
    shown = user(access, document) | {
        "roles": sorted(roles_of(document)),
        "acls": sorted(document.get("acls") or ()),
        "permissions": sorted(acls_of(document)),
    }
    if not access.super_admin:
        return shown
    name, directory = document["username"], access.directory
    groups = [
        g for _, g in sorted(directory.groups.items()) if any(m["username"] == name for m in g["members"])
    ]
    return shown | {
        "groups": [group(g) for g in groups],
        "streams": streams(access, directory.streams_of(name)),
    }


def group(document: Document) -> Document:
    """Return a group by itself."""
    return {
        "id": document["_id"],
        "created_at": document.get("created_at"),
        "modified": document.get("modified"),
        "name": document["name"],
        "nickname": document.get("nickname"),
        "description": document.get("description"),
        "private": bool(document.get("private")),
        "auto_accept_requests": bool(document.get("auto_accept_requests")),
        "single_user_group": bool(document.get("single_user_group")),
    }


def stream(document: Document) -> Document:
    """Return a stream."""
    return {
        "id": document["_id"],
        "created_at": document.get("created_at"),
        "modified": document.get("modified"),
        "name": document["name"],
        "altdata": document.get("altdata") or {},
        "auto_join": bool(document.get("auto_join")),
    }


def streams(access: Access, stream_ids: Any) -> list[Document]:
    """Return streams by their ids."""
    known = access.directory.streams
    return [stream(known[i]) for i in sorted(stream_ids) if i in known]


async def own(access: Access, tokens: TokenService, requests: list[Document]) -> Document:
    """Return the profile of who is asking."""
    document = access.directory.users.get(access.user_id) or {
        "_id": access.user_id,
        "username": access.username,
    }
    made = await tokens.listing(access, access.user_id)
    return user(access, document) | {
        "is_bot": access.bot or bool(document.get("is_bot")),
        "roles": sorted(access.roles),
        "acls": sorted(document.get("acls") or ()),
        "permissions": sorted(access.acls),
        "preferences": document.get("preferences") or {},
        "tokens": [
            {
                "id": t["id"],
                "name": t["name"],
                "acls": [a["id"] for a in t["acls"]],
                "created_at": t["created_at"],
            }
            for t in made
        ],
        "groupAdmissionRequests": requests,
        "streams": streams(access, access.stream_ids),
        "is_anonymous": False,
    }
