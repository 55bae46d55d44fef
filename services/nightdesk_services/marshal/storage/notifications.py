"""What the desk has to tell people, until they remove it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pymongo.errors import DuplicateKeyError

from nightdesk_services.marshal.storage.store import Document, Store, now

_NAME = "notifications"


class Notifications:
    """One document per message: ``user_id``, ``text``, ``url``, ``kind``, ``created_at``, ``viewed``."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def reserve(self) -> int:
        """Return an id for a message that is stored later."""
        return await self._store.next_id(_NAME)

    async def put(self, number: int, user_id: int, text: str, url: str, kind: str) -> None:
        """Store a message under its reserved id; nothing happens if it is there already."""
        message = {
            "_id": number,
            "user_id": user_id,
            "text": text,
            "url": url,
            "kind": kind,
            "created_at": now(),
            "viewed": False,
        }
        try:
            await self._store[_NAME].insert_one(message)
        except DuplicateKeyError:
            return

    async def of(self, user_id: int, most: int) -> list[Document]:
        """Return a user's latest messages, newest first."""
        cursor = self._store[_NAME].find({"user_id": user_id}).sort([("_id", -1)]).limit(most)
        return await cursor.to_list()

    async def change(self, user_id: int, fields: Mapping[str, Any], number: int | None = None) -> int:
        """Set fields of one of a user's messages, or of all; return how many there are."""
        done = await self._store[_NAME].update_many(_own(user_id, number), {"$set": dict(fields)})
        return done.matched_count

    async def remove(self, user_id: int, number: int | None = None) -> int:
        """Remove one of a user's messages, or all; return how many there were."""
        return (await self._store[_NAME].delete_many(_own(user_id, number))).deleted_count


def _own(user_id: int, number: int | None) -> dict[str, Any]:
    return {"user_id": user_id} | ({} if number is None else {"_id": number})
