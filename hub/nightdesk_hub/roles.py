"""Who may do what: the hub's roles, made of its own scopes and ours."""

from __future__ import annotations

from typing import Any

from nightdesk.scopes import ADMIN_SCOPES, USER_SCOPES, VIEWER_SCOPES, scope

ADMIN_ROLE = "nightdesk-admin"
USER_ROLE = "nightdesk-user"
VIEWER_ROLE = "nightdesk-viewer"

SERVICE_ACCESS: tuple[str, ...] = (
    "access:services!service=marshal",
    "access:services!service=broker",
    "access:services!service=dask-gateway",
    "access:services!service=stream",
)
"""Leave to speak to the services at all; what they allow is a matter of our own scopes."""

PAGE_SCOPES: tuple[str, ...] = (scope("stream", "read"), scope("stream", "write"))
"""What the Stream page may do in a person's name, as far as the person may."""

SERVER_SCOPES: tuple[str, ...] = (
    "users:activity!user",
    "access:servers!server",
    *SERVICE_ACCESS,
    *ADMIN_SCOPES,
)
"""What the token in a user's server may do, as far as the user may: no hub administration, ever."""


def load_roles() -> list[dict[str, Any]]:
    """Return the roles in the form of ``c.JupyterHub.load_roles``."""
    return [
        {
            # JupyterHub gives this one to everybody at every login, to viewers too.
            "name": "user",
            "description": "Logs in and looks at the desk",
            "scopes": ["self", *SERVICE_ACCESS, *VIEWER_SCOPES],
        },
        {
            "name": USER_ROLE,
            "description": "Works with the desk",
            "scopes": [*SERVICE_ACCESS, *USER_SCOPES],
        },
        {
            "name": VIEWER_ROLE,
            "description": "Looks at the desk, changes nothing",
            "scopes": [*SERVICE_ACCESS, *VIEWER_SCOPES],
        },
        {
            "name": ADMIN_ROLE,
            "description": "Administers the desk",
            "scopes": [*SERVICE_ACCESS, *ADMIN_SCOPES],
        },
        {
            "name": "nightdesk-marshal",
            "description": "The marshal looks up users by name, and keeps groups equal here and there",
            "scopes": [
                "list:users",
                "read:users:name",
                "read:users:groups",
                "read:roles:users",
                "admin:groups",
            ],
            "services": ["marshal"],
        },
        {
            "name": "nightdesk-stream",
            "description": "The Stream page shows what the broker does; changes it makes in a person's name",
            "scopes": ["access:services!service=broker", scope("stream", "read")],
            "services": ["stream"],
        },
        {
            "name": "nightdesk-idle-culler",
            "description": "Ends users' servers that nobody uses",
            "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"],
            "services": ["idle-culler"],
        },
    ]
