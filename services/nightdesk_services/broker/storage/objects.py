"""Objects: what is known of each, written anew as the next version whenever alerts add to it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from nightdesk.alerts import point_key
from nightdesk.surveys import SURVEYS, Survey
from pymongo import InsertOne, ReplaceOne
from pymongo.database import Database
from pymongo.errors import BulkWriteError

from nightdesk_services.broker.models.errors import ConflictError
from nightdesk_services.broker.models.objects import KnownObject, ObjectUpdate
from nightdesk_services.broker.storage.guard import DUPLICATE_KEY, guarded
from nightdesk_services.broker.storage.inserting import insert_absent
from nightdesk_services.common.light_curves import LISTS, added_by, joined, newest, read_object
from nightdesk_services.common.packed import PUBLIC, Points, packed, told

Document = dict[str, Any]

# Bounds what a worker holds.
_AT_A_TIME = 500


class ObjectStore:
    """The collections ``<S>_objects`` and ``<S>_alerts_aux``.

    A version of an object is a document of ``<S>_objects``: the points of its light curve as packed rows,
    which is what a batch needs of it, and in full those points that came with this version. It is inserted,
    never changed; of two workers that make the same version one fails, and begins again. When there is time,
    versions are folded into the object's document in ``<S>_alerts_aux``, which has the shape that Kowalski's
    users know. Until then readers join the two.
    """

    def __init__(self, db: Database[Document]) -> None:
        self._db = db

    def read(self, survey: Survey, object_ids: Iterable[str]) -> dict[str, KnownObject]:
        """Return those objects that exist."""
        wanted = sorted(set(object_ids))
        without = {"added": 0}
        found: dict[str, Document] = {}
        with guarded():
            for start in range(0, len(wanted), _AT_A_TIME):
                query = {"objectId": {"$in": wanted[start : start + _AT_A_TIME]}}
                found |= newest(self._db[survey.objects].find(query, without, batch_size=2 * _AT_A_TIME))
            return {name: _known(one, self._detections(survey, one)) for name, one in found.items()}

    def _detections(self, survey: Survey, version: Document) -> Points:
        points = packed(version)
        if points is not None:
            return points
        curve = read_object(self._db, survey, version["objectId"]) or {}
        told_by = survey.programid
        programs = (
            {point_key(survey, point): point.get(told_by) or PUBLIC for point in curve.get(LISTS[0], ())}
            if isinstance(told_by, str)
            else {}
        )
        return told(version, programs)

    def merge(self, survey: Survey, updates: Sequence[ObjectUpdate]) -> None:
        """Write the next version of objects, each in one step.

        Raises
        ------
        ConflictError
            Another worker was faster with one of the objects; what was written so far is complete in itself.
        """
        versions = [_version(update) for update in updates if update.changes]
        if insert_absent(self._db[survey.objects], versions):
            msg = f"objects of {survey.name} changed between reading and writing"
            raise ConflictError(msg)

    def fold(self, versions: int) -> int:
        """Put what some versions of each survey brought into the documents of their objects.

        It may be stopped, or done by several workers at a time: points are added to a document before they
        are removed here, and only to the document as it was read.

        Returns
        -------
        folded
            How many versions that were, in the survey that had most; as many as asked for: there may be more.
        """
        most = 0
        for survey in SURVEYS.values():
            with guarded():
                waiting = self._db[survey.objects].find({"fresh": True}, {"objectId": 1}).limit(versions)
                names = [version["objectId"] for version in waiting]
                if names:
                    self._fold(survey, sorted(set(names)))
            most = max(most, len(names))
        return most

    def _fold(self, survey: Survey, names: list[str]) -> None:
        versions: dict[str, list[Document]] = defaultdict(list)
        for version in self._db[survey.objects].find({"objectId": {"$in": names}}).sort("v", 1):
            versions[version["objectId"]].append(version)
        aux = {one["_id"]: one for one in self._db[survey.aux].find({"_id": {"$in": names}})}
        writes: list[InsertOne[Document] | ReplaceOne[Document]] = []
        for name, added in versions.items():
            before, last = aux.get(name), added[-1]
            made = {"_id": name, "v": last["v"], "cross_matches": last["cross_matches"]}
            made |= joined(survey, [before or {}, *map(added_by, added)])
            if before is None:
                writes.append(InsertOne(made))
            else:
                writes.append(ReplaceOne({"_id": name, "v": before["v"]}, made))
        if self._written(survey, writes):
            self._trim(survey, versions)

    def _written(self, survey: Survey, writes: list[InsertOne[Document] | ReplaceOne[Document]]) -> bool:
        """Write documents; return whether all of them were as they had been read."""
        try:
            done = self._db[survey.aux].bulk_write(writes, ordered=False)
        except BulkWriteError as error:
            if any(e["code"] != DUPLICATE_KEY for e in error.details["writeErrors"]):
                raise
            # whoever was faster has folded, or will fold, the rest
            return False
        return done.matched_count + done.inserted_count == len(writes)

    def _trim(self, survey: Survey, versions: dict[str, list[Document]]) -> None:
        """Remove what the documents now hold: former versions, and the points of the last ones."""
        collection = self._db[survey.objects]
        # the one before the last stays: a worker that is about to write after it must find its number taken
        kept = [one["_id"] for of in versions.values() for one in of[-2:]]
        collection.update_many({"_id": {"$in": kept}}, {"$unset": {"fresh": "", "added": ""}})
        if former := [one["_id"] for of in versions.values() for one in of[:-2]]:
            collection.delete_many({"_id": {"$in": former}})


def _known(document: Document, detections: Points) -> KnownObject:
    return KnownObject(
        version=document["v"],
        detections=detections,
        limits=np.frombuffer(document["limits"], "<i8"),
        forced=np.frombuffer(document["forced"], "<i8"),
        place=document["place"],
        matches=document.get("cross_matches") or {},
    )


def _version(update: ObjectUpdate) -> Document:
    number = update.known.version + 1 if update.known else 1
    return {
        "_id": f"{update.object_id}/{number}",
        "objectId": update.object_id,
        "v": number,
        "place": update.place,
        **update.summary,
        "cross_matches": update.matches,
        "detections": update.detections.tobytes(),
        "limits": update.limits.tobytes(),
        "forced": update.forced.tobytes(),
        # one value for the store: points have a hundred fields, which it would look at one by one
        "added": update.added,
        "fresh": True,
    }
