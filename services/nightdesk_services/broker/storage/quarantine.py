"""Packets that could not be used, with their bytes and the reason."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from pymongo import UpdateOne
from pymongo.database import Database

from nightdesk_services.broker.models.packets import Rejected
from nightdesk_services.broker.storage.guard import guarded

Document = dict[str, Any]

# A document holds 16 MB; of a larger packet the beginning is kept.
_MOST_BYTES = 15 * 2**20


class Quarantine:
    """The collection ``quarantine``; a payload is there once, however often it came."""

    def __init__(self, db: Database[Document]) -> None:
        self._collection = db["quarantine"]

    def add(self, rejected: Sequence[Rejected]) -> None:
        """Keep packets."""
        if not rejected:
            return
        now = datetime.now(UTC)
        with guarded():
            self._collection.bulk_write([_upsert(item, now) for item in rejected], ordered=False)

    def reasons(self, digests: Iterable[str]) -> dict[str, str]:
        """Return digest -> reason of those payloads that are here."""
        wanted = list(digests)
        found: dict[str, str] = {}
        with guarded():
            for start in range(0, len(wanted), 1000):
                part = wanted[start : start + 1000]
                cursor = self._collection.find({"_id": {"$in": part}}, {"reason": 1})
                found.update((d["_id"], d["reason"]) for d in cursor)
        return found

    def count(self) -> int:
        """Return about how many payloads are here."""
        with guarded():
            return self._collection.estimated_document_count()


def _upsert(item: Rejected, now: datetime) -> UpdateOne:
    packet = item.packet
    first = {
        "payload": packet.payload[:_MOST_BYTES],
        "size": len(packet.payload),
        "topic": packet.topic,
        "partition": packet.partition,
        "offset": packet.offset,
        "reason": item.reason,
        "survey": item.survey,
        "at": now,
    }
    return UpdateOne({"_id": item.digest}, {"$setOnInsert": first, "$inc": {"count": 1}}, upsert=True)
