"""Requests to look something up about a source, and how they ended."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from nightdesk_services.marshal.storage.store import Document, Store, now

_NAME = "source_lookups"
_STALLED = timedelta(minutes=10)
"""A request that was begun so long ago was begun by a process that is no more."""


class SourceLookups:
    """One document per request: ``obj_id``, ``kind``, ``asked``, ``user_id``, ``status``, ``outcome``."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def put(self, obj_id: str, kind: str, asked: Mapping[str, Any], user_id: int) -> None:
        """Queue a request."""
        time = now()
        await self._store[_NAME].insert_one(
            {
                "_id": await self._store.next_id(_NAME),
                "obj_id": obj_id,
                "kind": kind,
                "asked": dict(asked),
                "user_id": user_id,
                "status": "queued",
                "outcome": None,
                "created_at": time,
                "modified": time,
            }
        )

    async def take(self) -> Document | None:
        """Begin the oldest request that waits; only one process gets it."""
        time = now()
        waiting = [{"status": "queued"}, {"status": "begun", "modified": {"$lt": time - _STALLED}}]
        return await self._store[_NAME].find_one_and_update(
            {"$or": waiting}, {"$set": {"status": "begun", "modified": time}}, sort=[("_id", 1)]
        )

    async def end(self, number: int, status: str, outcome: str) -> None:
        """Note how a request ended: ``found``, ``nothing`` or ``failed``, and in words."""
        fields = {"status": status, "outcome": outcome, "modified": now()}
        await self._store[_NAME].update_one({"_id": number}, {"$set": fields})

    async def of(self, obj_id: str) -> list[Document]:
        """Return the latest requests about a source, newest first."""
        found = await self._store.among(_NAME, "obj_id", [obj_id])
        return sorted(found, key=lambda one: one["_id"], reverse=True)[:20]
