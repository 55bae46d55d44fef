"""Packets that could not be used, with their bytes and the reason."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from pymongo import ASCENDING, DESCENDING, DeleteOne, IndexModel, UpdateOne
from pymongo.database import Database

from nightdesk_services.broker.models.packets import Rejected
from nightdesk_services.broker.storage.bounded import bounded
from nightdesk_services.broker.storage.guard import guarded

Document = dict[str, Any]

# A document holds 16 MB; of a larger packet the beginning is kept.
_MOST_BYTES = 15 * 2**20
_MOST_KINDS = 100
# quotations, bytes in hexadecimal, numbers
_VARYING = re.compile(r"'[^']*'|\"[^\"]*\"|\b[0-9a-f]{2}(?: [0-9a-f]{2})+\b|0x[0-9a-fA-F]+|\d+")


def kind_of(reason: str) -> str:
    """Return a reason without its numbers and quotations, so that alike ones can be counted together."""
    return _VARYING.sub("…", reason)[:160]


class Quarantine:
    """The collection ``quarantine``; a payload is there once, however often it came."""

    def __init__(self, db: Database[Document]) -> None:
        self._collection = db["quarantine"]
        self._kinds = db["quarantine_kinds"]
        self._retries = db["quarantine_retries"]

    def prepare(self) -> None:
        """Create the indexes that browsing needs."""
        with guarded():
            self._collection.create_indexes(
                [
                    IndexModel([("kind", ASCENDING), ("at", DESCENDING)]),
                    IndexModel([("survey", ASCENDING), ("at", DESCENDING)]),
                ]
            )

    def add(self, rejected: Sequence[Rejected]) -> None:
        """Keep packets; one that was being tried again is not any more, and has its new reason."""
        if not rejected:
            return
        now = datetime.now(UTC)
        kinds = {kind_of(item.reason) for item in rejected}
        with guarded():
            self._collection.bulk_write([_upsert(item, now) for item in rejected], ordered=False)
            self._kinds.bulk_write(
                [UpdateOne({"_id": kind}, {"$set": {"at": now}}, upsert=True) for kind in kinds],
                ordered=False,
            )
            self._retries.bulk_write([DeleteOne({"_id": item.digest}) for item in rejected], ordered=False)

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

    def page(self, survey: str, kind: str, skip: int, limit: int) -> tuple[list[Document], int]:
        """Return entries without their bytes, newest first, and how many there are of the kind.

        Parameters
        ----------
        survey, kind
            Only these; empty: any. The survey ``unknown`` is that of packets that do not tell.
        """
        wanted = _wanted(survey, kind)
        with bounded():
            cursor = self._collection.find(wanted, {"payload": 0}).sort("at", DESCENDING)
            found = list(cursor.skip(skip).limit(limit))
            number = (
                self._collection.count_documents(wanted)
                if wanted
                else self._collection.estimated_document_count()
            )
        return found, number

    def kinds(self, begin: datetime | None = None, end: datetime | None = None) -> dict[str, int]:
        """Return how many payloads are here for each kind of reason, most first.

        Parameters
        ----------
        begin, end
            Only what first came in this time.
        """
        span = {"at": {"$gte": begin, "$lt": end}} if begin and end else {}
        with bounded(8.0):
            known = [d["_id"] for d in self._kinds.find().sort("at", DESCENDING).limit(_MOST_KINDS)]
            counts = {kind: self._collection.count_documents({"kind": kind} | span) for kind in known}
        found = sorted(counts.items(), key=lambda item: -item[1])
        return {kind: number for kind, number in found if number}

    def entry(self, digest: str) -> Document | None:
        """Return an entry with its bytes."""
        with bounded():
            return self._collection.find_one({"_id": digest})

    def delete(self, digests: Sequence[str]) -> int:
        """Delete entries; return how many were there."""
        with bounded():
            return self._collection.delete_many({"_id": {"$in": list(digests)}}).deleted_count

    def tried(self, digest: str) -> None:
        """Count that an entry is tried again."""
        with bounded():
            self._collection.update_one({"_id": digest}, {"$inc": {"tries": 1}})


def _wanted(survey: str, kind: str) -> Document:
    wanted: Document = {}
    if survey:
        wanted["survey"] = None if survey == "unknown" else survey
    if kind:
        wanted["kind"] = kind
    return wanted


def _upsert(item: Rejected, now: datetime) -> UpdateOne:
    packet = item.packet
    first = {
        "payload": packet.payload[:_MOST_BYTES],
        "size": len(packet.payload),
        "topic": packet.topic,
        "partition": packet.partition,
        "offset": packet.offset,
        "survey": item.survey,
        "at": now,
    }
    latest = {"reason": item.reason, "kind": kind_of(item.reason), "last_at": now}
    return UpdateOne(
        {"_id": item.digest}, {"$setOnInsert": first, "$set": latest, "$inc": {"count": 1}}, upsert=True
    )
