"""Documents of the store in the shapes of SkyPortal's API."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from nightdesk_services.marshal.access import Access, Document

_UNIX_JD = 2440587.5
THUMBNAILS = {"new": "science", "ref": "template", "sub": "difference"}
"""SkyPortal's type of a thumbnail -> kind of cutout."""


def time_of_jd(jd: float | None) -> datetime | None:
    """Return the time of a UTC Julian date."""
    return None if jd is None else datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=jd - _UNIX_JD)


def named(document: Document, *hidden: str) -> Document:
    """Return a document with its id called ``id``, without some fields."""
    return {"id": document["_id"]} | {k: v for k, v in document.items() if k != "_id" and k not in hidden}


def group(document: Document) -> Document:
    """Return a group without its members."""
    return named(document, "members")


def groups(access: Access, group_ids: Iterable[int]) -> list[Document]:
    """Return those of some groups that the person may know of, in short."""
    return [
        {"id": i, "name": found["name"], "nickname": found.get("nickname")}
        for i in sorted(group_ids)
        if access.sees([i]) and (found := access.directory.groups.get(i))
    ]


def comment(access: Access, document: Document) -> Document:
    """Return a comment."""
    return named(document, "group_ids", "former_group_ids", "deleted_at") | {
        "author_id": document["author"]["id"],
        "groups": groups(access, document["group_ids"]),
        "resourceType": "sources",
    }


def classification(access: Access, document: Document) -> Document:
    """Return a classification."""
    return named(document, "group_ids", "former_group_ids", "deleted_at") | {
        "author_id": document["author"]["id"],
        "author_name": document["author"]["username"],
        "groups": groups(access, document["group_ids"]),
    }


def annotation(access: Access, document: Document) -> Document:
    """Return an annotation."""
    return named(document, "group_ids") | {"groups": groups(access, document.get("group_ids", ()))}


def listing(document: Document) -> Document:
    """Return an entry of a list."""
    return named(document, "deleted_at")


def thumbnails(survey: str, candid: int | None, obj_id: str) -> list[Document]:
    """Return where an alert's cutouts are, relative to the service."""
    if candid is None:
        return []
    return [
        {
            "type": kind,
            "public_url": f"/api/cutouts/{survey}/{candid}/{cutout}/png",
            "obj_id": obj_id,
            "survey": survey,
            "is_grayscale": True,
        }
        for kind, cutout in THUMBNAILS.items()
    ]


def matches(found: Any) -> dict[str, list[Document]]:
    """Return cross-matches as lists by catalogue, whether all were kept or the nearest only."""
    lists = ((name, m if isinstance(m, list) else [m]) for name, m in (found or {}).items() if m)
    return dict(lists)
