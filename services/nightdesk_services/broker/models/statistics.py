"""What a worker counts; cheap to add up and to send."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from nightdesk_services.broker.models.histogram import Histogram

COUNTS = ("received", "stored", "duplicates", "quarantined", "candidates")

_PLAIN = ("batches", "last_alert_at", "retries", "lag", "partitions", "rss")


@dataclass
class Statistics:
    """Counts by survey and seconds by stage since a worker started, or the sum over workers."""

    counts: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    seconds: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    """Stage -> seconds."""
    bytes: Counter[str] = field(default_factory=Counter)
    """Survey -> bytes of the packets that were dealt with."""
    filter_seconds: defaultdict[int, float] = field(default_factory=lambda: defaultdict(float))
    """Filter id -> seconds."""
    filter_passes: Counter[int] = field(default_factory=Counter)
    """Filter id -> alerts that it passed."""
    latency: Histogram = field(default_factory=Histogram)
    """From an alert's arrival on the stream until it and its candidates are stored."""
    batch_seconds: Histogram = field(default_factory=Histogram)
    """What batches took."""
    batches: int = 0
    last_alert_at: float | None = None
    """Unix time at which an alert was last dealt with."""
    retries: int = 0
    """How often a batch had to wait for the store."""
    lag: int | None = None
    """Messages that wait in the partitions at hand, where the stream tells."""
    partitions: int = 0
    rss: int = 0
    """Resident memory of the worker's process [bytes]; summed over workers, that of all."""

    def record_latency(self, seconds: float, count: int = 1) -> None:
        """Count how long alerts took from their arrival until they were stored [s]."""
        self.latency.record(seconds, count)

    def record_batch(self, seconds: float) -> None:
        """Count how long a batch took [s]; `batches` is counted apart."""
        self.batch_seconds.record(seconds)

    def record_filter(self, filter_id: int, seconds: float, passed: int) -> None:
        """Count what one filter took for a batch [s], and how many alerts it passed."""
        self.filter_seconds[filter_id] += seconds
        self.filter_passes[filter_id] += passed

    def percentile(self, q: float) -> float | None:
        """Return a percentile (``q`` is 0 to 100) of the latency in ms; None without any alert."""
        found = self.latency.percentile(q)
        return None if found is None else 1000 * found

    def add(self, other: Statistics) -> None:
        """Add another one's counts."""
        self._count(other, 1)
        self.partitions += other.partitions
        self.rss += other.rss
        self.last_alert_at = max(filter(None, (self.last_alert_at, other.last_alert_at)), default=None)
        if other.lag is not None:
            self.lag = (self.lag or 0) + other.lag

    def since(self, earlier: Statistics) -> Statistics:
        """Return what was counted since an earlier state of the same worker."""
        grown = Statistics()
        grown.add(self)
        grown._count(earlier, -1)
        return grown

    def to_message(self) -> dict[str, Any]:
        """Return plain types, for the way from a worker to the service."""
        return {name: getattr(self, name) for name in _PLAIN} | {
            "counts": {survey: dict(counts) for survey, counts in self.counts.items()},
            "seconds": dict(self.seconds),
            "bytes": dict(self.bytes),
            "filters": [[f, self.filter_seconds[f], n] for f, n in self.filter_passes.items()],
            "latency": self.latency.to_message(),
            "batch_seconds": self.batch_seconds.to_message(),
        }

    @classmethod
    def from_message(cls, message: dict[str, Any]) -> Statistics:
        """Return what `to_message` gave."""
        made = cls(**{name: message[name] for name in _PLAIN})
        made.seconds.update(message["seconds"])
        made.bytes.update(message["bytes"])
        for survey, counts in message["counts"].items():
            made.counts[survey].update(counts)
        for filter_id, seconds, passed in message["filters"]:
            made.record_filter(filter_id, seconds, passed)
        made.latency = Histogram.from_message(message["latency"])
        made.batch_seconds = Histogram.from_message(message["batch_seconds"])
        return made

    def _count(self, other: Statistics, sign: int) -> None:
        for survey, counts in other.counts.items():
            for name, number in counts.items():
                self.counts[survey][name] += sign * number
        for stage, seconds in other.seconds.items():
            self.seconds[stage] += sign * seconds
        for survey, size in other.bytes.items():
            self.bytes[survey] += sign * size
        for filter_id, passed in other.filter_passes.items():
            self.record_filter(filter_id, sign * other.filter_seconds[filter_id], sign * passed)
        self.latency.add(other.latency, sign)
        self.batch_seconds.add(other.batch_seconds, sign)
        self.batches += sign * other.batches
        self.retries += sign * other.retries
