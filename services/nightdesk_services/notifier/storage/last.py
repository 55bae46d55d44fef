"""What was last told of a record, so that people hear of a change and not of every write."""

from __future__ import annotations

from typing import Any, Final

from nightdesk_services.marshal.storage.store import Store

_NAME: Final = "notifier_last"


class Last:
    """One value per record, and how many there were before it."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def get(self, record: str) -> tuple[Any, int]:
        """Return what was last told of a record, None if nothing was, and the number of what comes next."""
        found = await self._store[_NAME].find_one({"_id": record})
        return (None, 0) if found is None else (found["value"], found["number"])

    async def put(self, record: str, value: Any) -> None:
        """Remember what is told of a record from now on; nothing happens if it is the same."""
        changed = {"_id": record, "value": {"$ne": value}}
        update = {"$set": {"value": value}, "$inc": {"number": 1}}
        if await self._store[_NAME].find_one({"_id": record}, ["_id"]) is None:
            await self._store[_NAME].update_one({"_id": record}, update, upsert=True)
        else:
            await self._store[_NAME].update_one(changed, update)

    async def forget(self, record: str) -> None:
        """Forget a record that is gone."""
        await self._store[_NAME].delete_one({"_id": record})
