"""Who has looked at which source, for which group."""

from __future__ import annotations

from collections.abc import Collection

from nightdesk_services.marshal.storage.store import Store, now


class Labels:
    """One document per object, person and group."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def add(self, obj_id: str, labeller_id: int, group_ids: Collection[int]) -> None:
        """Note that somebody looked at a source; nothing happens where it is noted already."""
        time = now()
        for group_id in group_ids:
            which = {"obj_id": obj_id, "labeller_id": labeller_id, "group_id": group_id}
            await self._store["source_labels"].update_one(
                {"_id": f"{obj_id}/{group_id}/{labeller_id}"},
                {"$setOnInsert": {**which, "created_at": time, "modified": time}},
                upsert=True,
            )
