"""When and where each person wants to be told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nightdesk_services.marshal.storage.store import Document, Store, now

NAME = "notification_settings"


class NotificationSettings:
    """One document per user."""

    def __init__(self, store: Store) -> None:
        self._settings = store[NAME]

    async def of(self, user_id: int) -> Document:
        """Return a user's settings, empty if there are none."""
        return await self._settings.find_one({"_id": user_id}) or {}

    async def all(self) -> list[Document]:
        """Return everybody's settings."""
        return await self._settings.find({}).to_list()

    async def change(self, user_id: int, fields: Mapping[str, Any]) -> None:
        """Set fields of a user's settings."""
        await self._settings.update_one(
            {"_id": user_id}, {"$set": {**fields, "modified": now()}}, upsert=True
        )
