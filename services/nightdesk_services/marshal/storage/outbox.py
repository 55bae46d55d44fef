"""Messages on their way to people: what is to be told, to whom, by which channel, and from when on.

An entry holds no text. It names the record that it is about, so that the text is made of what its reader may
see when it is sent.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pymongo.errors import DuplicateKeyError

from nightdesk_services.marshal.storage.store import Document, Store

NAME = "notification_outbox"


class Outbox:
    """One document per person, channel and thing to tell, kept some weeks after its end."""

    def __init__(self, store: Store) -> None:
        self._entries = store[NAME]

    async def put(
        self,
        subject: str,
        user_id: int,
        channel: str,
        *,
        kind: str,
        about: Document,
        time: datetime,
        due: datetime | None = None,
        digest: str | None = None,
    ) -> bool:
        """Store what is to be told; False if the same person was told of the subject there already.

        Parameters
        ----------
        subject
            What one is told of once, the same however often it is noticed.
        about
            Names the record that the text is made of.
        due
            Not to be sent earlier.
        digest
            Entries of the same name wait for one another.
        """
        entry: dict[str, Any] = {
            "_id": f"{subject}|{user_id}|{channel}",
            "user_id": user_id,
            "channel": channel,
            "kind": kind,
            "about": about,
            "digest": digest,
            "state": "waiting",
            "due": due or time,
            "created_at": time,
            "attempts": 0,
            "error": None,
        }
        try:
            await self._entries.insert_one(entry)
        except DuplicateKeyError:
            return False
        return True

    async def window(self, user_id: int, channel: str, digest: str) -> datetime | None:
        """Return when a digest that gathers already is due."""
        wanted = {"user_id": user_id, "channel": channel, "state": "waiting", "digest": digest}
        found = await self._entries.find_one(wanted, sort=[("due", 1)])
        return None if found is None else found["due"]

    async def of(self, user_id: int, most: int) -> list[Document]:
        """Return a user's latest entries, newest first."""
        return await self._entries.find({"user_id": user_id}).sort([("created_at", -1)]).limit(most).to_list()

    async def count(self, user_id: int, kind: str, since: datetime) -> int:
        """Return how many entries of a kind a user got since a time."""
        wanted = {"user_id": user_id, "created_at": {"$gte": since}, "kind": kind}
        return await self._entries.count_documents(wanted)
