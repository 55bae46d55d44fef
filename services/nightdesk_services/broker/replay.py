"""Replay: read packets, send them, follow each, send again what the stream lost, sum up."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from nightdesk.settings import Settings
from nightdesk.surveys import get

from nightdesk_services.broker.models.errors import StoreUnavailableError, StreamUnavailableError
from nightdesk_services.broker.models.replay import Refused, ReplaySummary
from nightdesk_services.broker.services.replaying import reading
from nightdesk_services.broker.services.replaying.following import Tracker
from nightdesk_services.broker.services.replaying.parcels import Parcel, parcels
from nightdesk_services.broker.services.replaying.publishing import Publisher
from nightdesk_services.broker.storage.alerts import AlertStore
from nightdesk_services.broker.storage.quarantine import Quarantine
from nightdesk_services.common.store import connect

__all__ = ["Refused", "ReplaySummary", "replay"]

log = logging.getLogger(__name__)

_CHUNK = 200
_LOOK_EVERY = 0.3
# What may be on its way at a time: a stream in memory, and we, must hold it.
_MOST_PENDING = 5_000
_MOST_BYTES = 256 * 2**20
_STALL = 10.0
_LONGEST_STALL = 60.0


class GaveUpError(Exception):
    """Nothing went forward for too long."""


def replay(
    settings: Settings,
    paths: Sequence[Path],
    *,
    survey: str | None = None,
    rate: float | None = None,
    progress: Callable[[int, int], None] | None = None,
    timeout: float | None = 600.0,
) -> ReplaySummary:
    """Publish packets and wait until the pipeline has dealt with each.

    A store or a stream that goes away meanwhile is waited for; what a stream lost is sent again.

    Parameters
    ----------
    paths
        ``.avro`` files, directories of them, ``.tar`` and ``.tar.gz`` archives.
    survey
        Survey of packets that do not tell; None: that of other files in the same directory.
    rate
        Most packets per second; None: as fast as they go.
    progress
        Called with the packets dealt with and their number (0: not known yet).
    timeout
        Seconds without any progress after which to give up; None: never.

    Returns
    -------
    summary
        If it gave up, ``lost`` is not zero and ``error`` says why.

    Raises
    ------
    FileNotFoundError
        A path is not there; nothing was sent.
    ValueError
        No such survey, a rate that is not positive, or an archive that cannot be read.
    """
    if rate is not None and not rate > 0:
        msg = f"a rate is positive, not {rate}"
        raise ValueError(msg)
    name = get(survey).name if survey else None
    files = [Path(path) for path in paths]
    reading.check(files)
    course = _Course(settings, rate, timeout, progress, reading.count(files))
    try:
        course.run(reading.entries(files), name)
    except GaveUpError as error:
        course.summary.error = str(error)
    finally:
        course.close()
    return course.summary


class _Course:
    def __init__(
        self,
        settings: Settings,
        rate: float | None,
        timeout: float | None,
        progress: Callable[[int, int], None] | None,
        total: int,
    ) -> None:
        self.summary = ReplaySummary()
        self._db = connect(settings)
        self._publisher = Publisher(settings)
        self._tracker = Tracker(AlertStore(self._db), Quarantine(self._db), self._publisher, self.summary)
        self._rate = rate
        self._timeout = timeout
        self._progress = progress
        self._total = total
        self._started = self._moved = self._looked = time.monotonic()
        self._resent = self._moved
        self._stall = _STALL
        self._trouble = ""

    def run(self, entries: Iterator[reading.Entry], survey: str | None) -> None:
        while chunk := list(islice(entries, _CHUNK)):
            made = parcels(chunk, survey)
            self._until(lambda made=made: self._tracker.expect(made))  # type: ignore[misc]
            for parcel in made:
                self._send(parcel)
        self._total = self.summary.published
        while self._tracker.pending:
            self._look(wait=_LOOK_EVERY)

    def close(self) -> None:
        done = self.summary.stored + self.summary.duplicates
        self.summary.lost = len(self._tracker.pending)
        self.summary.elapsed_s = round(time.monotonic() - self._started, 3)
        self.summary.alerts_per_s = round(done / max(self.summary.elapsed_s, 1e-3), 2)
        self._publisher.close(drop=bool(self.summary.lost))
        self._db.client.close()

    def _send(self, parcel: Parcel) -> None:
        while self._tracker.bytes > _MOST_BYTES or len(self._tracker.pending) >= _MOST_PENDING:
            self._look(wait=_LOOK_EVERY)
        if self._rate:
            due = self._started + self.summary.published / self._rate
            while (left := due - time.monotonic()) > 0:
                self._look(wait=min(left, _LOOK_EVERY))
        self._publisher.send(parcel)
        self._tracker.sent(parcel)
        self.summary.published += 1
        self._moved = time.monotonic()
        self._look(wait=0)

    def _look(self, wait: float) -> None:
        """See what has been dealt with, at most every so often; send again what seems lost."""
        self._publisher.poll(wait)
        now = time.monotonic()
        if now - self._looked < _LOOK_EVERY:
            return
        try:
            stalled = now - max(self._moved, self._resent) > self._stall
            moved = self._tracker.look(thorough=stalled)
        except (StoreUnavailableError, StreamUnavailableError) as error:
            self._trouble = str(error)[:300]
            log.info("waiting: %s", self._trouble)
            # nobody can deal with anything now, so nothing counts as lost
            self._resent = time.monotonic()
            moved, stalled = 0, False
        else:
            self._trouble = ""
        self._looked = now = time.monotonic()
        if moved:
            self._moved, self._stall = now, _STALL
            if self._progress:
                self._progress(self.summary.published - len(self._tracker.pending), self._total)
        elif stalled:
            self._resend(now)
        self._give_up(now)

    def _resend(self, now: float) -> None:
        for parcel in self._tracker.lost(now - self._stall):
            self._publisher.send(parcel)
            self.summary.republished += 1
        self._resent = now
        self._stall = min(_LONGEST_STALL, self._stall * 1.5)

    def _until(self, call: Callable[[], None]) -> None:
        while True:
            try:
                call()
                return
            except (StoreUnavailableError, StreamUnavailableError) as error:
                self._trouble = str(error)[:300]
                log.info("waiting: %s", self._trouble)
                self._publisher.poll(1.0)
                self._give_up(time.monotonic())

    def _give_up(self, now: float) -> None:
        if self._timeout is None or now - self._moved <= self._timeout:
            return
        why = self._trouble or "does the broker run?"
        waiting = len(self._tracker.pending)
        msg = f"nothing went forward for {self._timeout:g} s with {waiting} packets to be dealt with: {why}"
        raise GaveUpError(msg)
