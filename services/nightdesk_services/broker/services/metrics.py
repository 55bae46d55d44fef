"""The monitor's counts in Prometheus' terms."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from nightdesk_services.broker.models.histogram import Histogram
from nightdesk_services.broker.models.statistics import Statistics
from nightdesk_services.broker.services.monitor import Monitor

Labelled = TypeVar("Labelled", CounterMetricFamily, GaugeMetricFamily)
Retried = Callable[[], dict[str, int]]
"""Gives what became of retried packets: outcome -> packets."""

# four buckets a decade are enough for a dashboard
_EVERY = 5


class _Broker(Collector):
    def __init__(self, monitor: Monitor, running: Callable[[], int], retried: Retried) -> None:
        self._monitor = monitor
        self._running = running
        self._retried = retried

    def collect(self) -> Iterable[Metric]:
        total = self._monitor.total()
        yield from _by_survey(total)
        yield from _by_filter(total)
        yield _labelled(
            CounterMetricFamily(
                "nightdesk_broker_stage_seconds",
                "Time spent in each stage, over all workers",
                labels=["stage"],
            ),
            total.seconds,
        )
        yield _histogram(
            "nightdesk_broker_latency_seconds",
            "From arrival until alert and candidates are stored",
            total.latency,
        )
        yield _histogram("nightdesk_broker_batch_seconds", "What batches took", total.batch_seconds)
        yield CounterMetricFamily("nightdesk_broker_batches", "Batches dealt with", value=total.batches)
        yield CounterMetricFamily("nightdesk_broker_retries", "Waits for the store", value=total.retries)
        yield _labelled(
            CounterMetricFamily(
                "nightdesk_broker_quarantine_retries", "What became of retried packets", labels=["outcome"]
            ),
            self._retried(),
        )
        yield GaugeMetricFamily("nightdesk_broker_workers", "Workers that consume", value=self._running())
        yield _labelled(
            GaugeMetricFamily("nightdesk_broker_worker_rss_bytes", "Resident memory", labels=["worker"]),
            self._monitor.memory(),
        )
        yield GaugeMetricFamily("nightdesk_broker_partitions", "Partitions at hand", value=total.partitions)
        if total.lag is not None:
            yield GaugeMetricFamily("nightdesk_broker_lag", "Messages that wait", value=total.lag)
        if total.last_alert_at is not None:
            yield GaugeMetricFamily(
                "nightdesk_broker_last_alert_timestamp_seconds", "Last alert", value=total.last_alert_at
            )


def registry(monitor: Monitor, running: Callable[[], int], retried: Retried = dict) -> CollectorRegistry:
    """Return a registry that reads the monitor at every scrape."""
    made = CollectorRegistry()
    made.register(_Broker(monitor, running, retried))
    return made


def text(metrics: CollectorRegistry) -> bytes:
    """Return Prometheus' text format."""
    return generate_latest(metrics)


def _by_survey(total: Statistics) -> Iterable[Metric]:
    alerts = CounterMetricFamily(
        "nightdesk_broker_alerts", "What became of alerts and packets", labels=["survey", "outcome"]
    )
    for survey, counts in total.counts.items():
        for outcome, number in counts.items():
            alerts.add_metric([survey, outcome], number)
    yield alerts
    yield _labelled(
        CounterMetricFamily("nightdesk_broker_bytes", "Bytes of the packets dealt with", labels=["survey"]),
        total.bytes,
    )


def _by_filter(total: Statistics) -> Iterable[Metric]:
    yield _labelled(
        CounterMetricFamily(
            "nightdesk_broker_filter_passes", "Alerts that each filter passed", labels=["filter"]
        ),
        {str(name): number for name, number in total.filter_passes.items()},
    )
    yield _labelled(
        CounterMetricFamily(
            "nightdesk_broker_filter_seconds", "Time spent in each filter", labels=["filter"]
        ),
        {str(name): seconds for name, seconds in total.filter_seconds.items()},
    )


def _labelled(family: Labelled, values: Mapping[str, float]) -> Labelled:
    for label, value in values.items():
        family.add_metric([label], value)
    return family


def _histogram(name: str, what: str, values: Histogram) -> HistogramMetricFamily:
    buckets = [(f"{bound:.4g}", float(count)) for bound, count in values.cumulative(_EVERY)]
    return HistogramMetricFamily(
        name, what, buckets=[*buckets, ("+Inf", float(values.total))], sum_value=values.seconds
    )
