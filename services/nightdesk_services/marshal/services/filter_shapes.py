"""Filters in SkyPortal's shape, and in our own that tells what they do."""

from __future__ import annotations

from typing import Final

from nightdesk_services.marshal.access import Document
from nightdesk_services.marshal.services import shapes

BROKER: Final[Document] = {"id": 1, "name": "Nightdesk"}
"""The one broker of a desk."""


def official(document: Document) -> Document:
    """Return a filter as SkyPortal's clients know it; what it does is in its ``altdata``."""
    altdata = dict(document.get("altdata") or {})
    if document.get("source") is not None:
        code = ("kind", "source", "active", "version", "survey")
        altdata |= {name: document.get(name) for name in code}
    return {
        "id": document["_id"],
        "created_at": document.get("created_at"),
        "modified": document.get("modified"),
        "name": document["name"],
        "stream_id": document["stream_id"],
        "group_id": document["group_id"],
        "broker_id": document.get("broker_id"),
        "altdata": altdata,
        "autosave": bool(document.get("autosave")),
    }


def whole(document: Document, *, history: bool = True) -> Document:
    """Return a filter with all that we know of it."""
    return shapes.named(document, *(() if history else ("history",)))
