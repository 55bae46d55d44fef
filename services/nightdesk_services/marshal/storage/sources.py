"""Saved sources and who saved them to which group."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from nightdesk import sky
from pymongo.errors import DuplicateKeyError

from nightdesk_services.marshal.storage.store import Document, Store, now


class Sources:
    """One document per object; its groups and the history of saves in it."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def get(self, obj_id: str) -> Document | None:
        """Return one source."""
        return next(iter(await self._store.among("sources", "_id", [obj_id])), None)

    async def by_id(self, obj_ids: Collection[str]) -> dict[str, Document]:
        """Return sources by their id."""
        return {one["_id"]: one for one in await self._store.among("sources", "_id", obj_ids)}

    async def near(self, ra: float, dec: float, radius: float) -> list[Document]:
        """Return the saved sources within some arcsec of a place, nearest first."""
        field, pixels = sky.cone(ra, dec, radius)
        found = await self._store.among("sources", field, pixels)
        at = {one["_id"]: float(sky.separation(ra, dec, one["ra"], one["dec"])) for one in found}
        inside = [one for one in found if one["group_ids"] and at[one["_id"]] <= radius]
        return sorted(inside, key=lambda one: at[one["_id"]])

    async def ids(
        self,
        condition: Mapping[str, Any],
        *,
        by: str = "_id",
        descending: bool = False,
        page: slice | None = None,
    ) -> list[str]:
        """Return the ids of sources in the order of a field."""
        steps: list[dict[str, Any]] = [{"$match": condition}]
        steps.append({"$sort": {by: -1 if descending else 1} | ({} if by == "_id" else {"_id": 1})})
        if page is not None:
            steps += [{"$skip": page.start or 0}, {"$limit": page.stop - (page.start or 0)}]
        steps.append({"$project": {"_id": 1}})
        cursor = await self._store["sources"].aggregate(steps)
        return [document["_id"] async for document in cursor]

    async def count(self, condition: Mapping[str, Any]) -> int:
        """Return how many sources meet a condition."""
        return await self._store["sources"].count_documents(condition)

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

    async def change(
        self, obj_id: str, fields: Mapping[str, Any], history: Mapping[str, Any] | None = None
    ) -> None:
        """Set fields of a source, and append to its lists of what was set before."""
        update: dict[str, Any] = {"$set": {**fields, "modified": now()}}
        if history:
            update["$push"] = dict(history)
        await self._store["sources"].update_one({"_id": obj_id}, update)
