"""The order of long answers, kept for the pages to come."""

from __future__ import annotations

from collections.abc import Sequence

from nightdesk_services.marshal.storage.store import Store, now


class Queries:
    """One document per query, by its name; the store's clock forgets them after an hour."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def keep(self, name: str, user_id: int, ids: Sequence[str]) -> None:
        """Keep what a person's query found."""
        kept = {"_id": name, "user_id": user_id, "ids": list(ids), "created_at": now()}
        await self._store["queries"].insert_one(kept)

    async def get(self, name: str, user_id: int) -> list[str] | None:
        """Return what a person's query found, None if it is forgotten or another's."""
        found = await self._store["queries"].find_one({"_id": name, "user_id": user_id})
        return None if found is None else list(found["ids"])
