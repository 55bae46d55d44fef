"""Candidates that the broker's filters passed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from bson import Int64
from pymongo.errors import DuplicateKeyError

from nightdesk_services.marshal.exceptions import Conflict
from nightdesk_services.marshal.storage.store import Document, Store

# What selecting and sorting need; a card needs the rest.
_LIGHT = [
    "survey",
    "objectId",
    "candid",
    "filter_id",
    "group_ids",
    "passed_at",
    "jd",
    "magpsf",
    "score",
    "n_det",
    "first_jd",
    "programid",
]


class Candidates:
    """What passed filters; the broker writes nearly all of it, people some."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def newest(
        self,
        limit: int,
        *,
        since: datetime | None = None,
        after: datetime | None = None,
        until: datetime | None = None,
    ) -> list[Document]:
        """Return what selecting needs of the newest candidates of a time, newest first."""
        limits = (("$gte", since), ("$gt", after), ("$lte", until))
        bounds = {name: time for name, time in limits if time is not None}
        query = {"passed_at": bounds} if bounds else {}
        cursor = self._store["candidates"].find(query, _LIGHT).sort("passed_at", -1).limit(limit)
        return await cursor.to_list()

    async def by_id(self, ids: Collection[str]) -> dict[str, Document]:
        """Return whole candidates by their id."""
        found = await self._store["candidates"].find({"_id": {"$in": list(ids)}}).to_list()
        return {document["_id"]: document for document in found}

    async def of(self, obj_id: str, limit: int = 1000) -> list[Document]:
        """Return the candidates of one object, newest first."""
        cursor = self._store["candidates"].find({"objectId": obj_id}).sort("passed_at", -1).limit(limit)
        return await cursor.to_list()

    async def page(self, query: Mapping[str, Any], page: slice | None = None) -> list[Document]:
        """Return what selecting needs of the candidates of a query, oldest first."""
        cursor = self._store["candidates"].find(query, _LIGHT).sort([("passed_at", 1), ("_id", 1)])
        if page is not None:
            cursor = cursor.skip(page.start or 0).limit(page.stop - (page.start or 0))
        return await cursor.to_list()

    async def count(self, query: Mapping[str, Any]) -> int:
        """Return how many candidates a query has."""
        return await self._store["candidates"].count_documents(query)

    async def insert(self, documents: list[Document]) -> None:
        """Store candidates.

        Raises
        ------
        Conflict
            If one of them is there already; then none is stored.
        """
        known = await self.by_id([one["_id"] for one in documents])
        if known:
            raise Conflict(f"filter_ids: filter {next(iter(known.values()))['filter_id']} passed it already")
        try:
            # small or not, an alert's id is 64 bits wide, as the broker's are
            wide = [{**one, "candid": Int64(one["candid"])} if one["candid"] else one for one in documents]
            await self._store["candidates"].insert_many(wide)
        except DuplicateKeyError as error:
            raise Conflict("filter_ids: one of the filters passed it already") from error

    async def remove(self, ids: Collection[str]) -> None:
        """Remove candidates by their id."""
        await self._store["candidates"].delete_many({"_id": {"$in": list(ids)}})

    async def forgotten(self, before: datetime) -> list[str]:
        """Return the objects that passed no filter since a time, those longest ago first."""
        steps: list[dict[str, Any]] = [
            {"$sort": {"objectId": 1, "passed_at": -1}},
            {"$group": {"_id": "$objectId", "last": {"$first": "$passed_at"}}},
            {"$match": {"last": {"$lt": before}}},
            {"$sort": {"last": 1, "_id": 1}},
        ]
        cursor = await self._store["candidates"].aggregate(steps, allowDiskUse=True)
        return [document["_id"] async for document in cursor]
