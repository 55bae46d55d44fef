"""The outbox from its other end: what is due, who sends it, and what became of it.

An entry is ``waiting``, then ``sending`` under the name of a delivery, then ``sent``, ``dropped`` or
``failed``; one that was not taken waits again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from nightdesk_services.marshal.storage.outbox import NAME
from nightdesk_services.marshal.storage.store import Document, Store

TEST = "test"
"""Kind of what people ask for to try a channel; it waits for nothing."""
_MOST = 2000
_TOGETHER = 500
"""Most entries of one letter."""


class Queue:
    """The entries that wait for their time."""

    def __init__(self, store: Store) -> None:
        self._entries = store[NAME]

    async def due(self, time: datetime) -> list[tuple[int, str]]:
        """Return the users and channels for which something is due, the longest waiting first."""
        wanted = {"state": "waiting", "due": {"$lte": time}}
        cursor = self._entries.find(wanted, ["user_id", "channel"]).sort([("due", 1)]).limit(_MOST)
        return list(dict.fromkeys([(one["user_id"], one["channel"]) async for one in cursor]))

    async def held_until(self, user_id: int, channel: str, time: datetime) -> datetime | None:
        """Return when a channel that failed is tried again, None if none waits for that."""
        found = await self._entries.find_one(
            {
                "user_id": user_id,
                "channel": channel,
                "state": "waiting",
                "due": {"$gt": time},
                "attempts": {"$gt": 0},
            },
            sort=[("due", 1)],
        )
        return None if found is None else found["due"]

    async def postpone(self, user_id: int, channel: str, time: datetime, until: datetime) -> None:
        """Let what is due wait longer, but for tests."""
        wanted = _due(user_id, channel, time) | {"kind": {"$ne": TEST}}
        await self._entries.update_many(wanted, {"$set": {"due": until}})

    async def claim(
        self, user_id: int, channel: str, time: datetime, fields: Mapping[str, Any], *, tests: bool
    ) -> list[Document]:
        """Take what is due for oneself, by the name in ``fields["delivery"]``; tests alone, or all others."""
        kind = TEST if tests else {"$ne": TEST}
        wanted = _due(user_id, channel, time) | {"kind": kind}
        found = await self._entries.find(wanted, ["_id"]).sort([("due", 1)]).limit(_TOGETHER).to_list()
        if not found:
            return []
        # another notifier may be faster: what it took is not waiting any more
        ids = [one["_id"] for one in found]
        await self._entries.update_many(
            {"_id": {"$in": ids}, "state": "waiting"}, {"$set": {**fields, "state": "sending"}}
        )
        return await self._of(fields["delivery"])

    async def abandoned(self, time: datetime) -> list[tuple[str, str]]:
        """Return the deliveries whose sender did not end them in time, each with its channel."""
        wanted = {"state": "sending", "lease": {"$lte": time}}
        cursor = self._entries.find(wanted, ["delivery", "channel"]).limit(_MOST)
        return list(dict.fromkeys([(one["delivery"], one["channel"]) async for one in cursor]))

    async def take_over(self, delivery: str, time: datetime, lease: datetime) -> list[Document]:
        """Take an abandoned delivery for oneself; empty if another did."""
        wanted = {"delivery": delivery, "state": "sending", "lease": {"$lte": time}}
        done = await self._entries.update_many(wanted, {"$set": {"lease": lease}})
        return await self._of(delivery) if done.matched_count else []

    async def end(
        self,
        delivery: str,
        state: str,
        time: datetime,
        *,
        error: str | None = None,
        ids: Collection[str] = (),
    ) -> None:
        """Note what became of a delivery, or of some of its entries."""
        wanted: dict[str, Any] = {"delivery": delivery, "state": "sending"}
        if ids:
            wanted["_id"] = {"$in": list(ids)}
        update = {"$set": {"state": state, "ended_at": time, "error": error}, "$inc": {"attempts": 1}}
        await self._entries.update_many(wanted, update)

    async def again(self, delivery: str, due: datetime, error: str, ids: Collection[str]) -> None:
        """Let entries of a delivery that was not taken wait for another try."""
        wanted = {"delivery": delivery, "state": "sending", "_id": {"$in": list(ids)}}
        update = {
            "$set": {"state": "waiting", "due": due, "error": error},
            "$inc": {"attempts": 1},
            "$unset": {"delivery": "", "lease": ""},
        }
        await self._entries.update_many(wanted, update)

    async def sent(self, user_id: int, channel: str, since: datetime) -> list[datetime]:
        """Return when letters went to a user by a channel since a time, the oldest first."""
        wanted = {"user_id": user_id, "channel": channel, "state": "sent", "ended_at": {"$gt": since}}
        cursor = self._entries.find(wanted, ["delivery", "ended_at"])
        return sorted({one["delivery"]: one["ended_at"] async for one in cursor}.values())

    async def waiting(self) -> int:
        """Return how many entries wait."""
        return await self._entries.count_documents({"state": "waiting"})

    async def _of(self, delivery: str) -> list[Document]:
        wanted = {"delivery": delivery, "state": "sending"}
        return await self._entries.find(wanted).sort([("created_at", 1), ("_id", 1)]).to_list()


def _due(user_id: int, channel: str, time: datetime) -> dict[str, Any]:
    return {"user_id": user_id, "channel": channel, "state": "waiting", "due": {"$lte": time}}
