"""The nightly summary: what came, what became of it, how fast, and where the time went."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from nightdesk_services.broker.models.statistics import COUNTS, Statistics
from nightdesk_services.broker.services.nights import night_of, span_of
from nightdesk_services.broker.services.parts import part_of_stream, part_of_survey, statistics_of

Document = dict[str, Any]
WHOLE = "stream"

_BACK = timedelta(days=7)
_SLOWEST = 8


class Store(Protocol):
    """What is asked of the store of summaries."""

    def write(self, parts: Mapping[tuple[str, str, str], Document]) -> None: ...  # noqa: D102
    def read(self, night: str) -> list[Document]: ...  # noqa: D102
    def since(self, night: str) -> list[Document]: ...  # noqa: D102
    def nights(self, limit: int) -> list[str]: ...  # noqa: D102
    def filter_names(self, ids: list[int]) -> dict[int, str]: ...  # noqa: D102


class Kinds(Protocol):
    """What is asked of the quarantine."""

    def kinds(self, begin: datetime | None = None, end: datetime | None = None) -> dict[str, int]: ...  # noqa: D102


class Summaries:
    """Shares out among nights what the workers count, and keeps it in the store.

    Parameters
    ----------
    workers
        Gives the cumulative counts of each worker that ever reported.
    now
        Gives the time.
    """

    def __init__(
        self,
        store: Store,
        quarantine: Kinds,
        workers: Callable[[], Mapping[str, Statistics]],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store = store
        self._quarantine = quarantine
        self._workers = workers
        self._now = now
        self._lock = threading.Lock()
        self._loaded = False
        self._seen: dict[str, Statistics] = {}
        self._parts: dict[tuple[str, str], Statistics] = {}
        self._unwritten: set[tuple[str, str]] = set()
        self._tonight: Document | None = None

    def update(self) -> None:
        """Take what was counted since the last time, and write it.

        Raises
        ------
        StoreUnavailableError
            Nothing is lost; the next call writes it.
        """
        with self._lock:
            if not self._loaded:
                self._load()
            night = night_of(self._now())
            for name, statistics in self._workers().items():
                key = key_of(name)
                before = self._seen.get(key, Statistics())
                grown = statistics.since(before)
                if not grown.batches:
                    continue
                self._parts.setdefault((night, key), Statistics()).add(grown)
                self._seen[key] = Statistics()
                self._seen[key].add(statistics)
                self._unwritten.add((night, key))
            self._store.write(dict(self._documents()))
            self._unwritten.clear()
            self._parts = {at: part for at, part in self._parts.items() if at[0] == night}

    def read(self, night: str | None = None) -> Document:
        """Return the summary of a night, or of tonight.

        Raises
        ------
        ValueError
            The night is no date YYYYMMDD.
        StoreUnavailableError
            The store does not answer.
        """
        night = night or night_of(self._now())
        begin, end = span_of(night)
        self.update()
        documents = self._store.read(night)
        total = Statistics()
        for document in documents:
            for part in document["parts"].values():
                total.add(statistics_of(document["survey"], part))
        names = self._store.filter_names([int(f) for f in total.filter_passes])
        spent = sum(total.seconds.values())
        slowest = sorted(total.seconds.items(), key=lambda item: -item[1])[:_SLOWEST]
        return {
            "night": night,
            "begin": begin.isoformat(),
            "end": end.isoformat(),
            "updated_at": max((d["updated_at"] for d in documents), default=None),
            "surveys": {
                survey: {name: counts[name] for name in COUNTS} | {"bytes": total.bytes[survey]}
                for survey, counts in sorted(total.counts.items())
            },
            "still_quarantined": self._quarantine.kinds(begin, end),
            "filters": [
                {
                    "id": f,
                    "name": names.get(f, f"filter {f}"),
                    "passed": n,
                    "seconds": total.filter_seconds[f],
                }
                for f, n in total.filter_passes.most_common()
            ],
            "latency_ms": {f"p{q}": total.percentile(q) for q in (50, 90, 99)},
            "stages": [
                {"stage": stage, "seconds": seconds, "share": seconds / spent} for stage, seconds in slowest
            ],
            "batches": total.batches,
            "retries": total.retries,
        }

    def tonight(self, fresh: float = 5.0) -> Document:
        """Return the counts of tonight over all surveys, some seconds old at most."""
        found = self._tonight
        if found is None or time.monotonic() - found["read"] > fresh:
            summary = self.read()
            counts = {name: sum(survey[name] for survey in summary["surveys"].values()) for name in COUNTS}
            found = self._tonight = {
                "read": time.monotonic(),
                "counts": {"night": summary["night"], **counts},
            }
        counts_of: Document = found["counts"]
        return counts_of

    def nights(self, limit: int = 60) -> list[str]:
        """Return the latest nights that have a summary, newest first."""
        return self._store.nights(limit)

    def _load(self) -> None:
        """Learn what earlier runs of this service wrote of workers that may still be counting."""
        tonight = night_of(self._now())
        for document in self._store.since(night_of(self._now() - _BACK)):
            for key, part in document["parts"].items():
                found = statistics_of(document["survey"], part)
                self._seen.setdefault(key, Statistics()).add(found)
                if document["night"] == tonight:
                    self._parts.setdefault((tonight, key), Statistics()).add(found)
        self._loaded = True

    def _documents(self) -> Iterable[tuple[tuple[str, str, str], Document]]:
        for night, key in self._unwritten:
            statistics = self._parts[night, key]
            for survey in statistics.counts:
                yield (night, survey, key), part_of_survey(survey, statistics)
            yield (night, WHOLE, key), part_of_stream(statistics)


def key_of(worker: str) -> str:
    """Return a worker's name as a field of a document can be called."""
    return "w" + hashlib.sha256(worker.encode()).hexdigest()[:12]
