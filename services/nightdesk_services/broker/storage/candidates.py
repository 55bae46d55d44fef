"""Alerts that filters passed."""

from __future__ import annotations

from typing import Any

from bson import Int64
from pymongo.database import Database

from nightdesk_services.broker.storage.inserting import insert_absent

Document = dict[str, Any]


class CandidateStore:
    """The collection ``candidates``; an alert passes a filter once."""

    def __init__(self, db: Database[Document]) -> None:
        self._collection = db["candidates"]

    def insert(self, documents: list[Document]) -> int:
        """Insert candidates; return how many are new."""
        for document in documents:
            document["candid"] = Int64(document["candid"])
        return len(documents) - len(insert_absent(self._collection, documents))
