"""One batch of one survey, from packets to candidates: the order of the steps, and the time of each."""

from __future__ import annotations

import logging
import re
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from nightdesk.alerts import AlertBatch, AlertDocuments, Ragged, decode, identify
from nightdesk.surveys import SURVEYS, Survey

from nightdesk_services.broker.models.objects import KnownObject, ObjectUpdate
from nightdesk_services.broker.models.packets import Packet, Rejected
from nightdesk_services.broker.models.statistics import Statistics
from nightdesk_services.broker.services.filters import FilterSet
from nightdesk_services.broker.services.sight import Sight
from nightdesk_services.broker.services.stages import History, Stage, after, in_order
from nightdesk_services.broker.services.work import Work
from nightdesk_services.broker.services.writing import candidate_documents, written

log = logging.getLogger(__name__)

# Alerts never wait longer than this takes.
_FOLDED_AT_ONCE = 20


class Alerts(Protocol):
    """What the pipeline needs of the alert store."""

    def existing(self, survey: Survey, candids: Sequence[int]) -> set[int]:
        """Return which alerts are there."""
        ...

    def insert(self, survey: Survey, documents: Sequence[AlertDocuments]) -> set[int]:
        """Insert alerts; return which were there."""
        ...


class Cutouts(Protocol):
    """What the pipeline needs of the store of cutouts."""

    def insert(self, survey: Survey, documents: Sequence[AlertDocuments]) -> None:
        """Insert those of alerts."""
        ...


class Objects(Protocol):
    """What the pipeline needs of the store of objects."""

    def read(self, survey: Survey, object_ids: Iterable[str]) -> dict[str, KnownObject]:
        """Return those objects that exist."""
        ...

    def merge(self, survey: Survey, updates: Sequence[ObjectUpdate]) -> None:
        """Write objects."""
        ...

    def fold(self, versions: int) -> int:
        """Put together what some versions added; return of how many."""
        ...


class Candidates(Protocol):
    """What the pipeline needs of the store of candidates."""

    def insert(self, documents: list[dict[str, object]]) -> int:
        """Insert candidates; return how many are new."""
        ...


class Archive(Protocol):
    """What the pipeline needs of the archive."""

    def write(self, work: Work, fresh: tuple[Ragged, Ragged]) -> None:
        """Write a batch with the points that are new."""
        ...

    def tidy(self) -> None:
        """Put small files together."""
        ...


class Refuse(Protocol):
    """What the pipeline needs of the quarantine."""

    def add(self, rejected: Sequence[Rejected]) -> None:
        """Keep packets."""
        ...


@dataclass(frozen=True)
class Group:
    """Packets of one survey; None: of no known one."""

    survey: Survey | None
    packets: tuple[Packet, ...]

    def halves(self) -> tuple[Group, Group]:
        """Return the group in two."""
        middle = len(self.packets) // 2
        return Group(self.survey, self.packets[:middle]), Group(self.survey, self.packets[middle:])


def by_survey(packets: Sequence[Packet]) -> list[Group]:
    """Return the packets by survey, in their order: the topic tells it, else the packet itself."""
    found: dict[str | None, list[Packet]] = {}
    for packet in packets:
        named = (s.name for s in SURVEYS.values() if re.search(s.topics, packet.topic))
        found.setdefault(next(named, None) or identify(packet.payload), []).append(packet)
    return [Group(SURVEYS[name] if name else None, tuple(part)) for name, part in found.items()]


class Pipeline:
    """Deals with groups of packets, so that doing it twice is the same as once.

    The alert's own document is written last: where it is, all the rest is there too, and the alert is a
    duplicate. Where it is not, everything is done again, and each write adds only what is missing. What
    alerts add to a light curve, and that the object has it, is one document.
    """

    def __init__(
        self,
        *,
        stages: Sequence[Stage],
        filters: FilterSet,
        alerts: Alerts,
        cutouts: Cutouts,
        objects: Objects,
        candidates: Candidates,
        quarantine: Refuse,
        archiving: Archive,
    ) -> None:
        self.statistics = Statistics()
        self._stages = in_order(stages)
        self._of_history = after(self._stages, History.name)
        self._filters = filters
        self._alerts = alerts
        self._cutouts = cutouts
        self._objects = objects
        self._candidates = candidates
        self._quarantine = quarantine
        self._archiving = archiving

    def refuse(self, group: Group, reason: str) -> None:
        """Put packets into the quarantine."""
        name = group.survey.name if group.survey else None
        self._quarantine.add([Rejected(packet, reason, name) for packet in group.packets])
        self.statistics.counts[name or "unknown"]["quarantined"] += len(group.packets)
        self._dealt_with(name or "unknown", group.packets)

    def run(self, group: Group) -> None:
        """Deal with packets of one survey.

        Raises
        ------
        StoreUnavailableError, ConflictError
            Nothing is lost; call again with the same packets.
        Exception
            Something about these packets that no stage expected.
        """
        survey = group.survey
        if survey is None:
            self.refuse(group, "not a packet of a survey that is known here")
            return
        started = time.perf_counter()
        with self._timed("decode"):
            decoded = decode([packet.payload for packet in group.packets], survey)
        bad = [Rejected(group.packets[b.index], b.reason, survey.name) for b in decoded.bad]
        with self._timed("quarantine"):
            self._quarantine.add(bad)
        stored, candidates = 0, 0
        with self._timed("deduplicate"):
            batch = self._unseen(decoded.batch)
        if len(batch):
            stored, candidates = self._enrich_and_store(batch)
        counts = self.statistics.counts[survey.name]
        counts["stored"] += stored
        counts["duplicates"] += len(decoded.batch) - stored
        counts["quarantined"] += len(bad)
        counts["candidates"] += candidates
        self._dealt_with(survey.name, group.packets)
        self.statistics.record_batch(time.perf_counter() - started)

    def _unseen(self, batch: AlertBatch) -> AlertBatch:
        candids = batch.frame["candid"].to_numpy()
        _, first = np.unique(candids, return_index=True)
        there = self._alerts.existing(batch.survey, candids[first].tolist()) if len(batch) else set()
        return batch.take(
            np.array([i for i in sorted(first.tolist()) if int(candids[i]) not in there], np.int64)
        )

    def _enrich_and_store(self, batch: AlertBatch) -> tuple[int, int]:
        survey = batch.survey
        with self._timed("objects"):
            work = Work(batch, self._objects.read(survey, batch.frame["objectId"]))
        for stage in self._stages:
            with self._timed(stage.name):
                stage.run(work)
        with self._timed("filters"):
            passed = self._filters.run(Sight(work, self._of_history), self.statistics)
        with self._timed("documents"):
            new, made, updates = written(work)
            chosen = candidate_documents(work, passed)
        with self._timed("store.cutouts"):
            self._cutouts.insert(survey, made)
        with self._timed("store.archive"):
            self._archiving.write(work, (new.prv, new.fp))
        with self._timed("store.objects"):
            self._objects.merge(survey, updates)
        with self._timed("store.candidates"):
            candidates = self._candidates.insert(chosen)
        with self._timed("store.alerts"):
            there = self._alerts.insert(survey, made)
        return len(made) - len(there), candidates

    def tidy(self) -> bool:
        """Use a moment without alerts to put light curves together; return whether there is more to do."""
        with self._timed("fold"):
            return self._objects.fold(_FOLDED_AT_ONCE) == _FOLDED_AT_ONCE

    def close(self) -> None:
        """Leave everything in order; to be called at the end."""
        self._archiving.tidy()

    def _dealt_with(self, survey: str, packets: Sequence[Packet]) -> None:
        statistics, now = self.statistics, time.time()
        statistics.counts[survey]["received"] += len(packets)
        statistics.bytes[survey] += sum(len(packet.payload) for packet in packets)
        for arrived, number in Counter(packet.arrived for packet in packets).items():
            if arrived is not None:
                statistics.record_latency(now - arrived, number)
        statistics.batches += 1
        statistics.last_alert_at = now

    @contextmanager
    def _timed(self, name: str) -> Iterator[None]:
        started = time.perf_counter()
        try:
            yield
        finally:
            self.statistics.seconds[name] += time.perf_counter() - started
