"""A collection of documents with counted ids, for whatever has no questions of its own to ask."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from pymongo.errors import DuplicateKeyError

from nightdesk_services.marshal.exceptions import Conflict
from nightdesk_services.marshal.storage.store import Document, Store, now
from nightdesk_services.marshal.storage.together import Key

Sort = list[tuple[str, int]]


class Documents:
    """One collection; every document has ``_id``, ``created_at`` and ``modified``."""

    def __init__(self, store: Store, name: str) -> None:
        self._store = store
        self.name = name

    async def find(
        self,
        query: Mapping[str, Any],
        *,
        sort: Sort | None = None,
        page: slice | None = None,
        fields: Mapping[str, int] | None = None,
    ) -> list[Document]:
        """Return the documents of a query, by id unless sorted otherwise; `page` gives first and last."""
        cursor = self._store[self.name].find(query, fields).sort(sort or [("_id", 1)])
        if page is not None:
            cursor = cursor.skip(page.start or 0).limit(page.stop - (page.start or 0))
        return await cursor.to_list()

    async def count(self, query: Mapping[str, Any]) -> int:
        """Return how many documents a query has."""
        return await self._store[self.name].count_documents(query)

    async def one(self, query: Mapping[str, Any]) -> Document | None:
        """Return a document of a query."""
        return await self._store[self.name].find_one(query)

    async def get(self, number: int) -> Document | None:
        """Return a document by its id."""
        return await self.one({"_id": number})

    async def among(self, field: str, keys: Collection[Key]) -> list[Document]:
        """Return the documents whose field is, or holds, one of some keys, by id."""
        return sorted(await self._store.among(self.name, field, keys), key=lambda one: one["_id"])

    async def by_id(self, numbers: Any) -> dict[int, Document]:
        """Return documents by their ids, as far as they are there."""
        return {one["_id"]: one for one in await self.among("_id", set(numbers))}

    async def insert(self, fields: Mapping[str, Any]) -> Document:
        """Store a new document and return it.

        Raises
        ------
        Conflict
            If a unique index has one like it already.
        """
        time = now()
        number = await self._store.next_id(self.name)
        document = {"_id": number, **fields, "created_at": time, "modified": time}
        try:
            await self._store[self.name].insert_one(document)
        except DuplicateKeyError as error:
            raise _taken(error) from error
        return document

    async def change(self, number: int, fields: Mapping[str, Any]) -> bool:
        """Set fields of a document; False if it is not there.

        Raises
        ------
        Conflict
            If a unique index has one like it already.
        """
        try:
            changed = await self._store[self.name].update_one(
                {"_id": number}, {"$set": {**fields, "modified": now()}}
            )
        except DuplicateKeyError as error:
            raise _taken(error) from error
        return changed.matched_count == 1

    async def update(self, query: Mapping[str, Any], update: Mapping[str, Any]) -> int:
        """Apply an update to all documents of a query; return how many there are."""
        return (await self._store[self.name].update_many(query, update)).matched_count

    async def remove(self, query: Mapping[str, Any]) -> int:
        """Remove the documents of a query and return how many there were."""
        return (await self._store[self.name].delete_many(query)).deleted_count


def _taken(error: DuplicateKeyError) -> Conflict:
    names = ", ".join((error.details or {}).get("keyPattern", {})) or "the same values"
    return Conflict(f"{names}: there is one like this already")
