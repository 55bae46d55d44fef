"""Taxonomies: the classes that a classification may name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

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

    async def ensure(self, taxonomy_id: int, fields: Mapping[str, Any]) -> None:
        """Store a taxonomy if its id is free."""
        time = now()
        await self._store["taxonomies"].update_one(
            {"_id": taxonomy_id},
            {"$setOnInsert": {**fields, "created_at": time, "modified": time}},
            upsert=True,
        )
