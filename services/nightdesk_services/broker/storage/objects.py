"""What the broker remembers of objects: the points that the store has, and cross-matches."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from bson import Binary
from nightdesk.surveys import Survey
from pymongo import UpdateOne
from pymongo.database import Database

from nightdesk_services.broker.models.errors import ConflictError
from nightdesk_services.broker.models.objects import POINT, KnownObject, ObjectUpdate
from nightdesk_services.broker.storage.guard import guarded
from nightdesk_services.broker.storage.inserting import insert_absent

Document = dict[str, Any]

# Bounds what a worker holds.
_AT_A_TIME = 500


class ObjectStore:
    """The collections ``<S>_objects``.

    Points are kept here as packed rows: what a batch needs of an object is one short read and one short
    write, however long its light curve is.
    """

    def __init__(self, db: Database[Document]) -> None:
        self._db = db

    def read(self, survey: Survey, object_ids: Iterable[str]) -> dict[str, KnownObject]:
        """Return those objects that exist."""
        wanted = sorted(set(object_ids))
        projection = {"v": 1, "cross_matches": 1, "detections": 1, "limits": 1, "forced": 1}
        found: dict[str, KnownObject] = {}
        with guarded():
            for start in range(0, len(wanted), _AT_A_TIME):
                part = wanted[start : start + _AT_A_TIME]
                for document in self._db[survey.objects].find({"_id": {"$in": part}}, projection):
                    found[document["_id"]] = _known(document)
        return found

    def merge(self, survey: Survey, updates: Sequence[ObjectUpdate]) -> None:
        """Write objects as they are now, each in one step.

        Raises
        ------
        ConflictError
            Another worker was faster with one of the objects; what was written so far is complete in itself.
        """
        collection = self._db[survey.objects]
        fresh = [_new(update) for update in updates if update.known is None]
        changed = [(u, u.known) for u in updates if u.known is not None and u.changes]
        conflict = bool(insert_absent(collection, fresh))
        if changed:
            with guarded():
                done = collection.bulk_write(
                    [_change(update, known.version) for update, known in changed], ordered=False
                )
            conflict |= done.matched_count != len(changed)
        if conflict:
            msg = f"objects of {survey.name} changed between reading and writing"
            raise ConflictError(msg)


def _known(document: Document) -> KnownObject:
    matches = document.get("cross_matches") or {}
    return KnownObject(
        version=document["v"],
        detections=np.frombuffer(document["detections"], POINT),
        limits=np.frombuffer(document["limits"], "<i8"),
        forced=np.frombuffer(document["forced"], "<i8"),
        matches={name: [m["_id"] for m in found] for name, found in matches.items()},
    )


def _packed(update: ObjectUpdate) -> Document:
    return update.summary | {
        "detections": Binary(update.detections.tobytes()),
        "limits": Binary(update.limits.tobytes()),
        "forced": Binary(update.forced.tobytes()),
    }


def _new(update: ObjectUpdate) -> Document:
    return {
        "_id": update.object_id,
        "v": 1,
        **update.place,
        **_packed(update),
        "cross_matches": update.matches,
    }


def _change(update: ObjectUpdate, version: int) -> UpdateOne:
    # the version in the query makes a second worker's write, or our own repeated one, match nothing
    values = _packed(update) | {f"cross_matches.{name}": found for name, found in update.matches.items()}
    return UpdateOne({"_id": update.object_id, "v": version}, {"$inc": {"v": 1}, "$set": values})
