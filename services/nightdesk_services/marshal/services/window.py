"""The newest candidates, kept in memory: scanning asks for them all day, and they only ever grow."""

from __future__ import annotations

import asyncio
import heapq
import logging
from collections.abc import Iterable
from datetime import datetime

from nightdesk_services.marshal.access import Document
from nightdesk_services.marshal.storage.candidates import Candidates

log = logging.getLogger(__name__)


class CandidateWindow:
    """What selecting needs of the newest candidates; fed by the change stream, checked at every reading."""

    def __init__(self, candidates: Candidates, size: int) -> None:
        self._candidates = candidates
        self._size = size
        self._rows: dict[str, Document] = {}
        self._oldest: datetime | None = None
        """Candidates passed before this time are not in the window; None: all are."""
        self._newest: datetime | None = None
        self._full = False
        self._filling = asyncio.Lock()

    def forget(self) -> None:
        """Fill the window anew at the next reading: changes may have been missed."""
        self._full = False

    def add(self, candidate: Document) -> None:
        """Take in a new candidate."""
        self._merge([candidate])

    def remove(self, candidate_id: str) -> None:
        """Take out a candidate that is gone."""
        self._rows.pop(candidate_id, None)

    async def rows(self, since: datetime | None, until: datetime | None) -> Iterable[Document]:
        """Return the newest candidates of a span of time, at most a window full, in any order."""
        if not self._full:
            await self._fill()
        else:
            # the change stream may be some milliseconds behind
            self._merge(await self._candidates.newest(self._size, after=self._newest))
        reaches_back = self._oldest is not None and (since is None or since < self._oldest)
        if until is not None and reaches_back:
            found = await self._candidates.newest(self._size, since=since, until=until)
        else:
            found = list(self._rows.values())
        return [
            row
            for row in found
            if (since is None or row["passed_at"] >= since) and (until is None or row["passed_at"] <= until)
        ]

    async def _fill(self) -> None:
        async with self._filling:
            if self._full:
                return
            found = await self._candidates.newest(self._size)
            self._rows = {row["_id"]: row for row in found}
            self._oldest = found[-1]["passed_at"] if len(found) == self._size else None
            self._newest = found[0]["passed_at"] if found else None
            self._full = True

    def _merge(self, candidates: Iterable[Document]) -> None:
        for row in candidates:
            self._rows[row["_id"]] = row
            if self._newest is None or row["passed_at"] > self._newest:
                self._newest = row["passed_at"]
        if len(self._rows) > self._size * 1.2:
            kept = heapq.nlargest(self._size, self._rows.values(), key=lambda row: row["passed_at"])
            self._rows = {row["_id"]: row for row in kept}
            self._oldest = kept[-1]["passed_at"]
