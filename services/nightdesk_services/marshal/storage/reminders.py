"""Reminders, and which of them are due."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from nightdesk_services.marshal.storage.store import Document, Store, now

_NAME = "reminders"


class Reminders:
    """One document per reminder and user."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def on(self, field: str, key: str | int) -> list[Document]:
        """Return the reminders on one thing, by their time; `field` is where they name it."""
        return await self._store[_NAME].find({field: key}).sort([("next_reminder", 1), ("_id", 1)]).to_list()

    async def get(self, number: int) -> Document | None:
        """Return one reminder."""
        return await self._store[_NAME].find_one({"_id": number})

    async def insert(self, fields: Mapping[str, Any]) -> int:
        """Store a new reminder and return its id."""
        number, time = await self._store.next_id(_NAME), now()
        await self._store[_NAME].insert_one({"_id": number, **fields, "created_at": time, "modified": time})
        return number

    async def change(self, number: int, fields: Mapping[str, Any]) -> None:
        """Set fields of a reminder."""
        await self._store[_NAME].update_one({"_id": number}, {"$set": {**fields, "modified": now()}})

    async def remove(self, number: int) -> None:
        """Remove a reminder."""
        await self._store[_NAME].delete_one({"_id": number})

    async def due(self, time: datetime, most: int) -> list[Document]:
        """Return the reminders whose time has come, the longest waiting first."""
        wanted = {"next_reminder": {"$lte": time}, "number_of_reminders": {"$gt": 0}}
        return await self._store[_NAME].find(wanted).sort([("next_reminder", 1)]).limit(most).to_list()

    async def claim(self, due: Document, notification: int) -> int | None:
        """Name the message that a due reminder is about to leave.

        Returns the message that was named first: who begins and does not end is followed by one who leaves
        the same message, which is stored only once. None: somebody else has done it all meanwhile.
        """
        same = {name: due[name] for name in ("_id", "next_reminder", "number_of_reminders")}
        await self._store[_NAME].update_one({**same, "leaving": None}, {"$set": {"leaving": notification}})
        found = await self._store[_NAME].find_one(same)
        return None if found is None else found.get("leaving")

    async def left(self, number: int, notification: int, after: Mapping[str, Any]) -> None:
        """Set what follows when the message is left; nothing happens if somebody else did."""
        await self._store[_NAME].update_one(
            {"_id": number, "leaving": notification}, {"$set": {**after, "leaving": None}}
        )
