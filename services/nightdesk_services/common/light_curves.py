"""The light curve of an object: its document, and what came since that was written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import bson
from nightdesk.alerts import point_key
from nightdesk.photometry.curves import LISTS as CURVE_LISTS
from nightdesk.surveys import Survey
from pymongo.database import Database

Document = dict[str, Any]

LISTS = tuple(CURVE_LISTS)
"""The parts of a light curve."""
UNREAD = ("detections", "limits", "forced")
"""Fields of ``<S>_objects`` that are no part of a light curve."""
PACKED = (*UNREAD, "added")
"""Fields of ``<S>_objects`` that are no plain values."""


def newest(versions: Iterable[Document]) -> dict[str, Document]:
    """Return the last version of each object."""
    found: dict[str, Document] = {}
    for version in versions:
        name = version["objectId"]
        if name not in found or found[name]["v"] < version["v"]:
            found[name] = version
    return found


def added_by(version: Document) -> Document:
    """Return the points that came with a version, by list; none once they are folded."""
    return bson.decode(version["added"]) if "added" in version else {}


def joined(survey: Survey, parts: Iterable[Mapping[str, Any]]) -> dict[str, list[Document]]:
    """Return ``prv_candidates`` and ``fp_hists`` of several documents with each point once."""
    made: dict[str, list[Document]] = {}
    listed = list(parts)
    for name in LISTS:
        given = [part[name] for part in listed if part.get(name)]
        if len(given) <= 1:  # one part has each of its points once
            made[name] = [point for points in given for point in points]
            continue
        points: dict[int | str, Document] = {}
        for part in given:
            for point in part:
                points.setdefault(point_key(survey, point), point)
        made[name] = list(points.values())
    return made


def whole(survey: Survey, versions: Iterable[Document], aux: Document | None) -> Document | None:
    """Return an object in Kowalski's shape, from its versions and its document; None without a version.

    The versions must have been read first: a point that is folded between the two reads is then seen twice,
    not missed.
    """
    all_of_them = list(versions)
    for last in newest(all_of_them).values():
        return object_of(last) | joined(survey, [aux or {}, *map(added_by, all_of_them)])
    return None


def object_of(version: Document) -> Document:
    """Return what a version says of its object, but for the light curve."""
    place: Document = version.get("place", {})
    hidden = ("place", "objectId", "fresh", *PACKED)
    kept = {name: value for name, value in version.items() if name not in hidden}
    return kept | {"_id": version["objectId"]} | place


def read_object(db: Database[Document], survey: Survey, object_id: str) -> Document | None:
    """Return an object with its whole light curve in Kowalski's shape, None if there is no such object."""
    versions = list(db[survey.objects].find({"objectId": object_id}, dict.fromkeys(UNREAD, 0)))
    return whole(survey, versions, db[survey.aux].find_one({"_id": object_id}))
