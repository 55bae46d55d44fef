"""Files that people attach: their bytes in the store, or moved to disk."""

from __future__ import annotations

import asyncio
import logging
import os
from pathlib import Path
from typing import Any

from nightdesk_services.marshal.storage.store import Document, Store, now

log = logging.getLogger(__name__)

_NAME = "attachments"
_STORED: dict[str, Any] = {"on_disk": False}


class Attachments:
    """One document per file.

    Parameters
    ----------
    directory
        Where files lie that were moved out of the store.
    """

    def __init__(self, store: Store, directory: Path) -> None:
        self._store = store
        self._directory = directory

    async def insert(self, name: str, body: bytes) -> int:
        """Store a file and return its id."""
        number = await self._store.next_id(_NAME)
        await self._store[_NAME].insert_one(
            {
                "_id": number,
                "name": name,
                "size": len(body),
                "body": body,
                "on_disk": False,
                "created_at": now(),
            }
        )
        return number

    async def get(self, number: int) -> tuple[str, bytes] | None:
        """Return a file's name and bytes."""
        found = await self._store[_NAME].find_one({"_id": number})
        if found is None:
            return None
        if not found["on_disk"]:
            return found["name"], bytes(found["body"])
        try:
            return found["name"], await asyncio.to_thread(self._path(number).read_bytes)
        except FileNotFoundError:
            log.warning("attachment %d is not where it was moved to: %s", number, self._path(number))
            return None

    async def remove(self, number: int) -> None:
        """Remove a file."""
        await self._store[_NAME].delete_one({"_id": number})
        await asyncio.to_thread(self._path(number).unlink, missing_ok=True)

    async def counts(self) -> tuple[int, int]:
        """Return how many files lie in the store, and how many on disk."""
        collection = self._store[_NAME]
        return await collection.count_documents(_STORED), await collection.count_documents({"on_disk": True})

    async def move(self, page: slice) -> int:
        """Move one page of the files in the store to disk; return how many there were in all."""
        total = await self._store[_NAME].count_documents(_STORED)
        start = page.start or 0
        cursor = self._store[_NAME].find(_STORED, {"_id": 1}).sort([("_id", 1)])
        for each in await cursor.skip(start).limit(page.stop - start).to_list():
            found = await self._store[_NAME].find_one({"_id": each["_id"]})
            if found is not None and not found["on_disk"]:
                await self._move(found)
        return total

    async def _move(self, found: Document) -> None:
        number = int(found["_id"])
        await asyncio.to_thread(_written, self._path(number), bytes(found["body"]))
        # only now may the store forget the bytes
        moved = await self._store[_NAME].update_one(
            {"_id": number}, {"$set": {"on_disk": True}, "$unset": {"body": ""}}
        )
        if not moved.matched_count:
            await asyncio.to_thread(self._path(number).unlink, missing_ok=True)

    def _path(self, number: int) -> Path:
        return self._directory / f"{number // 1000:06d}" / str(number)


def _written(path: Path, body: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
