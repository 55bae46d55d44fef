"""The routes."""

from __future__ import annotations

from typing import Any

from tornado.web import Application

from nightdesk_services.marshal.factory import Marshal
from nightdesk_services.marshal.handlers import archive, events, groups, objects, system, words
from nightdesk_services.marshal.handlers.base import UnknownHandler
from nightdesk_services.marshal.handlers.routes import Routes

MAX_BODY = 4 * 1024 * 1024

AREAS = (
    archive,
    events,
    groups,
    objects,
    system,
    words,
)
"""Modules that each have a table ``ROUTES``."""

API: Routes = [route for area in AREAS for route in area.ROUTES]
"""Address below ``api/`` -> its handler."""


def application(marshal: Marshal, **settings: Any) -> Application:
    """Return the application that serves a marshal."""
    prefix = marshal.config.prefix
    routes: list[Any] = [(f"{prefix}health", system.Health)]
    routes += [(f"{prefix}api/{path}", handler) for path, handler in API]
    return Application(
        routes,
        marshal=marshal,
        default_handler_class=UnknownHandler,
        compress_response=True,
        websocket_ping_interval=20,
        **settings,
    )
