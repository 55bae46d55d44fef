"""What lies on a person's desk."""

from __future__ import annotations

from collections.abc import Sequence

from nightdesk_services.marshal.storage.store import Store, now


class Desks:
    """One document per user."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def selection(self, username: str) -> list[str]:
        """Return the selected objects."""
        desk = await self._store["desks"].find_one({"_id": username})
        return list((desk or {}).get("selection", []))

    async def select(self, username: str, ids: Sequence[str]) -> None:
        """Set the selected objects."""
        await self._store["desks"].update_one(
            {"_id": username}, {"$set": {"selection": list(ids), "modified": now()}}, upsert=True
        )
