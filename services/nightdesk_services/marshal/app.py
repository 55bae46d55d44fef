"""The routes."""

from __future__ import annotations

from typing import Any

from tornado.web import Application, RequestHandler

from nightdesk_services.marshal.factory import Marshal
from nightdesk_services.marshal.handlers import archive, events, groups, objects, system, words
from nightdesk_services.marshal.handlers.base import UnknownHandler

OBJECT = r"([\w.+\-]+)"
ID = r"(\d{1,18})"
CUTOUT = r"(\w+)/(\d{1,19})/(science|template|difference)"
MAX_BODY = 4 * 1024 * 1024

API: list[tuple[str, type[RequestHandler]]] = [
    ("sysinfo", system.SysInfo),
    ("internal/profile", system.Profile),
    ("user", system.Users),
    ("groups", groups.Groups),
    (f"groups/{ID}", groups.Group),
    (f"groups/{ID}/users", groups.GroupUsers),
    (rf"groups/{ID}/users/{OBJECT}", groups.GroupUser),
    ("streams", groups.Streams),
    (f"streams/{ID}", groups.Streams),
    ("filters", groups.Filters),
    (f"filters/{ID}", groups.Filter),
    ("candidates", objects.Candidates),
    (f"candidates/{OBJECT}", objects.Candidate),
    ("sources", objects.Sources),
    (f"sources/{OBJECT}", objects.Source),
    (f"sources/{OBJECT}/photometry", objects.Photometry),
    (f"sources/{OBJECT}/comments", words.Comments),
    (f"sources/{OBJECT}/comments/{ID}", words.Comment),
    (f"sources/{OBJECT}/classifications", words.SourceClassifications),
    (f"sources/{OBJECT}/annotations", words.Annotations),
    ("classification", words.Classifications),
    (f"classification/{ID}", words.Classification),
    ("taxonomy", words.Taxonomies),
    (f"taxonomy/{ID}", words.Taxonomies),
    ("listing", words.Listings),
    (f"listing/{ID}", words.Listing),
    ("desk/selection", words.DeskSelection),
    ("alerts", archive.Alerts),
    (f"alerts/{OBJECT}", archive.ObjectAlerts),
    (f"cutouts/{CUTOUT}/png", archive.CutoutPng),
    (f"cutouts/{CUTOUT}/fits", archive.CutoutFits),
    ("events", events.Events),
]
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
