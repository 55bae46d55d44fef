"""Candidates that the broker's filters passed."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

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
    """Reads candidates; only the broker writes them."""

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
