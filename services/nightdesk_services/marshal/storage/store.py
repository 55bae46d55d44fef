"""The database, how long to wait for it, and its errors in our words."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pymongo
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import ConnectionFailure, ExecutionTimeout, PyMongoError, WTimeoutError

from nightdesk_services.marshal.exceptions import Unavailable
from nightdesk_services.marshal.storage.together import Key, Projection, Together

Document = dict[str, Any]

# Collections whose ids we count ourselves.
COUNTED = (
    "streams",
    "groups",
    "filters",
    "users",
    "comments",
    "classifications",
    "taxonomies",
    "tag_options",
    "tags",
    "listings",
    "annotations",
    "group_admission_requests",
    "invitations",
    "teams",
    "source_requests",
    "telescopes",
    "instruments",
    "instrument_logs",
    "allocations",
    "followup_requests",
    "facility_transactions",
    "default_followup_requests",
    "observing_runs",
    "assignments",
    "shifts",
    "shift_comments",
    "spectrum_comments",
    "gcn_comments",
    "earthquake_comments",
    "spectrum_annotations",
    "photometry_annotations",
    "attachments",
    "reminders",
    "notifications",
    "notification_rules",
    "super_objs",
    "scan_reports",
    "scan_report_items",
    "thumbnails",
    "photometry",
    "photometry_validations",
    "photometric_series",
    "phot_stats",
    "source_lookups",
    "source_notifications",
    "spectra",
)


def now() -> datetime:
    """Return the time in UTC, to the millisecond that the store keeps."""
    time = datetime.now(UTC)
    return time.replace(microsecond=time.microsecond // 1000 * 1000)


class Store:
    """The document store as the marshal uses it."""

    def __init__(self, database: AsyncDatabase[Document], timeout: float = 5.0) -> None:
        self.database = database
        self._timeout = timeout
        self._collections: dict[str, AsyncCollection[Document]] = {}
        self._together = Together(database)

    def __getitem__(self, name: str) -> AsyncCollection[Document]:
        if name not in self._collections:
            self._collections[name] = self.database[name]
        return self._collections[name]

    async def among(
        self, collection: str, field: str, keys: Collection[Key], fields: Projection = None
    ) -> list[Document]:
        """Return the documents of a collection whose field is, or holds, one of some keys; in any order.

        What is asked so at about the same time is one question to the store.

        Parameters
        ----------
        fields
            What is needed of them; they may have more.
        """
        return await self._together.among(collection, field, keys, fields)

    @contextmanager
    def bounded(self, timeout: float | None = None) -> Iterator[None]:
        """Bound all waiting for the store inside; a store that does not answer raises `Unavailable`."""
        try:
            with pymongo.timeout(timeout or self._timeout):
                yield
        except PyMongoError as error:
            if error.timeout or isinstance(error, (ConnectionFailure, ExecutionTimeout, WTimeoutError)):
                raise Unavailable("the document store does not answer; try again in some seconds") from error
            raise

    async def ping(self) -> None:
        """Ask for a sign of life."""
        await self.database.command("ping")

    async def next_id(self, collection: str, count: int = 1) -> int:
        """Take ids of a collection that were never used, and return the first."""
        found: Document | None = None
        while found is None:  # of two that begin a counter together, SecantusDB shows it to one only
            found = await self["counters"].find_one_and_update(
                {"_id": collection}, {"$inc": {"value": count}}, upsert=True, return_document=True
            )
        return int(found["value"]) - count + 1

    async def align_counters(self) -> None:
        """Lift every counter to the largest id there is: others write documents too."""
        for name in COUNTED:
            newest = await self[name].find_one({}, {"_id": 1}, sort=[("_id", -1)])
            if newest is not None:
                await self["counters"].update_one(
                    {"_id": name}, {"$max": {"value": newest["_id"]}}, upsert=True
                )

    async def close(self) -> None:
        """End all connections."""
        await self.database.client.close()
