"""Roles and ACLs by SkyPortal's names: what a person may do, wherever they belong."""

from __future__ import annotations

from typing import Final

ACLS: Final = (
    "Annotate",
    "Become user",
    "Classify",
    "Comment",
    "Delete bulk photometry",
    "Delete instrument",
    "Delete taxonomy",
    "Delete telescope",
    "Manage allocations",
    "Manage groups",
    "Manage instruments",
    "Manage observing runs",
    "Manage shifts",
    "Manage sources",
    "Manage telescopes",
    "Manage users",
    "Post taxonomy",
    "System admin",
    "Upload data",
)

SUPER_ADMIN, GROUP_ADMIN, FULL_USER, VIEW_ONLY = "Super admin", "Group admin", "Full user", "View only"

_USER = frozenset({"Annotate", "Classify", "Comment", "Manage shifts", "Upload data"})

ROLES: Final[dict[str, frozenset[str]]] = {
    SUPER_ADMIN: frozenset(ACLS),
    GROUP_ADMIN: _USER
    | {
        "Manage allocations",
        "Manage groups",
        "Manage instruments",
        "Manage observing runs",
        "Manage sources",
        "Manage telescopes",
        "Manage users",
        "Post taxonomy",
    },
    FULL_USER: _USER,
    VIEW_ONLY: frozenset(),
}
"""Role -> the ACLs that it brings."""
