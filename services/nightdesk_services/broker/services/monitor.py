"""What the workers report, added up."""

from __future__ import annotations

import time
from collections import deque
from datetime import UTC, datetime
from typing import Any

from nightdesk_services.broker.models.statistics import COUNTS, Statistics
from nightdesk_services.broker.services.history import History, dealt_with

_WINDOW = 60.0
_NOW = 10.0
_SILENT_AFTER = 15.0
# a worker that is gone is shown for so long; what it counted stays for ever
_SHOWN_FOR = 600.0


class Monitor:
    """Counts since the service started; those of workers that are gone stay in."""

    def __init__(self) -> None:
        self.history = History()
        """The last hour."""
        self._started = time.time()
        self._latest: dict[str, tuple[float, int, Statistics]] = {}
        self._past: deque[tuple[float, dict[str, int]]] = deque(maxlen=600)

    def report(self, message: dict[str, Any]) -> None:
        """Take a worker's report: cumulative counts."""
        values = dict(message)
        name, pid = values.pop("worker"), values.pop("pid")
        now = time.time()
        self._latest[name] = (now, pid, Statistics.from_message(values))
        total = self.total()
        self._past.append((now, {survey: dealt_with(total, survey) for survey in total.counts}))
        if self.history.due(now):
            self.history.sample(total, now)

    def workers(self) -> dict[str, Statistics]:
        """Return the counts of each worker that ever reported."""
        return {name: statistics for name, (_, _, statistics) in list(self._latest.items())}

    def total(self) -> Statistics:
        """Return the sum over all workers."""
        total = Statistics()
        now = time.time()
        for seen, _, statistics in list(self._latest.values()):
            total.add(statistics)
            if now - seen > _SILENT_AFTER:
                # its partitions are another worker's now, its memory nobody's
                total.partitions -= statistics.partitions
                total.rss -= statistics.rss
                total.lag = None if total.lag is None else total.lag - (statistics.lag or 0)
        return total

    def rates(self, window: float = _WINDOW) -> dict[str, float]:
        """Return alerts per second of each survey over the last minute, or another time [s]."""
        now = time.time()
        recent = [(at, counts) for at, counts in self._past if now - at <= window]
        if len(recent) < 2:
            return {}
        (first, before), (_, after) = recent[0], recent[-1]
        span = max(now - first, 1.0)
        return {s: round((n - before.get(s, 0)) / span, 3) for s, n in after.items()}

    def memory(self) -> dict[str, int]:
        """Return the resident memory [bytes] of each worker that lives."""
        now = time.time()
        return {name: one.rss for name, (seen, _, one) in self._latest.items() if now - seen <= _SILENT_AFTER}

    def status(self) -> dict[str, Any]:
        """Return everything as plain types for JSON."""
        total = self.total()
        now = time.time()
        return {
            "started_at": _iso(self._started),
            "uptime_s": round(now - self._started, 1),
            "counts": {s: {name: c[name] for name in COUNTS} for s, c in sorted(total.counts.items())},
            "rates": self.rates(),
            "rates_now": self.rates(_NOW),
            "bytes": dict(total.bytes),
            "stage_seconds": {name: round(s, 4) for name, s in total.seconds.items()},
            "filters": [
                {"id": f, "seconds": round(total.filter_seconds[f], 4), "passed": n}
                for f, n in sorted(total.filter_passes.items())
            ],
            "latency_ms": {f"p{q}": _rounded(total.percentile(q)) for q in (50, 90, 99)},
            "latency_now_ms": {f"p{q}": _ms(self.history.recent().percentile(q)) for q in (50, 90, 99)},
            "batch_ms": {f"p{q}": _ms(total.batch_seconds.percentile(q)) for q in (50, 99)},
            "batches": total.batches,
            "retries": total.retries,
            "lag": total.lag,
            "rss": total.rss,
            "last_alert_at": _iso(total.last_alert_at) if total.last_alert_at else None,
            "workers": [
                {
                    "name": name,
                    "pid": pid,
                    "reported_at": _iso(seen),
                    "alive": now - seen <= _SILENT_AFTER,
                    "partitions": one.partitions,
                    "batches": one.batches,
                    "lag": one.lag,
                    "rss": one.rss or None,
                    "retries": one.retries,
                    "dealt_with": sum(dealt_with(one, survey) for survey in list(one.counts)),
                    "last_alert_at": _iso(one.last_alert_at) if one.last_alert_at else None,
                }
                for name, (seen, pid, one) in self._latest.items()
                if now - seen <= _SHOWN_FOR
            ],
        }


def _iso(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat()


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else round(1000 * seconds, 2)
