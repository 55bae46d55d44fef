"""Filters that are live, and the errors they made."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from pymongo.database import Database

from nightdesk_services.broker.models.filters import ActiveFilter
from nightdesk_services.broker.storage.guard import guarded

Document = dict[str, Any]

_KINDS = ("expression", "pipeline")


class FilterStore:
    """The collections ``filters`` and ``streams``, as the broker reads them."""

    def __init__(self, db: Database[Document]) -> None:
        self._db = db

    def active(self) -> list[ActiveFilter]:
        """Return the filters that are live, by id."""
        with guarded():
            streams = {s["_id"]: s["altdata"] for s in self._db["streams"].find()}
            live = {"active": True, "kind": {"$in": list(_KINDS)}}
            found = list(self._db["filters"].find(live).sort("_id", 1))
        return [
            ActiveFilter(
                id=d["_id"],
                version=d.get("version", 1),
                source=d["source"],
                survey=d.get("survey") or streams[d["stream_id"]]["survey"],
                stream_id=d["stream_id"],
                group_id=d["group_id"],
                kind=d["kind"],
                programs=frozenset(streams[d["stream_id"]].get("selector", ())),
            )
            for d in found
            if d["stream_id"] in streams
        ]

    def record_error(self, filter_id: int, version: int, message: str) -> None:
        """Keep the last error of a filter with it, where its owner sees it."""
        error = {"message": message, "version": version, "at": datetime.now(UTC)}
        with guarded():
            self._db["filters"].update_one({"_id": filter_id}, {"$set": {"last_error": error}})
