"""The clock that looks for shifts that begin soon."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime

from nightdesk_services.marshal.exceptions import Unavailable
from nightdesk_services.marshal.storage.store import Store
from nightdesk_services.notifier.services.kinds.shifts import Shifts
from nightdesk_services.notifier.services.queueing import Queueing
from nightdesk_services.notifier.services.rulebook import RuleBook
from nightdesk_services.notifier.stopping import end_if_cancelled

log = logging.getLogger(__name__)


class ShiftClock:
    """Looks again and again; each shift and beginning is told once."""

    def __init__(
        self,
        store: Store,
        shifts: Shifts,
        rulebook: RuleBook,
        queueing: Queueing,
        *,
        interval: float,
        time: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._shifts = shifts
        self._rulebook = rulebook
        self._queueing = queueing
        self._interval = interval
        self._time = time

    async def run(self) -> None:
        """Look, until cancelled."""
        while True:
            try:
                with self._store.bounded():
                    await self.look()
            except Unavailable as error:
                log.warning("shifts wait: %s", error.message)
            except Exception:
                log.exception("shifts could not be looked for")
            end_if_cancelled()
            await asyncio.sleep(self._interval)

    async def look(self) -> None:
        """Tell of the shifts that begin soon."""
        rules = await self._rulebook.of(self._shifts.name)
        for occasion in await self._shifts.soon(self._time(), rules):
            await self._queueing.tell(self._shifts, occasion)
