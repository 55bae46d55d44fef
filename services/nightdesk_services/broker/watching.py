"""Putting together what looks after the stream: quarantine, retries, summaries, the archive, cutouts."""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass

from nightdesk.settings import Settings

from nightdesk_services.broker.models.errors import StoreUnavailableError, StreamUnavailableError
from nightdesk_services.broker.services.compacting import Compacting
from nightdesk_services.broker.services.monitor import Monitor
from nightdesk_services.broker.services.quarantining import QuarantineDesk
from nightdesk_services.broker.services.resending import Resender
from nightdesk_services.broker.services.retrying import Retrying
from nightdesk_services.broker.services.summaries import Summaries
from nightdesk_services.broker.services.thinning import Thinning
from nightdesk_services.broker.storage.quarantine import Quarantine
from nightdesk_services.broker.storage.retries import Retries
from nightdesk_services.broker.storage.summaries import SummaryStore
from nightdesk_services.broker.storage.thinning import ThinningStore
from nightdesk_services.common.cutouts import CutoutPacks
from nightdesk_services.common.store import connect

log = logging.getLogger(__name__)

_LOOK_EVERY = 1.0
_SUMMARY_EVERY = 10.0
_TIDY_EVERY = 1800.0


@dataclass(frozen=True)
class Watch:
    """The parts, on one connection to the store."""

    quarantine: QuarantineDesk
    retrying: Retrying
    summaries: Summaries
    compacting: Compacting
    thinning: Thinning
    cutout_days: int
    entries: Quarantine

    @classmethod
    def create(cls, settings: Settings, monitor: Monitor) -> Watch:
        """Return the parts; nothing is asked of the store or the stream yet."""
        db = connect(settings)
        quarantine, retries = Quarantine(db), Retries(db)
        return cls(
            quarantine=QuarantineDesk(quarantine, retries),
            retrying=Retrying(quarantine, retries, lambda: Resender(settings)),
            summaries=Summaries(SummaryStore(db), quarantine, monitor.workers),
            compacting=Compacting(settings),
            thinning=Thinning(ThinningStore(db), CutoutPacks(settings.cutouts)),
            cutout_days=settings.cutout_days,
            entries=quarantine,
        )

    def prepare(self) -> None:
        """Create the indexes that are missing.

        Raises
        ------
        StoreUnavailableError
            The store does not answer.
        """
        self.entries.prepare()

    async def keep(self) -> None:
        """Follow retries and write summaries, until cancelled."""
        written = time.monotonic()
        while True:
            await asyncio.sleep(_LOOK_EVERY)
            try:
                await asyncio.to_thread(self.retrying.sweep)
                if time.monotonic() - written >= _SUMMARY_EVERY:
                    written = time.monotonic()
                    await asyncio.to_thread(self.summaries.update)
            except (StoreUnavailableError, StreamUnavailableError) as error:
                log.warning("the stream is not looked after now: %s", str(error)[:300])
                await asyncio.sleep(5 * _LOOK_EVERY)

    async def tidy(self) -> None:
        """Compact nights of the archive that are over, and thin out old cutouts, until cancelled."""
        while True:
            await asyncio.sleep(_TIDY_EVERY)
            await asyncio.to_thread(self.compacting.sweep)
            if self.cutout_days:
                await asyncio.to_thread(self.thinning.sweep, self.cutout_days)

    async def close(self) -> None:
        """Write what the workers counted last, and leave the rest for the next time."""
        self.thinning.stop()
        try:
            await asyncio.to_thread(self.summaries.update)
        except StoreUnavailableError as error:
            log.warning("the last counts of the night were not written: %s", str(error)[:300])
