"""Taxonomies: the classes that a classification may name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pymongo.errors import DuplicateKeyError

from nightdesk_services.marshal.storage.store import Document, Store, now


class Taxonomies:
    """Named, versioned trees of classes."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def all(self) -> list[Document]:
        """Return all taxonomies."""
        return await self._store["taxonomies"].find({}).to_list()

    async def get(self, taxonomy_id: int) -> Document | None:
        """Return one taxonomy."""
        return await self._store["taxonomies"].find_one({"_id": taxonomy_id})

    async def insert(self, fields: Mapping[str, Any]) -> int | None:
        """Store a taxonomy and return its id, None if its name and version are taken."""
        time = now()
        number = await self._store.next_id("taxonomies")
        document = {"_id": number, **fields, "created_at": time, "modified": time}
        try:
            await self._store["taxonomies"].insert_one(document)
        except DuplicateKeyError:
            return None
        return number

    async def change(self, taxonomy_id: int, fields: Mapping[str, Any]) -> bool:
        """Set fields of a taxonomy; False if its new name and version are taken."""
        try:
            await self._store["taxonomies"].update_one(
                {"_id": taxonomy_id}, {"$set": {**fields, "modified": now()}}
            )
        except DuplicateKeyError:
            return False
        return True

    async def supersede(self, taxonomy_ids: Sequence[int]) -> None:
        """Mark taxonomies as no longer the latest of their name."""
        await self._store["taxonomies"].update_many(
            {"_id": {"$in": list(taxonomy_ids)}}, {"$set": {"isLatest": False, "modified": now()}}
        )

    async def remove(self, taxonomy_id: int) -> None:
        """Remove a taxonomy."""
        await self._store["taxonomies"].delete_one({"_id": taxonomy_id})

    async def ensure(self, taxonomy_id: int, fields: Mapping[str, Any]) -> None:
        """Store a taxonomy if its id is free."""
        time = now()
        await self._store["taxonomies"].update_one(
            {"_id": taxonomy_id},
            {"$setOnInsert": {**fields, "created_at": time, "modified": time}},
            upsert=True,
        )
