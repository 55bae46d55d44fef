"""The routes."""

from importlib.metadata import version
from typing import Any

from tornado.web import Application

from nightdesk_services.marshal.factory import Marshal
from nightdesk_services.marshal.handlers import (
    about,
    annotations,
    archive,
    classifications,
    comments,
    events,
    facilities,
    groups,
    inbox,
    invitations,
    newsfeed,
    objects,
    people,
    reminders,
    runs,
    scanreports,
    sharing,
    sources,
    streams,
    superobjs,
    system,
    tags,
    taxonomies,
    teams,
    tokens,
    words,
)
from nightdesk_services.marshal.handlers.base import UnknownHandler
from nightdesk_services.marshal.handlers.routes import Routes

MAX_BODY = 16 * 1024 * 1024

AREAS = (
    annotations,
    classifications,
    comments,
    inbox,
    reminders,
    archive,
    events,
    facilities,
    groups,
    invitations,
    newsfeed,
    scanreports,
    objects,
    people,
    runs,
    sharing,
    sources,
    streams,
    superobjs,
    system,
    teams,
    tokens,
    tags,
    taxonomies,
    words,
)
"""Modules that each have a table ``ROUTES``."""

API: Routes = [route for area in AREAS for route in area.ROUTES]
"""Address below ``api/`` -> its handler."""


def application(marshal: Marshal, **settings: Any) -> Application:
    """Return the application that serves a marshal."""
    prefix = marshal.config.prefix
    description = {"description": about.Description(API, version("nightdesk"))}
    routes: list[Any] = [
        (f"{prefix}health", system.Health),
        (f"{prefix}openapi.json", about.OpenApi, description),
        (f"{prefix}docs", about.ApiPage, description),
    ]
    routes += [(f"{prefix}api/{path}", handler) for path, handler in API]
    return Application(
        routes,
        marshal=marshal,
        default_handler_class=UnknownHandler,
        compress_response=True,
        websocket_ping_interval=20,
        **settings,
    )
