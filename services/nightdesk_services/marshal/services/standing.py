"""What the hub lets somebody do, as last seen here: their scopes, and whether they administer it.

A person's tokens differ in width, so what they bring is gathered; it is forgotten as soon as the hub takes
something away, and gathered anew from then on. The marshal's own tokens never do more than this.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from nightdesk.scopes import USER_SCOPES, scope

from nightdesk_services.marshal.access import Document, Identity
from nightdesk_services.marshal.roles import FULL_USER, SUPER_ADMIN, VIEW_ONLY

_RANKS = (VIEW_ONLY, FULL_USER, SUPER_ADMIN)


def learned(user: Document, identity: Identity) -> dict[str, Any]:
    """Return the fields of a user's record that a token of the hub's changes; empty if none."""
    lost = bool(user.get("hub_admin")) and not identity.admin
    known = frozenset() if lost else scopes_of(user) or frozenset()
    role = VIEW_ONLY if lost else user.get("seen_role") or VIEW_ONLY
    fields = {
        "hub_admin": identity.admin,
        "seen_scopes": sorted(known | identity.scopes),
        "seen_role": max(role, _role_of(identity), key=_RANKS.index),
    }
    return {} if all(user.get(name) == value for name, value in fields.items()) else fields


def forgotten(admin: bool) -> dict[str, Any]:
    """Return the fields of the record of somebody from whom the hub has taken something."""
    return {"hub_admin": admin, "seen_scopes": [], "seen_role": VIEW_ONLY}


def scopes_of(user: Document) -> frozenset[str] | None:
    """Return the scopes that somebody was seen with, None if they never came with a token of the hub's."""
    seen = user.get("seen_scopes")
    return None if seen is None else frozenset(seen)


def within(user: Document, scopes: Iterable[str]) -> list[str]:
    """Return those of a token's scopes that its owner has now; who was never seen has a user's at most."""
    known = scopes_of(user)
    return sorted(frozenset(scopes) & (frozenset(USER_SCOPES) if known is None else known))


def _role_of(identity: Identity) -> str:
    """Return the role that a token's scopes amount to."""
    if identity.admin or scope("system", "write") in identity.scopes:
        return SUPER_ADMIN
    return FULL_USER if scope("sources", "write") in identity.scopes else VIEW_ONLY
