"""The monitor's counts in Prometheus' terms."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from nightdesk_services.broker.services.monitor import Monitor


class _Broker(Collector):
    def __init__(self, monitor: Monitor, running: Callable[[], int]) -> None:
        self._monitor = monitor
        self._running = running

    def collect(self) -> Iterable[Metric]:
        total = self._monitor.total()
        alerts = CounterMetricFamily(
            "nightdesk_broker_alerts", "What became of alerts and packets", labels=["survey", "outcome"]
        )
        for survey, counts in total.counts.items():
            for outcome, number in counts.items():
                alerts.add_metric([survey, outcome], number)
        stages = CounterMetricFamily(
            "nightdesk_broker_stage_seconds", "Time spent in each stage, over all workers", labels=["stage"]
        )
        for stage, seconds in total.seconds.items():
            stages.add_metric([stage], seconds)
        yield alerts
        yield stages
        yield CounterMetricFamily("nightdesk_broker_batches", "Batches dealt with", value=total.batches)
        yield CounterMetricFamily("nightdesk_broker_retries", "Waits for the store", value=total.retries)
        yield GaugeMetricFamily("nightdesk_broker_workers", "Workers that consume", value=self._running())
        if total.lag is not None:
            yield GaugeMetricFamily("nightdesk_broker_lag", "Messages that wait", value=total.lag)
        if total.last_alert_at is not None:
            yield GaugeMetricFamily(
                "nightdesk_broker_last_alert_timestamp_seconds", "Last alert", value=total.last_alert_at
            )


def registry(monitor: Monitor, running: Callable[[], int]) -> CollectorRegistry:
    """Return a registry that reads the monitor at every scrape."""
    made = CollectorRegistry()
    made.register(_Broker(monitor, running))
    return made


def text(metrics: CollectorRegistry) -> bytes:
    """Return Prometheus' text format."""
    return generate_latest(metrics)
