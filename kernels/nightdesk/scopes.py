"""The custom scopes of Nightdesk, as JupyterHub's roles grant them and the services check them."""

from __future__ import annotations

from typing import Literal

Action = Literal["read", "write", "approve"]

AREAS: dict[str, str] = {
    "stream": "the alert stream: rates, lag, quarantine, archive",
    "candidates": "candidates that filters passed",
    "sources": "saved sources, photometry, annotations, classifications",
    "comments": "comments and their attachments",
    "groups": "groups, streams and membership",
    "filters": "filters and their versions",
    "facilities": "telescopes, instruments, allocations, observing runs, shifts",
    "system": "the system's own configuration",
}
"""Area -> what it covers."""


def scope(area: str, action: Action) -> str:
    """Return the name of one scope.

    Examples
    --------
    >>> scope("candidates", "read")
    'custom:nightdesk:candidates:read'
    """
    if area not in AREAS:
        msg = f"unknown area {area!r}; one of {', '.join(AREAS)}"
        raise ValueError(msg)
    return f"custom:nightdesk:{area}:{action}"


def custom_scopes() -> dict[str, dict[str, str]]:
    """Return all scopes in the form of ``c.JupyterHub.custom_scopes``."""
    verbs: dict[Action, str] = {"read": "Read", "write": "Change", "approve": "Approve changes to"}
    return {
        scope(area, action): {"description": f"{verb} {what}"}
        for area, what in AREAS.items()
        for action, verb in verbs.items()
    }


USER_SCOPES: tuple[str, ...] = (
    *(scope(area, "read") for area in AREAS if area != "system"),
    *(
        scope(area, "write")
        for area in ("candidates", "sources", "comments", "groups", "filters", "facilities")
    ),
)
"""What every user holds."""

VIEWER_SCOPES: tuple[str, ...] = tuple(scope(area, "read") for area in AREAS if area != "system")
"""What a read-only user holds."""

ADMIN_SCOPES: tuple[str, ...] = tuple(custom_scopes())
"""What an administrator holds."""
