"""The routes."""

from importlib.metadata import version
from typing import Any

from tornado.web import Application

from nightdesk_services.marshal.compression import Compression
from nightdesk_services.marshal.factory import Marshal
from nightdesk_services.marshal.handlers import (
    about,
    annotations,
    archive,
    audit,
    classifications,
    comments,
    default_followup,
    events,
    facilities,
    finders,
    followup,
    groups,
    identity,
    inbox,
    invitations,
    newsfeed,
    notification_rules,
    objects,
    observability,
    people,
    phot_stats,
    photometric_series,
    photometry,
    reminders,
    runs,
    scanreports,
    sharing,
    sources,
    spectra,
    streams,
    superobjs,
    system,
    tags,
    taxonomies,
    teams,
    thumbnails,
    tokens,
    words,
)
from nightdesk_services.marshal.handlers.base import UnknownHandler
from nightdesk_services.marshal.handlers.kowalski.routes import below
from nightdesk_services.marshal.handlers.routes import Routes

MAX_BODY = 16 * 1024 * 1024

AREAS = (
    annotations,
    photometric_series,
    photometry,
    classifications,
    comments,
    inbox,
    reminders,
    archive,
    audit,
    default_followup,
    events,
    facilities,
    followup,
    finders,
    groups,
    identity,
    invitations,
    newsfeed,
    notification_rules,
    scanreports,
    objects,
    observability,
    people,
    phot_stats,
    runs,
    sharing,
    sources,
    spectra,
    streams,
    superobjs,
    system,
    teams,
    thumbnails,
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
    routes += below(prefix)
    return Application(
        routes,
        marshal=marshal,
        default_handler_class=UnknownHandler,
        transforms=[Compression],
        websocket_ping_interval=20,
        **settings,
    )
