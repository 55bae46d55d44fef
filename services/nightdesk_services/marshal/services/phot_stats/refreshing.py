"""Keeping statistics up to date while points come in."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Collection

from nightdesk_services.common.tasks import Background
from nightdesk_services.marshal.exceptions import Unavailable
from nightdesk_services.marshal.services.phot_stats.making import PhotStatMaker
from nightdesk_services.marshal.storage.candidates import Candidates
from nightdesk_services.marshal.storage.phot_stats import PhotStats
from nightdesk_services.marshal.storage.sources import Sources
from nightdesk_services.marshal.storage.store import Store, now

log = logging.getLogger(__name__)

_AT_ONCE = 100
"""Most objects whose statistics are made in one go; the rest waits for the next."""
_MOST = 1000
"""Most candidates, and most objects with uploaded points, of one look."""


class PhotStatClock(Background):
    """Makes the statistics of objects that were named, that passed a filter, or whose points changed.

    Every look compares the sources that were compared longest ago with what the store holds, so that nothing
    stays out of date for long, whoever wrote the points.

    Parameters
    ----------
    interval
        Seconds from one look to the next.
    compared
        Sources that a look compares.
    """

    def __init__(
        self,
        store: Store,
        stats: PhotStats,
        maker: PhotStatMaker,
        candidates: Candidates,
        sources: Sources,
        *,
        interval: float = 3.0,
        compared: int = 100,
    ) -> None:
        self._store = store
        self._stats = stats
        self._maker = maker
        self._candidates = candidates
        self._sources = sources
        self._interval = interval
        self._compared = compared
        self._waiting: dict[str, None] = {}
        self._named = asyncio.Event()
        self._passed = self._heard = now()

    def changed(self, obj_id: str) -> None:
        """Make an object's statistics soon."""
        self._waiting[obj_id] = None
        self._named.set()

    def saved(self, obj_id: str, group_ids: Collection[int]) -> None:
        """Make the statistics of an object that was saved, whichever groups it was saved to."""
        self.changed(obj_id)

    async def look(self) -> int:
        """Name the sources whose points are new; return how many there are."""
        passed = await self._candidates.newest(_MOST, after=self._passed)
        self._passed = max([self._passed, *(row["passed_at"] for row in passed)])
        heard = await self._maker.heard(self._heard, _MOST)
        self._heard = max([self._heard, *heard.values()])
        saved = await self._sources.by_id({*(row["objectId"] for row in passed), *heard})
        marks = await self._stats.longest_unchecked(self._compared)
        stale = await self._maker.changed(marks)
        await self._stats.checked(set(marks).difference(stale))
        new = {*saved, *stale}
        for obj_id in new:
            self.changed(obj_id)
        return len(new)

    async def make(self) -> int:
        """Make the statistics of some of those that wait; return how many still do."""
        some = list(self._waiting)[:_AT_ONCE]
        for obj_id in some:
            self._waiting.pop(obj_id, None)
        if some:
            try:
                await self._maker.make(some)
            except BaseException:
                self._waiting = dict.fromkeys(some) | self._waiting
                raise
        return len(self._waiting)

    async def _run(self) -> None:
        due = 0.0
        while True:
            try:
                if time.monotonic() >= due:
                    due = time.monotonic() + self._interval
                    with self._store.bounded():
                        await self.look()
                while self._waiting:
                    with self._store.bounded():
                        await self.make()
            except Unavailable as error:
                log.warning("statistics of photometry wait: %s", error.message)
            except Exception:
                log.exception("statistics of photometry could not be made")
            self._named.clear()
            rest = max(due - time.monotonic(), 0.0)
            if self._waiting:
                # what failed is tried again at the next look
                await asyncio.sleep(rest)
                continue
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._named.wait(), rest)
