"""The last hour in steps of five seconds, for the plots."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass
from typing import Any

from nightdesk_services.broker.models.histogram import Histogram
from nightdesk_services.broker.models.statistics import Statistics

STEP = 5.0
"""Shortest time between two samples [s]."""
SPAN = 3600.0
"""How far back samples go [s]."""
PERCENTILES = (50, 90, 99)
_RECENT = 60.0


@dataclass(frozen=True, slots=True)
class Sample:
    """What happened in one step."""

    at: float
    """End of the step, Unix time."""
    rates: dict[str, float]
    """Survey -> alerts dealt with per second."""
    lag: int | None
    latency: dict[int, float] | None
    """Percentile -> ms; None if no alert came."""


class History:
    """Samples of cumulative counts, kept as differences."""

    def __init__(self) -> None:
        self._samples: deque[Sample] = deque(maxlen=int(SPAN / STEP))
        self._at = 0.0
        self._counts: dict[str, int] = {}
        self._latency = Histogram()
        self._grown: deque[tuple[float, Histogram]] = deque(maxlen=int(_RECENT / STEP))

    def due(self, now: float) -> bool:
        """Return whether it is time for a sample."""
        return now - self._at >= STEP

    def sample(self, total: Statistics, now: float) -> None:
        """Take a sample of the sum over all workers; the first one only sets the zero."""
        counts = {survey: dealt_with(total, survey) for survey in total.counts}
        grown = Histogram()
        grown.add(total.latency)
        grown.add(self._latency, -1)
        if self._at:
            took = now - self._at
            rates = {s: max(0.0, (n - self._counts.get(s, 0)) / took) for s, n in counts.items()}
            self._grown.append((now, grown))
            self._samples.append(Sample(now, rates, total.lag, _percentiles(grown)))
        self._at, self._counts, self._latency = now, counts, Histogram()
        self._latency.add(total.latency)

    def recent(self) -> Histogram:
        """Return the latencies of the last minute."""
        oldest = time.time() - _RECENT
        found = Histogram()
        for at, grown in list(self._grown):
            if at > oldest:
                found.add(grown)
        return found

    def columns(self, since: float = 0.0) -> dict[str, Any]:
        """Return the samples after a Unix time as columns for JSON.

        Returns
        -------
        columns
            ``at`` (Unix s), ``rates`` (survey -> alerts/s), ``lag`` (messages), ``latency``
            (``p50``, ``p90``, ``p99`` -> ms); what is not known is None.
        """
        oldest = max(since, time.time() - SPAN)
        chosen = [sample for sample in self._samples if sample.at > oldest]
        surveys = sorted({survey for sample in chosen for survey in sample.rates})
        return {
            "at": [round(sample.at, 3) for sample in chosen],
            "rates": {s: [round(sample.rates.get(s, 0.0), 3) for sample in chosen] for s in surveys},
            "lag": [sample.lag for sample in chosen],
            "latency": {
                f"p{q}": [None if s.latency is None else round(s.latency[q], 2) for s in chosen]
                for q in PERCENTILES
            },
        }


def dealt_with(statistics: Statistics, survey: str) -> int:
    """Return how many alerts of a survey were dealt with, whatever became of them."""
    counts = statistics.counts[survey]
    return counts["stored"] + counts["duplicates"]


def _percentiles(grown: Histogram) -> dict[int, float] | None:
    found = {q: grown.percentile(q) for q in PERCENTILES}
    return {q: 1000 * value for q, value in found.items() if value is not None} or None
