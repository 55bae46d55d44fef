"""Everything that hangs on an object, whatever collection it is in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from nightdesk_services.marshal.storage.store import Document, Store

BELONGINGS: Final = (
    *("listings", "tags", "source_labels", "source_requests", "assignments", "phot_stats"),
    *("photometry_changes", "reminders"),
)
"""Collections whose documents mean nothing without their object."""


class Objects:
    """Looks for what is said and measured of objects, and clears up after one."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def has(self, collection: str, obj_id: str, condition: Mapping[str, Any]) -> bool:
        """Return whether a collection has a document about an object that meets a condition."""
        query = {"obj_id": obj_id, "deleted_at": None, **condition}
        return await self._store[collection].find_one(query, {"_id": 1}) is not None

    async def candidates(self, obj_id: str) -> list[Document]:
        """Return id and groups of an object's candidates."""
        cursor = self._store["candidates"].find({"objectId": obj_id}, {"group_ids": 1})
        return await cursor.to_list()

    async def forget(self, obj_id: str) -> None:
        """Remove an object's source and all that means nothing without it, unless somebody saved it again."""
        gone = await self._store["sources"].delete_one({"_id": obj_id, "group_ids": []})
        if not gone.deleted_count and await self._store["sources"].find_one({"_id": obj_id}, {"_id": 1}):
            return
        for collection in BELONGINGS:
            await self._store[collection].delete_many({"obj_id": obj_id})
        await self._store["super_objs"].update_many({"obj_ids": obj_id}, {"$pull": {"obj_ids": obj_id}})
