"""What people write about an object: comments, classifications, annotations.

A record is not removed but turned into a tombstone, so that whoever could see it can be told; the store's
clock removes tombstones after a day.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from nightdesk_services.marshal.storage.store import Document, Store, now

MOST = 10_000
"""Most records returned at once."""


class Records:
    """One collection of records with counted ids."""

    def __init__(self, store: Store, name: str) -> None:
        self._store = store
        self._name = name

    async def of(self, obj_ids: Collection[str]) -> list[Document]:
        """Return the records about some objects, newest first."""
        if not obj_ids:
            return []
        found = await self._store[self._name].find({"obj_id": {"$in": sorted(obj_ids)}}).limit(MOST).to_list()
        living = (record for record in found if record.get("deleted_at") is None)
        return sorted(living, key=lambda record: record["_id"], reverse=True)

    async def get(self, record_id: int) -> Document | None:
        """Return one record."""
        found = await self._store[self._name].find_one({"_id": record_id})
        return found if found and found.get("deleted_at") is None else None

    async def insert(self, fields: Mapping[str, Any]) -> Document:
        """Store a new record and return it."""
        time = now()
        record = {
            "_id": await self._store.next_id(self._name),
            **fields,
            "created_at": time,
            "modified": time,
        }
        await self._store[self._name].insert_one(record)
        return record

    async def change(self, record_id: int, fields: Mapping[str, Any]) -> None:
        """Set fields of a record."""
        await self._store[self._name].update_one({"_id": record_id}, {"$set": {**fields, "modified": now()}})

    async def bury(self, record_id: int, erase: Mapping[str, Any]) -> None:
        """Turn a record into a tombstone, with what was said in it erased."""
        await self.change(record_id, {**erase, "deleted_at": now()})
