"""What a worker counts; cheap to add up and to send."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

COUNTS = ("received", "stored", "duplicates", "quarantined", "candidates")


@dataclass
class Statistics:
    """Counts by survey and seconds by stage since a worker started, or the sum over workers."""

    counts: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    seconds: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    """Stage -> seconds."""
    batches: int = 0
    last_alert_at: float | None = None
    """Unix time at which an alert was last dealt with."""
    retries: int = 0
    """How often a batch had to wait for the store."""
    lag: int | None = None
    """Messages that wait in the partitions at hand, where the stream tells."""
    partitions: int = 0

    def add(self, other: Statistics) -> None:
        """Add another one's counts."""
        for survey, counts in other.counts.items():
            self.counts[survey].update(counts)
        for stage, seconds in other.seconds.items():
            self.seconds[stage] += seconds
        self.batches += other.batches
        self.retries += other.retries
        self.partitions += other.partitions
        self.last_alert_at = max(filter(None, (self.last_alert_at, other.last_alert_at)), default=None)
        if other.lag is not None:
            self.lag = (self.lag or 0) + other.lag

    def to_message(self) -> dict[str, Any]:
        """Return plain types, for the way from a worker to the service."""
        return {
            "counts": {survey: dict(counts) for survey, counts in self.counts.items()},
            "seconds": dict(self.seconds),
            "batches": self.batches,
            "last_alert_at": self.last_alert_at,
            "retries": self.retries,
            "lag": self.lag,
            "partitions": self.partitions,
        }

    @classmethod
    def from_message(cls, message: dict[str, Any]) -> Statistics:
        """Return what `to_message` gave."""
        made = cls(**{k: v for k, v in message.items() if k not in ("counts", "seconds")})
        made.seconds.update(message["seconds"])
        for survey, counts in message["counts"].items():
            made.counts[survey].update(counts)
        return made
