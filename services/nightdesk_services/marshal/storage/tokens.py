"""Tokens of the marshal's own; of the secret only its hash is here."""

from __future__ import annotations

from collections.abc import Mapping
from time import monotonic
from typing import Any, Final

from pymongo.errors import DuplicateKeyError

from nightdesk_services.marshal.storage.store import Document, Store, now

_MOST: Final = 10_000
"""Tokens that are kept in memory."""


class Tokens:
    """One document per token."""

    def __init__(self, store: Store, kept_for: float = 0.0) -> None:
        self._store = store
        self._kept_for = kept_for
        self._known: dict[str, tuple[float, Document]] = {}
        self._forgotten = 0.0

    async def known(self, token_id: str) -> Document | None:
        """Return one token, as it was at most some seconds ago if another process has changed it since."""
        time, kept = self._known.get(token_id, (0.0, None))
        if kept is not None and monotonic() - time < self._kept_for:
            return kept
        if len(self._known) >= _MOST:
            self._known.clear()
        asked = monotonic()
        found = await self.get(token_id)
        if found is not None and self._forgotten < asked:
            self._known[token_id] = (asked, found)
        return found

    def _forget(self) -> None:
        self._known.clear()
        self._forgotten = monotonic()

    async def get(self, token_id: str) -> Document | None:
        """Return one token."""
        return await self._store["tokens"].find_one({"_id": token_id})

    async def of_user(self, user_id: int | None) -> list[Document]:
        """Return somebody's tokens, everybody's if None; the oldest first."""
        query = {} if user_id is None else {"user_id": user_id}
        return await self._store["tokens"].find(query, {"hash": 0}).sort("created_at", 1).to_list()

    async def insert(self, token_id: str, fields: Mapping[str, Any]) -> bool:
        """Store a new token; False if its owner has one of its name."""
        time = now()
        try:
            await self._store["tokens"].insert_one(
                {"_id": token_id, **fields, "created_at": time, "modified": time}
            )
        except DuplicateKeyError:
            return False
        return True

    async def change(self, token_id: str, fields: Mapping[str, Any]) -> bool:
        """Set fields of a token; False if its owner has another of that name."""
        try:
            await self._store["tokens"].update_one({"_id": token_id}, {"$set": {**fields, "modified": now()}})
        except DuplicateKeyError:
            return False
        self._forget()
        return True

    async def used(self, token_id: str) -> None:
        """Note that a token was used now."""
        await self._store["tokens"].update_one({"_id": token_id}, {"$set": {"used_at": now()}})
        self._known.pop(token_id, None)

    async def remove(self, token_id: str) -> None:
        """Remove a token."""
        await self._store["tokens"].delete_one({"_id": token_id})
        self._forget()

    async def remove_of(self, user_id: int) -> None:
        """Remove all of somebody's tokens."""
        await self._store["tokens"].delete_many({"user_id": user_id})
        self._forget()
