"""What thinning out the cutouts asks and writes of the store."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from bson import Int64
from nightdesk.surveys import Survey
from pymongo import UpdateOne
from pymongo.database import Database

from nightdesk_services.broker.storage.guard import guarded

Document = dict[str, Any]


class ThinningStore:
    """Documents of cutouts, and which alerts somebody still looks at."""

    def __init__(self, db: Database[Document]) -> None:
        self._db = db

    def documents(self, survey: Survey, candids: Collection[int], packs: Collection[str]) -> list[Document]:
        """Return the documents of alerts whose cutouts lie in some packs."""
        wanted = {"_id": {"$in": [Int64(candid) for candid in candids]}}
        with guarded():
            return [one for one in self._db[survey.cutouts].find(wanted) if one.get("pack") in packs]

    def followed(self, object_ids: Collection[str]) -> set[str]:
        """Return which objects are sources, or in somebody's list."""
        names = sorted(object_ids)
        with guarded():
            sources = {one["_id"] for one in self._db["sources"].find({"_id": {"$in": names}}, {"_id": 1})}
            listed = self._db["listings"].find({"obj_id": {"$in": names}}, {"obj_id": 1})
            return sources | {one["obj_id"] for one in listed}

    def candidates(self, survey: Survey, object_ids: Collection[str]) -> set[int]:
        """Return which alerts of objects passed a filter."""
        wanted = {"objectId": {"$in": sorted(object_ids)}, "survey": survey.name}
        with guarded():
            return {one["candid"] for one in self._db["candidates"].find(wanted, {"candid": 1})}

    def move(self, survey: Survey, before: Sequence[Document], after: Sequence[Document]) -> None:
        """Tell of cutouts that were copied into another pack."""
        changes = [
            UpdateOne(
                {"_id": old["_id"], "pack": old["pack"]},
                {"$set": {name: value for name, value in new.items() if name != "_id"}},
            )
            for old, new in zip(before, after, strict=True)
        ]
        if changes:
            with guarded():
                self._db[survey.cutouts].bulk_write(changes, ordered=False)

    def drop(self, survey: Survey, documents: Sequence[Document]) -> None:
        """Delete the documents of cutouts, but for those that were moved meanwhile."""
        ids = [Int64(one["_id"]) for one in documents]
        packs = sorted({one["pack"] for one in documents})
        with guarded():
            self._db[survey.cutouts].delete_many({"_id": {"$in": ids}, "pack": {"$in": packs}})
