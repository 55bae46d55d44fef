"""Filters and their versions."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from nightdesk_services.marshal.storage.store import Document, Store, now


class Filters:
    """The filters that the broker runs."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def of_groups(self, group_ids: Collection[int]) -> list[Document]:
        """Return the filters of some groups by id."""
        found = await self._store["filters"].find({"group_id": {"$in": sorted(group_ids)}}).to_list()
        return sorted(found, key=lambda document: document["_id"])

    async def on_stream(self, stream_id: int) -> int:
        """Return how many filters work on a stream."""
        return await self._store["filters"].count_documents({"stream_id": stream_id})

    async def get(self, filter_id: int) -> Document | None:
        """Return one filter."""
        return await self._store["filters"].find_one({"_id": filter_id})

    async def insert(self, fields: Mapping[str, Any]) -> int:
        """Store a new filter and return its id."""
        time = now()
        document = {
            "_id": await self._store.next_id("filters"),
            **fields,
            "created_at": time,
            "modified": time,
        }
        await self._store["filters"].insert_one(document)
        return int(document["_id"])

    async def change(
        self, filter_id: int, version: int, fields: Mapping[str, Any], past: Mapping[str, Any] | None = None
    ) -> bool:
        """Set fields of one version of a filter, keeping the former; False if that is not its latest."""
        update: dict[str, Any] = {"$set": {**fields, "modified": now()}}
        if past is not None:
            update["$push"] = {"history": dict(past)}
        changed = await self._store["filters"].update_one({"_id": filter_id, "version": version}, update)
        return changed.matched_count == 1

    async def remove(self, filter_id: int) -> None:
        """Remove a filter; its candidates stay."""
        await self._store["filters"].delete_one({"_id": filter_id})
