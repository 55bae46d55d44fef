"""What was written on this desk, and by whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from bson import ObjectId
from pymongo.errors import BulkWriteError

from nightdesk_services.marshal.storage.store import Document, Store

NAME: Final = "audit"
_DUPLICATE: Final = 11000


def new_key() -> ObjectId:
    """Return the id of a new entry; given early, so that storing it twice leaves one."""
    return ObjectId()


class Audit:
    """One document per write; the store's clock removes them after a year."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def insert(self, entries: Sequence[Document]) -> None:
        """Store entries; those that are there already are left."""
        try:
            await self._store[NAME].insert_many(entries, ordered=False)
        except BulkWriteError as error:
            if any(one["code"] != _DUPLICATE for one in (error.details or {}).get("writeErrors", ())):
                raise

    async def page(self, query: Mapping[str, Any], page: slice) -> tuple[list[Document], int]:
        """Return one page of the entries of a query, the newest first, and how many there are in all."""
        cursor = self._store[NAME].find(query).sort([("at", -1), ("_id", -1)])
        found = await cursor.skip(page.start or 0).limit(page.stop - (page.start or 0)).to_list()
        return found, await self._store[NAME].count_documents(query)
