"""Insert what is not there yet: the idempotent write on which exactly-once rests."""

from __future__ import annotations

from typing import Any

from bson import Int64
from pymongo.collection import Collection
from pymongo.errors import BulkWriteError

from nightdesk_services.broker.storage.guard import DUPLICATE_KEY, guarded

Document = dict[str, Any]


def insert_absent(collection: Collection[Document], documents: list[Document]) -> set[Any]:
    """Insert documents by ``_id`` and leave alone those that exist.

    Returns
    -------
    ids
        Those that were there before.
    """
    if not documents:
        return set()
    with guarded():
        try:
            collection.insert_many(documents, ordered=False)
        except BulkWriteError as error:
            errors = error.details["writeErrors"]
            if error.details.get("writeConcernErrors") or any(e["code"] != DUPLICATE_KEY for e in errors):
                raise
            return {documents[e["index"]]["_id"] for e in errors}
    return set()


def existing(collection: Collection[Document], ids: list[Any]) -> set[Any]:
    """Return which ids the collection has."""
    found: set[Any] = set()
    with guarded():
        for start in range(0, len(ids), 1000):
            part = ids[start : start + 1000]
            found.update(d["_id"] for d in collection.find({"_id": {"$in": part}}, {"_id": 1}))
    return found


def wide(document: Document) -> Document:
    """Return the document with its ids as 64-bit integers, however small they are."""
    for name in ("_id", "candid"):
        if isinstance(document.get(name), int):
            document[name] = Int64(document[name])
    return document
