"""Statistics of photometry, and the light curves that they are made of."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from nightdesk.surveys import SURVEYS, Survey
from pymongo import InsertOne, UpdateMany, UpdateOne
from pymongo.errors import BulkWriteError

from nightdesk_services.common.light_curves import UNREAD, newest, whole
from nightdesk_services.marshal.storage.photometry import HEARD, NAME
from nightdesk_services.marshal.storage.store import Document, Store, now

_AT_ONCE = 1000
_FOR_WHOM = ("obj_id", "parts", "hidden")
_DUPLICATE = 11000


@dataclass
class Curve:
    """All that is stored of an object's photometry."""

    surveys: list[tuple[Survey, Document]] = field(default_factory=list)
    """What the surveys know of it."""
    uploaded: list[Document] = field(default_factory=list)
    """What people uploaded."""

    @property
    def mark(self) -> Document:
        """What changes whenever a point does."""
        versions = {survey.name: aux["v"] for survey, aux in self.surveys}
        return {"versions": versions, **_mark_of(len(self.uploaded), self.last_upload)}

    @property
    def last_upload(self) -> datetime | None:
        """When somebody changed a point last."""
        return max((one["modified"] for one in self.uploaded if one.get("modified")), default=None)


class Curves:
    """Reads the light curves of several objects at a time."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def of(self, obj_ids: Collection[str]) -> dict[str, Curve]:
        """Return the light curves of objects, empty where there is none."""
        made = {obj_id: Curve() for obj_id in obj_ids}
        ids = list(made)
        hidden = dict.fromkeys(UNREAD, 0)
        for survey in SURVEYS.values():
            versions = await self._store[survey.objects].find({"objectId": {"$in": ids}}, hidden).to_list()
            if not versions:
                continue
            aux = await self._store[survey.aux].find({"_id": {"$in": ids}}).to_list()
            for obj_id, curve in (await asyncio.to_thread(_joined, survey, versions, aux)).items():
                made[obj_id].surveys.append((survey, curve))
        async for one in self._store[NAME].find({"obj_id": {"$in": ids}}):
            made[one["obj_id"]].uploaded.append(one)
        return made

    async def changed(self, after: datetime, limit: int) -> list[Document]:
        """Return of which objects people changed points after a time, and when, oldest first."""
        cursor = self._store[HEARD].find({"modified": {"$gt": after}}, {"modified": 1}).sort("modified", 1)
        return await cursor.limit(limit).to_list()

    async def marks(self, obj_ids: Collection[str]) -> dict[str, Document]:
        """Return the marks of light curves, which tell whether they changed."""
        ids = list(obj_ids)
        versions: dict[str, dict[str, int]] = {obj_id: {} for obj_id in ids}
        for survey in SURVEYS.values():
            found = self._store[survey.objects].find({"objectId": {"$in": ids}}, {"objectId": 1, "v": 1})
            for obj_id, last in newest(await found.to_list()).items():
                versions[obj_id][survey.name] = last["v"]
        counts: dict[str, list[datetime | None]] = defaultdict(list)
        uploaded = self._store[NAME].find({"obj_id": {"$in": ids}}, {"obj_id": 1, "modified": 1})
        async for one in uploaded:
            counts[one["obj_id"]].append(one.get("modified"))
        return {
            obj_id: {
                "versions": versions[obj_id],
                **_mark_of(len(counts[obj_id]), max(filter(None, counts[obj_id]), default=None)),
            }
            for obj_id in ids
        }


class PhotStats:
    """One document for every part of a light curve that somebody sees of it.

    ``parts`` are those that its statistics are made of (``audience`` in one word), ``hidden`` those that the
    object has besides; the one that lacks nothing is ``whole``.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._stats = store["phot_stats"]

    async def of(self, obj_ids: Collection[str]) -> list[Document]:
        """Return all statistics of objects."""
        ids = list(obj_ids)
        found: list[Document] = []
        for start in range(0, len(ids), _AT_ONCE):
            found += await self._stats.find({"obj_id": {"$in": ids[start : start + _AT_ONCE]}}).to_list()
        return found

    async def find(self, query: Mapping[str, Any]) -> list[Document]:
        """Return of the statistics of a query of which object they are, and for whom."""
        return await self._stats.find(query, dict.fromkeys(_FOR_WHOM, 1)).to_list()

    async def fields(self, names: Collection[str], obj_ids: Collection[str]) -> list[Document]:
        """Return some fields of all statistics of objects, and for whom they are."""
        ids, found = list(obj_ids), list[Document]()
        shown = dict.fromkeys((*_FOR_WHOM, *names), 1)
        for start in range(0, len(ids), _AT_ONCE):
            wanted = {"obj_id": {"$in": ids[start : start + _AT_ONCE]}}
            found += await self._stats.find(wanted, shown).to_list()
        return found

    async def put(self, made: Mapping[str, list[Document]]) -> None:
        """Store the statistics of objects in place of all that they had."""
        known = {(one["obj_id"], one["audience"]): one for one in await self.of(made)}
        writes: list[Any] = []
        kept = set()
        time = now()
        for obj_id, documents in made.items():
            for document in documents:
                before = known.get((obj_id, document["audience"]))
                fields = {**document, "obj_id": obj_id, "modified": time, "checked_at": time}
                if before is None:
                    number = await self._store.next_id("phot_stats")
                    writes.append(InsertOne({"_id": number, "created_at": time, **fields}))
                else:
                    kept.add(before["_id"])
                    writes.append(UpdateOne({"_id": before["_id"]}, {"$set": fields}))
        gone = [one["_id"] for one in known.values() if one["_id"] not in kept]
        if gone:
            await self._stats.delete_many({"_id": {"$in": gone}})
        try:
            if writes:
                await self._stats.bulk_write(writes, ordered=False)
        except BulkWriteError as error:
            # another marshal made the same at the same time
            if any(one["code"] != _DUPLICATE for one in error.details["writeErrors"]):
                raise

    async def remove(self, obj_id: str) -> int:
        """Remove the statistics of an object; return how many there were."""
        return (await self._stats.delete_many({"obj_id": obj_id})).deleted_count

    async def count(self, query: Mapping[str, Any]) -> int:
        """Return how many objects of a query have statistics."""
        return await self._stats.count_documents({**query, "whole": True})

    async def objects(self, query: Mapping[str, Any]) -> list[str]:
        """Return the objects of a query that have statistics, sorted."""
        cursor = self._stats.find({**query, "whole": True}, {"obj_id": 1}).sort("obj_id", 1)
        return [one["obj_id"] async for one in cursor]

    async def longest_unchecked(self, limit: int) -> dict[str, Document]:
        """Return the marks of the objects that were looked at longest ago."""
        cursor = (
            self._stats.find({"whole": True}, {"obj_id": 1, "mark": 1}).sort("checked_at", 1).limit(limit)
        )
        return {one["obj_id"]: one["mark"] async for one in cursor}

    async def checked(self, obj_ids: Collection[str]) -> None:
        """Note that objects were looked at and had not changed."""
        if obj_ids:
            seen = {"obj_id": {"$in": list(obj_ids)}, "whole": True}
            await self._stats.bulk_write([UpdateMany(seen, {"$set": {"checked_at": now()}})])


def _joined(survey: Survey, versions: list[Document], aux: list[Document]) -> dict[str, Document]:
    by_object: dict[str, list[Document]] = defaultdict(list)
    for version in versions:
        by_object[version["objectId"]].append(version)
    folded = {one["_id"]: one for one in aux}
    found = ((i, whole(survey, mine, folded.get(i))) for i, mine in by_object.items())
    return {obj_id: curve for obj_id, curve in found if curve is not None}


def _mark_of(count: int, last: datetime | None) -> Document:
    return {"uploaded": count, "last_upload": last}
