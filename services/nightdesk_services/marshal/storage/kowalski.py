"""What raw queries read: alerts and objects in batches, labels of alerts, sky maps."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Mapping
from typing import Any

import bson
from bson import CodecOptions, Int64
from nightdesk.surveys import Survey

from nightdesk_services.common.light_curves import UNREAD, whole
from nightdesk_services.marshal.storage.documents import Sort
from nightdesk_services.marshal.storage.store import Document, Store

AT_A_TIME = 500
"""Documents of a batch: bounds what is held before anybody looks at it."""
_OBJECTS = 200
_SKYMAPS = 100


def labels_of(survey: Survey) -> str:
    """Return the collection of the labels and scores that people put on a survey's alerts."""
    return f"{survey.alerts}_classifications"


class Raw:
    """Reads collections as they are; who sees what of them is for others to say."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def batches(
        self,
        collection: str,
        condition: Mapping[str, Any],
        *,
        fields: Collection[str] | None = None,
        sort: Sort | None = None,
        limit: int = 0,
    ) -> AsyncIterator[tuple[list[Document], int]]:
        """Return documents in batches, each with its size in bytes."""
        source = self._store[collection]
        cursor = source.find_raw_batches(
            _wide(condition),
            dict.fromkeys(fields, 1) if fields is not None else None,
            sort=sort,
            limit=limit,
            batch_size=AT_A_TIME,
        )
        try:
            async for batch in cursor:
                # the driver's own types tell of documents, it gives bytes
                raw: Any = batch
                yield await asyncio.to_thread(_decoded, raw, source.codec_options), len(raw)
        finally:
            await cursor.close()

    async def count(self, collection: str, condition: Mapping[str, Any]) -> int:
        """Return how many documents meet a condition, from the collection's own count where there is none."""
        if not condition:
            return await self._store[collection].estimated_document_count()
        return await self._store[collection].count_documents(_wide(condition))

    async def objects_seen(self, survey: Survey, condition: Mapping[str, Any]) -> int:
        """Return how many objects have alerts that meet a condition."""
        stages: list[dict[str, Any]] = [{"$match": dict(condition)}, {"$group": {"_id": "$objectId"}}]
        cursor = await self._store[survey.alerts].aggregate(stages)
        return sum([1 async for _ in cursor])

    async def objects(self, survey: Survey, names: Collection[str]) -> list[Document]:
        """Return objects in Kowalski's shape with their light curves."""
        wanted = {"objectId": {"$in": sorted(set(names))}}
        versions = await self._store[survey.objects].find(wanted, dict.fromkeys(UNREAD, 0)).to_list()
        return await self._joined(survey, versions)

    async def all_objects(self, survey: Survey) -> AsyncIterator[list[Document]]:
        """Return all objects by name, in batches."""
        after = ""
        while True:
            found = self._store[survey.objects].find({"objectId": {"$gt": after}}, ["objectId"])
            names = [one["objectId"] for one in await found.sort("objectId", 1).limit(_OBJECTS).to_list()]
            if not names:
                return
            yield await self.objects(survey, names)
            after = names[-1]

    async def _joined(self, survey: Survey, versions: list[Document]) -> list[Document]:
        by_name: dict[str, list[Document]] = defaultdict(list)
        for version in versions:
            by_name[version["objectId"]].append(version)
        # after the versions: a point that is folded in between is then seen twice, not missed
        aux = self._store[survey.aux].find({"_id": {"$in": list(by_name)}})
        documents = {one["_id"]: one for one in await aux.to_list()}

        def join() -> list[Document]:
            made = (whole(survey, added, documents.get(name)) for name, added in by_name.items())
            return [one for one in made if one is not None]

        return await asyncio.to_thread(join)

    async def alerts(self, survey: Survey, candids: Collection[int]) -> dict[int, Document]:
        """Return the object and program of alerts, by alert."""
        wanted = {"_id": {"$in": [Int64(candid) for candid in candids]}}
        found = self._store[survey.alerts].find(wanted, ["objectId", "programid"])
        return {one["_id"]: one async for one in found}


def _decoded(raw: bytes, options: CodecOptions[Document]) -> list[Document]:
    return bson.decode_all(raw, options)


def _wide(value: Any) -> Any:
    """Return a condition in which integers are of 64 bits, as the ids are that they may be compared with."""
    if isinstance(value, Mapping):
        return {name: _wide(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_wide(part) for part in value]
    return Int64(value) if isinstance(value, int) and not isinstance(value, bool) else value


class Labels:
    """Labels and scores of alerts: what people and their machines call them."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def get(self, survey: Survey, candid: int) -> Document | None:
        """Return what an alert is called."""
        return await self._store[labels_of(survey)].find_one({"_id": Int64(candid)})

    async def put(self, survey: Survey, candid: int, fields: Mapping[str, Any]) -> None:
        """Set fields of an alert's labels, by their paths."""
        await self._store[labels_of(survey)].update_one(
            {"_id": Int64(candid)}, {"$set": dict(fields)}, upsert=True
        )

    async def remove(self, survey: Survey, candid: int, paths: Collection[str]) -> bool:
        """Remove fields of an alert's labels; False if it has none at all."""
        update = {"$unset": dict.fromkeys(paths, "")}
        done = await self._store[labels_of(survey)].update_one({"_id": Int64(candid)}, update)
        return done.matched_count > 0


class Skymaps:
    """Sky maps of events: for each contour the pixels within."""

    NAME = "kowalski_skymaps"

    def __init__(self, store: Store) -> None:
        self._store = store

    async def find(self, query: Mapping[str, Any]) -> list[Document]:
        """Return the sky maps of a name or a time, the newest first."""
        cursor = self._store[self.NAME].find(dict(query)).sort("created_at", -1).limit(_SKYMAPS)
        return await cursor.to_list()

    async def insert(self, document: Document) -> None:
        """Keep a new one."""
        await self._store[self.NAME].insert_one(document)

    async def add(self, key: Any, contours: Mapping[str, Any]) -> None:
        """Keep more contours of one."""
        fields = {f"contours.{name}": contour for name, contour in contours.items()}
        await self._store[self.NAME].update_one({"_id": key}, {"$set": fields})

    async def remove(self, key: Any) -> None:
        """Forget one."""
        await self._store[self.NAME].delete_one({"_id": key})
