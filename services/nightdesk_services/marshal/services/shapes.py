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


def jd_of_time(time: datetime) -> float:
    """Return the UTC Julian date of a time."""
    return time.timestamp() / 86400 + _UNIX_JD


def named(document: Document, *hidden: str) -> Document:
    """Return a document with its id called ``id``, without some fields."""
    return {"id": document["_id"]} | {k: v for k, v in document.items() if k != "_id" and k not in hidden}


def group(document: Document) -> Document:
    """Return a group without its members."""
    return named(document, "members")


def named_group(document: Document) -> Document:
    """Return a group in short, as other things show it."""
    names = ("name", "nickname", "description", "private", "single_user_group", "created_at", "modified")
    return {"id": document["_id"]} | {name: document[name] for name in names if name in document}


def person(document: Document) -> Document:
    """Return a user in short, as others see them."""
    names = ("username", "first_name", "last_name", "is_bot")
    return {"id": document["_id"]} | {name: document.get(name) for name in names}


def groups(access: Access, group_ids: Iterable[int]) -> list[Document]:
    """Return those of some groups that the person may know of, in short."""
    return [
        {"id": i, "name": found["name"], "nickname": found.get("nickname")}
        for i in sorted(group_ids)
        if access.sees([i]) and (found := access.directory.groups.get(i))
    ]


_THINGS = ("obj_id", "spectrum_id", "photometry_id", "gcn_id", "earthquake_id", "shift_id")
_RECORD = (*_THINGS, "created_at", "modified")
_COMMENT = ("text", "channel", "system", "attachment_name", "origin", "bot", "author")
_CLASSIFICATION = ("classification", "taxonomy_id", "probability", "origin", "ml", "author", "votes", "edits")
_ANNOTATION = ("data", "origin", "author")
_TYPES = {
    "spectrum_id": "spectra",
    "gcn_id": "gcn_event",
    "earthquake_id": "earthquake",
    "shift_id": "shift",
}


def comment(access: Access, document: Document) -> Document:
    """Return a comment."""
    types = (kind for field, kind in _TYPES.items() if field in document)
    return _record(access, document, _COMMENT) | {"resourceType": next(types, "sources")}


def classification(access: Access, document: Document) -> Document:
    """Return a classification."""
    return _record(access, document, _CLASSIFICATION) | {"author_name": document["author"]["username"]}


def annotation(access: Access, document: Document) -> Document:
    """Return an annotation."""
    return _record(access, document, _ANNOTATION)


def _record(access: Access, document: Document, names: tuple[str, ...]) -> Document:
    return {
        "id": document["_id"],
        **{name: document[name] for name in (*_RECORD, *names) if name in document},
        "author_id": document.get("author", {}).get("id"),
        "groups": groups(access, document.get("group_ids", ())),
    }


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
