"""The audit log: who wrote what and when, kept beside the request and never lost on a clean stop."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from contextlib import suppress
from typing import Any, Final

from nightdesk_services.common.tasks import begun
from nightdesk_services.marshal.access import Document
from nightdesk_services.marshal.encoding import dumps
from nightdesk_services.marshal.exceptions import Unavailable
from nightdesk_services.marshal.models.audit import AuditQuery
from nightdesk_services.marshal.storage.audit import Audit, new_key
from nightdesk_services.marshal.storage.bounds import between
from nightdesk_services.marshal.storage.store import Store

log = logging.getLogger(__name__)

_BATCH: Final = 500
_MOST: Final = 20_000
_BACKOFF: Final = (0.2, 0.5, 1.0, 2.0, 5.0)
_PATIENCE: Final = 10.0
_GATHER: Final = 0.05
_FIELDS: Final = (
    "at",
    "user_id",
    "username",
    "bot",
    "token_id",
    "method",
    "route",
    "path",
    "keys",
    "fields",
    "made",
    "status",
    "outcome",
)


class AuditService:
    """Takes entries at once and stores them in batches; what the store never takes goes to the log."""

    def __init__(self, store: Store, audit: Audit) -> None:
        self._store = store
        self._audit = audit
        self._waiting: deque[Document] = deque()
        self._writing: asyncio.Task[None] | None = None
        self._open = 0
        self._stopping = False
        self._quiet = asyncio.Event()
        self._quiet.set()

    @property
    def waiting(self) -> int:
        """How many entries are not stored yet."""
        return len(self._waiting)

    def begin(self) -> None:
        """Note that a write has begun, of which there will be an entry."""
        self._open += 1
        self._quiet.clear()

    def end(self, entry: Document | None) -> None:
        """Take the entry of a write that has ended; None if there is nothing to tell of it."""
        self._open -= 1
        if not self._open:
            self._quiet.set()
        if entry is None:
            return
        self._waiting.append({"_id": new_key(), **entry})
        if len(self._waiting) > _MOST:
            self._to_log(self._waiting.popleft())
        if self._writing is None or self._writing.done():
            self._writing = begun(self._write())

    async def stop(self) -> None:
        """Wait for writes that are under way, then store what waits."""
        self._stopping = True
        with suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE):
                await self.flushed()
        if self._writing is not None:
            self._writing.cancel()
        while self._waiting:
            self._to_log(self._waiting.popleft())

    async def flushed(self) -> None:
        """Wait until no write is under way and all entries are stored."""
        await self._quiet.wait()
        while self._writing is not None and not self._writing.done():
            await asyncio.shield(self._writing)

    async def listing(self, query: AuditQuery) -> Document:
        """Return one page of the entries that meet all conditions, the newest first."""
        named = ("username", "user_id", "token_id", "bot", "method", "route", "outcome")
        wanted: dict[str, Any] = {n: v for n in named if (v := getattr(query, n)) is not None}
        if query.key is not None:
            wanted["keys"] = query.key
        if time := between(query.start_date, query.end_date):
            wanted["at"] = time
        found, total = await self._audit.page(wanted, query.span)
        return {
            "entries": [{"id": str(one["_id"])} | {name: one.get(name) for name in _FIELDS} for one in found],
            "totalMatches": total,
            "pageNumber": query.page_number,
            "numPerPage": query.num_per_page,
        }

    async def _write(self) -> None:
        failures = 0
        while self._waiting:
            if len(self._waiting) < _BATCH and not self._stopping:
                # writes often come in crowds, and one message to the store holds many
                await asyncio.sleep(_GATHER)
            batch = [self._waiting[i] for i in range(min(_BATCH, len(self._waiting)))]
            try:
                with self._store.bounded():
                    await self._audit.insert(batch)
            except Unavailable as error:
                log.warning("the audit log waits: %s", error.message)
                await asyncio.sleep(_BACKOFF[min(failures, len(_BACKOFF) - 1)])
                failures += 1
                continue
            except Exception:
                log.exception("the store refuses entries of the audit log")
                for entry in batch:
                    self._to_log(entry)
            failures = 0
            stored = {entry["_id"] for entry in batch}
            while self._waiting and self._waiting[0]["_id"] in stored:
                self._waiting.popleft()

    def _to_log(self, entry: Document) -> None:
        log.error("an entry of the audit log could not be stored: %s", dumps(entry))
