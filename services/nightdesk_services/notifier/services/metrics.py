"""The notifier's counts in Prometheus' terms."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

_DELAYS = (0.5, 1, 2, 5, 10, 30, 60, 300, 1800, 3600, 6 * 3600, 24 * 3600)


class Metrics:
    """What happened since the process began."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self.queued = Counter(
            "nightdesk_notifier_queued",
            "Messages to send, by what they are about",
            ["kind"],
            registry=self._registry,
        )
        self.letters = Counter(
            "nightdesk_notifier_letters",
            "What became of letters: sent, again, failed",
            ["channel", "outcome"],
            registry=self._registry,
        )
        self.dropped = Counter(
            "nightdesk_notifier_dropped",
            "Messages whose readers might not see them any more when they were due",
            ["kind"],
            registry=self._registry,
        )
        self.waiting = Gauge("nightdesk_notifier_waiting", "Messages that wait", registry=self._registry)
        self.gaps = Gauge(
            "nightdesk_notifier_gaps",
            "Gaps in the change stream that were read over",
            registry=self._registry,
        )
        self.delay = Histogram(
            "nightdesk_notifier_delay_seconds",
            "From the occasion until the letter was taken, quiet hours and digests included",
            ["channel"],
            buckets=_DELAYS,
            registry=self._registry,
        )

    def text(self) -> bytes:
        """Return Prometheus' text format."""
        return generate_latest(self._registry)
