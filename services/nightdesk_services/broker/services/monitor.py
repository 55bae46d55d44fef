"""What the workers report, added up."""

from __future__ import annotations

import time
from collections import deque
from datetime import UTC, datetime
from typing import Any

from nightdesk_services.broker.models.statistics import COUNTS, Statistics

_WINDOW = 60.0
_SILENT_AFTER = 15.0


class Monitor:
    """Counts since the service started; those of workers that are gone stay in."""

    def __init__(self) -> None:
        self._started = time.time()
        self._latest: dict[str, tuple[float, int, Statistics]] = {}
        self._past: deque[tuple[float, dict[str, int]]] = deque(maxlen=600)

    def report(self, message: dict[str, Any]) -> None:
        """Take a worker's report: cumulative counts."""
        values = dict(message)
        name, pid = values.pop("worker"), values.pop("pid")
        self._latest[name] = (time.time(), pid, Statistics.from_message(values))
        total = {s: c["stored"] + c["duplicates"] for s, c in self.total().counts.items()}
        self._past.append((time.time(), total))

    def total(self) -> Statistics:
        """Return the sum over all workers."""
        total = Statistics()
        now = time.time()
        for seen, _, statistics in self._latest.values():
            total.add(statistics)
            if now - seen > _SILENT_AFTER:
                # its partitions are another worker's now
                total.partitions -= statistics.partitions
                total.lag = None if total.lag is None else total.lag - (statistics.lag or 0)
        return total

    def rates(self) -> dict[str, float]:
        """Return alerts per second of each survey over the last minute."""
        now = time.time()
        recent = [(at, counts) for at, counts in self._past if now - at <= _WINDOW]
        if len(recent) < 2:
            return {}
        (first, before), (_, after) = recent[0], recent[-1]
        span = max(now - first, 1.0)
        return {s: round((n - before.get(s, 0)) / span, 3) for s, n in after.items()}

    def status(self) -> dict[str, Any]:
        """Return everything as plain types for JSON."""
        total = self.total()
        now = time.time()
        return {
            "started_at": _iso(self._started),
            "uptime_s": round(now - self._started, 1),
            "counts": {s: {name: c[name] for name in COUNTS} for s, c in sorted(total.counts.items())},
            "rates": self.rates(),
            "stage_seconds": {name: round(s, 4) for name, s in total.seconds.items()},
            "batches": total.batches,
            "retries": total.retries,
            "lag": total.lag,
            "last_alert_at": _iso(total.last_alert_at) if total.last_alert_at else None,
            "workers": [
                {
                    "name": name,
                    "pid": pid,
                    "reported_at": _iso(seen),
                    "alive": now - seen <= _SILENT_AFTER,
                    "partitions": one.partitions,
                    "batches": one.batches,
                }
                for name, (seen, pid, one) in self._latest.items()
            ],
        }


def _iso(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat()
