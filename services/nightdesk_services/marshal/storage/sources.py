"""Saved sources and who saved them to which group."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from pymongo.errors import DuplicateKeyError

from nightdesk_services.marshal.storage.store import Document, Store, now

_CHUNK = 1000


class Sources:
    """One document per object; its groups and the history of saves in it."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def get(self, obj_id: str) -> Document | None:
        """Return one source."""
        return await self._store["sources"].find_one({"_id": obj_id})

    async def by_id(self, obj_ids: Collection[str]) -> dict[str, Document]:
        """Return sources by their id."""
        ids = list(obj_ids)
        found: dict[str, Document] = {}
        for start in range(0, len(ids), _CHUNK):
            part = self._store["sources"].find({"_id": {"$in": ids[start : start + _CHUNK]}})
            found |= {document["_id"]: document async for document in part}
        return found

    async def search(
        self,
        *,
        group_ids: Collection[int] | None = None,
        prefix: str | None = None,
        pixels: tuple[str, Sequence[int]] | None = None,
        limit: int,
    ) -> list[Document]:
        """Return sources of some groups (None: of any), by the beginning of their name or by place."""
        query: dict[str, Any] = {}
        if group_ids is not None:
            query["group_ids"] = {"$in": sorted(group_ids)}
        if prefix:
            query["_id"] = {"$gte": prefix, "$lt": prefix + "\uffff"}
        if pixels is not None:
            query[pixels[0]] = {"$in": list(pixels[1])}
        return await self._store["sources"].find(query).limit(limit).to_list()

    async def create(self, fields: Mapping[str, Any]) -> None:
        """Store a source that nobody has saved yet; nothing happens if there is one."""
        time = now()
        document = {
            **fields,
            "group_ids": [],
            "saves": [],
            "aliases": [],
            "created_at": time,
            "modified": time,
        }
        try:
            await self._store["sources"].insert_one(document)
        except DuplicateKeyError:
            return

    async def save(self, obj_id: str, group_id: int, author: Mapping[str, Any]) -> bool:
        """Save a source to a group; False if it is there already."""
        time = now()
        entry = {"group_id": group_id, "saved_by": dict(author), "saved_at": time, "active": True}
        changed = await self._store["sources"].update_one(
            {"_id": obj_id, "group_ids": {"$ne": group_id}},
            {"$push": {"group_ids": group_id, "saves": entry}, "$set": {"modified": time}},
        )
        return changed.modified_count == 1

    async def unsave(self, obj_id: str, group_id: int) -> bool:
        """Take a source out of a group; False if it was not there."""
        changed = await self._store["sources"].update_one(
            {"_id": obj_id, "group_ids": group_id},
            {"$pull": {"group_ids": group_id}, "$set": {"saves.$[s].active": False, "modified": now()}},
            array_filters=[{"s.group_id": group_id}],
        )
        return changed.modified_count == 1

    async def change(self, obj_id: str, fields: Mapping[str, Any]) -> None:
        """Set fields of a source."""
        await self._store["sources"].update_one({"_id": obj_id}, {"$set": {**fields, "modified": now()}})
