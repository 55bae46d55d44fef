"""What each night brought: one document a night and survey, and one for the stream as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pymongo import DESCENDING, UpdateOne
from pymongo.database import Database

from nightdesk_services.broker.storage.bounded import bounded

Document = dict[str, Any]

WHOLE = "stream"
"""Stands for the survey in the document of the stream as a whole."""

_MOST_NIGHTS = 400


class SummaryStore:
    """The collection ``nightly_summaries``.

    A document's ``parts`` hold what each worker counted that night; writing one again replaces it, so
    that nothing counts twice. The sum over the parts is the night's.
    """

    def __init__(self, db: Database[Document]) -> None:
        self._collection = db["nightly_summaries"]
        self._filters = db["filters"]

    def write(self, parts: Mapping[tuple[str, str, str], Document]) -> None:
        """Write parts: (night, survey, worker) -> its counts."""
        now = datetime.now(UTC)
        operations = [
            UpdateOne(
                {"_id": f"{night}:{survey}"},
                {"$set": {"night": night, "survey": survey, "updated_at": now, f"parts.{worker}": part}},
                upsert=True,
            )
            for (night, survey, worker), part in parts.items()
        ]
        if operations:
            with bounded():
                self._collection.bulk_write(operations, ordered=False)

    def read(self, night: str) -> list[Document]:
        """Return the documents of a night."""
        with bounded():
            return list(self._collection.find(_between(night, night)))

    def since(self, night: str) -> list[Document]:
        """Return the documents of a night and of all later ones."""
        with bounded():
            return list(self._collection.find({"_id": {"$gte": f"{night}:"}}).limit(_MOST_NIGHTS))

    def nights(self, limit: int) -> list[str]:
        """Return the latest nights that there are, newest first."""
        with bounded():
            cursor = self._collection.find({}, {"night": 1}).sort("_id", DESCENDING).limit(8 * limit)
            return list(dict.fromkeys(d["night"] for d in cursor))[:limit]

    def filter_names(self, ids: list[int]) -> dict[int, str]:
        """Return id -> name of filters."""
        with bounded():
            cursor = self._filters.find({"_id": {"$in": ids}}, {"name": 1})
            return {d["_id"]: d.get("name") or f"filter {d['_id']}" for d in cursor}


def _between(first: str, last: str) -> Document:
    # ';' follows ':'
    return {"_id": {"$gte": f"{first}:", "$lt": f"{last};"}}
