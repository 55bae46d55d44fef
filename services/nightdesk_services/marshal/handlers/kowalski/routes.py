"""The routes of Kowalski's API."""

from __future__ import annotations

from nightdesk_services.marshal.handlers.kowalski import alerts, auth, filters, queries, skymaps
from nightdesk_services.marshal.handlers.routes import Routes

BASE = "kowalski"
"""Where they begin, below the marshal's own address."""

KOWALSKI: Routes = [route for area in (auth, queries, filters, alerts, skymaps) for route in area.ROUTES]
"""Address below `BASE` -> its handler."""


def below(prefix: str) -> Routes:
    """Return the routes with their whole addresses.

    `penquins` joins its own address and the path with one slash or two, depending on how the former ends.
    """
    return [(f"{prefix}{BASE}/*{path}", handler) for path, handler in KOWALSKI]
