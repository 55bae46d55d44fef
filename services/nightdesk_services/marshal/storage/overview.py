"""What the store holds, counted."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from nightdesk_services.marshal.storage.store import Document, Store

COUNTS = {
    "Number of candidates": "candidates",
    "Number of sources": "sources",
    "Number of photometry (approx)": "photometry",
    "Number of spectra": "spectra",
    "Number of comments": "comments",
    "Number of classifications": "classifications",
    "Number of annotations": "annotations",
    "Number of users": "users",
    "Number of tokens": "tokens",
    "Number of groups": "groups",
    "Number of streams": "streams",
    "Number of filters": "filters",
    "Number of taxonomies": "taxonomies",
    "Number of telescopes": "telescopes",
    "Number of instruments": "instruments",
    "Number of allocations": "allocations",
}
"""Phrase -> collection."""

_LOOK = 20_000
"""Most documents that a catalogue of keys is made of."""


class Overview:
    """Counts, and which names documents use."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def counts(self) -> dict[str, int]:
        """Return how many documents the collections hold, by the collections' own reckoning."""
        return {phrase: await self._store[name].estimated_document_count() for phrase, name in COUNTS.items()}

    async def empty(self, collection: str) -> bool:
        """Return whether a collection holds nothing."""
        return await self._store[collection].find_one({}, {"_id": 1}) is None

    async def last_alert(self, collection: str) -> Any:
        """Return the Julian date (UTC) of the newest alert of a survey, None if there is none."""
        found = await self._store[collection].find_one({}, {"jd": 1}, sort=[("jd", -1)])
        return (found or {}).get("jd")

    async def keys(
        self, collection: str, field: str, group_ids: Collection[int] | None, *, by: str | None = None
    ) -> list[Document]:
        """Return the keys of a field that holds an object, with the store's types of their values.

        Parameters
        ----------
        group_ids
            Groups of which one holds the documents; None for all documents.
        by
            Field to tell the keys apart by, besides.
        """
        seen: Document = {field: {"$type": "object"}}
        if group_ids is not None:
            seen["group_ids"] = {"$in": sorted(group_ids)}
        which = {"by": f"${by}" if by else None, "key": "$pair.k", "type": {"$type": "$pair.v"}}
        cursor = await self._store[collection].aggregate(
            [
                {"$match": seen},
                {"$limit": _LOOK},
                {"$project": {by or "_id": 1, "pair": {"$objectToArray": f"${field}"}}},
                {"$unwind": "$pair"},
                {"$group": {"_id": which, "count": {"$sum": 1}}},
                {"$sort": {"_id": 1}},
            ]
        )
        return [one["_id"] | {"count": one["count"]} async for one in cursor]
