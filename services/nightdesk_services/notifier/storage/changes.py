"""The change stream, with its place kept in the store: nothing is lost while no notifier runs."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from pymongo.asynchronous.change_stream import AsyncChangeStream
from pymongo.errors import OperationFailure, PyMongoError

from nightdesk_services.marshal.exceptions import Unavailable
from nightdesk_services.marshal.storage.changes import Change
from nightdesk_services.marshal.storage.store import Document, Store, now
from nightdesk_services.notifier.stopping import end_if_cancelled

log = logging.getLogger(__name__)

_NAME: Final = "notifier_state"
_PLACE: Final = "place"
_WAIT_MS: Final = 1000
_BACKOFF: Final = (0.2, 0.5, 1.0, 2.0, 5.0)
_MARGIN: Final = timedelta(minutes=2)
"""How much earlier reading begins after a gap: clocks differ, and the place is kept a little late."""

_FIELDS: Final = {"candidates": "passed_at"}
"""Field that says when a document came or changed, where it is not ``modified``."""

Handle = Callable[[Change], Awaitable[None]]


class FollowedChanges:
    """One change stream over restarts of this process and of the store.

    Parameters
    ----------
    watched
        Collections to follow.
    save_every
        How often the place is kept [s].
    """

    def __init__(self, store: Store, watched: Collection[str], save_every: float) -> None:
        self._store = store
        self._watched = sorted(watched)
        self._save_every = save_every
        self._saved = 0.0
        self.listening = asyncio.Event()
        """Set while the stream is open."""
        self.gaps = 0
        """How often the store no longer knew the place."""

    async def follow(self, handle: Handle) -> None:
        """Pass every change to a handler, until cancelled; one that it does not end well comes again.

        Where the store no longer knows the place, what came or changed since it was kept is read instead.
        """
        failures, lost = 0, False
        while True:
            try:
                place = await self._place()
                token = None if lost else place.get("token")
                async with await self._open(token) as stream:
                    if token is None and (since := place.get("at")) is not None:
                        self.gaps += 1
                        async for change in self._since(since - _MARGIN):
                            await handle(change)
                    self.listening.set()
                    # kept at once: what comes before the first change is seen must not be lost
                    await self._save(stream)
                    lost, failures = False, 0
                    await self._read(stream, handle)
            except OperationFailure as error:
                log.warning("the change stream cannot be resumed, reading what came since: %s", error)
                lost = True
            except (PyMongoError, Unavailable) as error:
                log.warning("the change stream broke, resuming: %s", error)
            finally:
                self.listening.clear()
            end_if_cancelled()
            await asyncio.sleep(_BACKOFF[min(failures, len(_BACKOFF) - 1)])
            failures += 1

    async def _read(self, stream: AsyncChangeStream[Document], handle: Handle) -> None:
        while stream.alive:
            event = await stream.try_next()
            end_if_cancelled()
            # a batch of many changes must not keep deliveries waiting
            await asyncio.sleep(0)
            if event is not None:
                await handle(Change.of(event))
            if time.monotonic() - self._saved >= self._save_every:
                await self._save(stream)

    async def _save(self, stream: AsyncChangeStream[Document]) -> None:
        self._saved = time.monotonic()
        fields: dict[str, Any] = {"at": now()}
        if stream.resume_token is not None:
            fields["token"] = stream.resume_token
        await self._store[_NAME].update_one({"_id": _PLACE}, {"$set": fields}, upsert=True)

    async def _place(self) -> Document:
        with self._store.bounded():
            return await self._store[_NAME].find_one({"_id": _PLACE}) or {}

    async def _open(self, token: Mapping[str, Any] | None) -> AsyncChangeStream[Document]:
        return await self._store.database.watch(
            [{"$match": {"ns.coll": {"$in": self._watched}}}],
            full_document="updateLookup",
            max_await_time_ms=_WAIT_MS,
            resume_after=token,
        )

    async def _since(self, since: datetime) -> AsyncIterator[Change]:
        """Read all that came or changed since a time; without an index, for it hardly ever happens."""
        for collection in self._watched:
            field = _FIELDS.get(collection, "modified")
            async for document in self._store[collection].find({field: {"$gte": since}}).sort([(field, 1)]):
                created = document.get("created_at") or document[field]
                fresh = created >= since
                yield Change(collection, "insert" if fresh else "update", document["_id"], document)
