"""What changes in the store, as it happens."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pymongo.asynchronous.change_stream import AsyncChangeStream
from pymongo.errors import OperationFailure, PyMongoError

from nightdesk_services.marshal.storage.store import Document, Store

log = logging.getLogger(__name__)

WATCHED = (
    "candidates",
    "comments",
    "sources",
    "classifications",
    "listings",
    "annotations",
    "notifications",
    "followup_requests",
    "spectra",
    "spectra_gone",
    "photometry_changes",
    "desks",
    "groups",
    "streams",
)
_WAIT_MS = 1000
_BACKOFF = (0.2, 0.5, 1.0, 2.0, 5.0)


@dataclass(frozen=True)
class Change:
    """One write to a watched collection."""

    collection: str
    operation: str
    """``insert``, ``update``, ``replace`` or ``delete``."""
    key: Any
    document: Document | None
    """The whole document as it is now; None if it is gone."""

    @classmethod
    def of(cls, event: Mapping[str, Any]) -> Change:
        """Return what an event of the store's change stream tells."""
        return cls(
            collection=event.get("ns", {}).get("coll", ""),
            operation=event["operationType"],
            key=event.get("documentKey", {}).get("_id"),
            document=event.get("fullDocument"),
        )


class Changes:
    """One change stream for the whole process; it outlives restarts of the store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._token: Mapping[str, Any] | None = None
        self.listening = asyncio.Event()
        """Set while the stream is open."""

    async def follow(
        self, handle: Callable[[Change], Awaitable[None]], begun: Callable[[], Awaitable[None]]
    ) -> None:
        """Pass every change to a handler, until cancelled.

        After a break the stream goes on where it was. Where the store no longer knows that place, and at
        the first start, it begins now and `begun` is called: what was read before may be out of date.
        """
        failures = 0
        while True:
            try:
                async with await self._open() as stream:
                    fresh = self._token is None
                    self.listening.set()
                    if fresh:
                        await begun()
                    while stream.alive:
                        change = await stream.try_next()
                        # a batch of many changes must not keep requests waiting
                        await asyncio.sleep(0)
                        if change is not None:
                            await handle(Change.of(change))
                        self._token = stream.resume_token or self._token
                        failures = 0
            except OperationFailure as error:
                log.warning("the change stream cannot be resumed, beginning anew: %s", error)
                self._token = None
            except PyMongoError as error:
                log.warning("the change stream broke, resuming: %s", error)
            finally:
                self.listening.clear()
            await asyncio.sleep(_BACKOFF[min(failures, len(_BACKOFF) - 1)])
            failures += 1

    async def _open(self) -> AsyncChangeStream[Document]:
        return await self._store.database.watch(
            [{"$match": {"ns.coll": {"$in": list(WATCHED)}}}],
            full_document="updateLookup",
            max_await_time_ms=_WAIT_MS,
            resume_after=self._token,
        )
