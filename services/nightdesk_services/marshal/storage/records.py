"""What people write about a thing: comments, classifications, annotations.

A record is not removed but turned into a tombstone, so that whoever could see it can be told; the store's
clock removes tombstones after a day.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from pymongo.errors import DuplicateKeyError

from nightdesk_services.marshal.exceptions import Conflict
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
        return _living(await self._store.among(self._name, "obj_id", obj_ids))[:MOST]

    async def on(self, field: str, key: str | int) -> list[Document]:
        """Return the records about one thing, newest first; `field` is where they name it."""
        return _living(await self._store.among(self._name, field, [key]))[:MOST]

    async def page(self, query: Mapping[str, Any], page: slice) -> tuple[list[Document], int]:
        """Return one page of the records of a query, oldest first, and how many there are in all."""
        wanted = {**query, "deleted_at": None}
        cursor = self._store[self._name].find(wanted).sort([("_id", 1)])
        found = await cursor.skip(page.start or 0).limit(page.stop - (page.start or 0)).to_list()
        return found, await self._store[self._name].count_documents(wanted)

    async def objects(self, query: Mapping[str, Any]) -> list[str]:
        """Return the objects that the records of a query are about, sorted."""
        found: list[str] = await self._store[self._name].distinct("obj_id", {**query, "deleted_at": None})
        return sorted(found)

    async def count(self, query: Mapping[str, Any]) -> int:
        """Return how many records of a query there are."""
        return await self._store[self._name].count_documents({**query, "deleted_at": None})

    async def any_of(self, query: Mapping[str, Any]) -> bool:
        """Return whether a query has a record that is not a tombstone."""
        return await self._store[self._name].find_one({**query, "deleted_at": None}, {"_id": 1}) is not None

    async def get(self, record_id: int) -> Document | None:
        """Return one record."""
        found = await self._store[self._name].find_one({"_id": record_id})
        return found if found and found.get("deleted_at") is None else None

    async def insert(self, fields: Mapping[str, Any]) -> Document:
        """Store a new record and return it.

        Raises
        ------
        Conflict
            If there is one that it may not stand beside.
        """
        time = now()
        record = {
            "_id": await self._store.next_id(self._name),
            **fields,
            "created_at": time,
            "modified": time,
        }
        try:
            await self._store[self._name].insert_one(record)
        except DuplicateKeyError as error:
            raise Conflict("there is one already") from error
        return record

    async def change(self, record_id: int, fields: Mapping[str, Any]) -> None:
        """Set fields of a record.

        Raises
        ------
        Conflict
            If there is one that it may not stand beside.
        """
        try:
            await self._store[self._name].update_one(
                {"_id": record_id}, {"$set": {**fields, "modified": now()}}
            )
        except DuplicateKeyError as error:
            raise Conflict("there is one already") from error

    async def update(self, query: Mapping[str, Any], update: Mapping[str, Any]) -> bool:
        """Apply an update to one record of a query; False if there is none."""
        done = await self._store[self._name].update_one({**query, "deleted_at": None}, update)
        return done.matched_count == 1

    async def bury(self, record_id: int, erase: Mapping[str, Any]) -> None:
        """Turn a record into a tombstone, with what was said in it erased."""
        await self.change(record_id, {**erase, "deleted_at": now()})


def _living(found: list[Document]) -> list[Document]:
    living = (record for record in found if record.get("deleted_at") is None)
    return sorted(living, key=lambda record: record["_id"], reverse=True)
