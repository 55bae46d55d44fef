"""Quarantined packets that were sent again and have not been dealt with yet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from pymongo.database import Database

from nightdesk_services.broker.storage.bounded import bounded

Document = dict[str, Any]

_MOST = 1000


class Retries:
    """The collection ``quarantine_retries``: digest, who, when, and the place on the stream once it is known.

    The quarantine takes an entry out when the packet is refused again.
    """

    def __init__(self, db: Database[Document]) -> None:
        self._collection = db["quarantine_retries"]

    def mark(self, digest: str, token: str, by: str) -> None:
        """Note a packet before it is sent; a token tells this attempt from later ones."""
        mark = {"token": token, "by": by, "at": datetime.now(UTC), "place": None}
        with bounded():
            self._collection.replace_one({"_id": digest}, mark, upsert=True)

    def placed(self, digest: str, token: str, place: tuple[str, int, int]) -> None:
        """Note topic, partition and offset of a packet that the stream took."""
        with bounded():
            self._collection.update_one({"_id": digest, "token": token}, {"$set": {"place": list(place)}})

    def pending(self) -> list[Document]:
        """Return the attempts that are under way."""
        with bounded():
            return list(self._collection.find().limit(_MOST))

    def among(self, digests: Sequence[str]) -> dict[str, Document]:
        """Return digest -> attempt for those that are under way."""
        with bounded():
            return {d["_id"]: d for d in self._collection.find({"_id": {"$in": list(digests)}})}

    def holds(self, digest: str, token: str) -> bool:
        """Return whether an attempt is still under way."""
        with bounded():
            return self._collection.find_one({"_id": digest, "token": token}, {"_id": 1}) is not None

    def drop(self, digest: str, token: str | None = None) -> bool:
        """Forget an attempt; return whether it was still under way."""
        wanted = {"_id": digest} if token is None else {"_id": digest, "token": token}
        with bounded():
            return bool(self._collection.delete_one(wanted).deleted_count)
