"""What alerts add to light curves: appended at once, put together later."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from bson import Int64
from nightdesk.surveys import SURVEYS, Survey
from pymongo import DeleteOne, InsertOne, ReplaceOne
from pymongo.database import Database
from pymongo.errors import BulkWriteError

from nightdesk_services.broker.storage.guard import DUPLICATE_KEY, guarded
from nightdesk_services.broker.storage.inserting import insert_absent
from nightdesk_services.common.light_curves import joined

Document = dict[str, Any]


class PointStore:
    """The collections ``<S>_alerts_points`` and ``<S>_alerts_aux``.

    An alert's new points are one small insert. When there is time, they are folded into the object's
    document, which has the shape that Kowalski's users know; until then readers join the two.
    """

    def __init__(self, db: Database[Document]) -> None:
        self._db = db

    def insert(self, survey: Survey, documents: list[Document]) -> None:
        """Insert what alerts add."""
        for document in documents:
            document["_id"] = Int64(document["_id"])
        insert_absent(self._db[survey.points], documents)

    def fold(self, alerts: int) -> int:
        """Put what some alerts of each survey added into the documents of their objects.

        It may be stopped, or done by several workers at a time: points are added to a document before they
        are removed here, and only to the document as it was read.

        Returns
        -------
        folded
            How many alerts that were, in the survey that had most; as many as asked for: there may be more.
        """
        most = 0
        for survey in SURVEYS.values():
            with guarded():
                waiting = list(self._db[survey.points].find({}).limit(alerts))
                if waiting:
                    self._fold(survey, waiting)
            most = max(most, len(waiting))
        return most

    def _fold(self, survey: Survey, waiting: Sequence[Document]) -> None:
        parts: dict[str, list[Document]] = defaultdict(list)
        for part in waiting:
            parts[part["objectId"]].append(part)
        names = list(parts)
        aux = {one["_id"]: one for one in self._db[survey.aux].find({"_id": {"$in": names}})}
        known = self._db[survey.objects].find({"_id": {"$in": names}}, {"cross_matches": 1})
        matches = {one["_id"]: one.get("cross_matches") or {} for one in known}
        writes: list[InsertOne[Document] | ReplaceOne[Document]] = []
        for name, added in parts.items():
            before = aux.get(name)
            made = joined(survey, before, added) | {"_id": name, "cross_matches": matches.get(name, {})}
            made["v"] = 1 + (before or {"v": 0})["v"]
            if before is None:
                writes.append(InsertOne(made))
            else:
                writes.append(ReplaceOne({"_id": name, "v": before["v"]}, made))
        folded = self._written(survey, writes, names)
        removed = [DeleteOne({"_id": part["_id"]}) for part in waiting if part["objectId"] in folded]
        if removed:
            self._db[survey.points].bulk_write(removed, ordered=False)

    def _written(
        self, survey: Survey, writes: list[InsertOne[Document] | ReplaceOne[Document]], names: list[str]
    ) -> set[str]:
        """Write documents; return the names of those that were not changed meanwhile."""
        try:
            done = self._db[survey.aux].bulk_write(writes, ordered=False)
            complete = done.matched_count + done.inserted_count == len(writes)
        except BulkWriteError as error:
            if any(e["code"] != DUPLICATE_KEY for e in error.details["writeErrors"]):
                raise
            complete = False
        # whoever was faster has folded, or will fold, the rest
        return set(names) if complete else set()
