"""The newest of everything."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from nightdesk_services.marshal.storage.store import Document, Store

_SAVES_READ = 3
"""Sources read for each save that is wanted: one that was changed lately may have been saved long ago."""


class News:
    """Reads what was written last; the ids that we count grow with time."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def records(self, collection: str, group_ids: Collection[int] | None, limit: int) -> list[Document]:
        """Return the newest records of some groups (None: of all) about objects, newest first."""
        query: dict[str, Any] = {} if group_ids is None else {"group_ids": {"$in": sorted(group_ids)}}
        found = await self._store[collection].find(query, _FIELDS).sort("_id", -1).limit(limit).to_list()
        return [one for one in found if one.get("deleted_at") is None and one.get("obj_id")]

    async def saves(self, group_ids: Collection[int] | None, limit: int) -> list[tuple[str, datetime]]:
        """Return the newest saves to some groups: object and time, newest first."""
        query: dict[str, Any] = {"group_ids": {"$ne": []}}
        if group_ids is not None:
            query = {"group_ids": {"$in": sorted(group_ids)}}
        cursor = self._store["sources"].find(query, {"saves": 1}).sort("modified", -1)
        saves = [
            (source["_id"], save["saved_at"])
            for source in await cursor.limit(limit * _SAVES_READ).to_list()
            for save in source["saves"]
            if save["active"] and (group_ids is None or save["group_id"] in group_ids)
        ]
        saves.sort(key=lambda save: save[1], reverse=True)
        newest: dict[str, datetime] = {}
        for obj_id, at in saves:
            newest.setdefault(obj_id, at)
        return list(newest.items())[:limit]

    async def saved_to(self, obj_ids: Collection[str], group_ids: Collection[int]) -> set[str]:
        """Return those of some objects that one of the groups has saved."""
        query = {"_id": {"$in": sorted(obj_ids)}, "group_ids": {"$in": sorted(group_ids)}}
        return {one["_id"] async for one in self._store["sources"].find(query, {"_id": 1})}


_FIELDS = (
    "obj_id",
    "created_at",
    "deleted_at",
    "group_ids",
    "author",
    "owner_id",
    "bot",
    "ml",
    "text",
    "classification",
)
