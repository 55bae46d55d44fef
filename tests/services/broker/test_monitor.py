"""What workers count: exact when added up, percentiles as numpy's, an hour of history, Prometheus' text."""

from __future__ import annotations

import json

import numpy as np
import pytest
from nightdesk_services.broker.models.histogram import BOUNDS, PER_DECADE, Histogram
from nightdesk_services.broker.models.statistics import Statistics
from nightdesk_services.broker.services import history as history_module
from nightdesk_services.broker.services import monitor as monitor_module
from nightdesk_services.broker.services.history import History
from nightdesk_services.broker.services.metrics import registry, text
from nightdesk_services.broker.services.monitor import Monitor
from prometheus_client.parser import text_string_to_metric_families

STEP = 10 ** (1 / PER_DECADE)


def statistics(seed: int, number: int = 200) -> Statistics:
    rng = np.random.default_rng(seed)
    made = Statistics()
    made.counts["ZTF"].update(
        received=number, stored=number - 3, duplicates=2, quarantined=1, candidates=seed
    )
    made.counts["LSST"].update(received=7, stored=7)
    made.seconds["decode"] = 0.5 * seed
    made.seconds["store.alerts"] = 0.25
    made.bytes["ZTF"] = 70_000 * number
    made.record_filter(3, 0.125, seed)
    made.record_filter(11, 0.5, 0)
    for seconds in rng.lognormal(-1, 0.7, number):
        made.record_latency(float(seconds))
    made.record_batch(0.375)
    made.batches, made.retries, made.partitions, made.rss, made.lag = seed, 1, 4, 1_000_000 * seed, 10 * seed
    made.last_alert_at = 1000.0 + seed
    return made


@pytest.mark.parametrize(("centre", "width"), [(-1.0, 0.4), (-4.0, 1.0), (2.0, 1.5)])
@pytest.mark.parametrize("q", [1, 25, 50, 90, 99, 99.9])
def test_percentiles_are_numpys_to_a_bucket(centre: float, width: float, q: float) -> None:
    values = np.random.default_rng(5).lognormal(centre, width, 20_000).clip(BOUNDS[0], BOUNDS[-1])
    histogram = Histogram()
    for value in values:
        histogram.record(float(value))
    found = histogram.percentile(q)
    assert found is not None
    assert 1 / STEP <= found / np.percentile(values, q) <= STEP
    assert histogram.total == 20_000
    assert histogram.seconds == pytest.approx(values.sum())


def test_odd_durations_are_counted_or_left_out() -> None:
    histogram = Histogram()
    assert histogram.percentile(50) is None
    histogram.record(float("nan"))
    histogram.record(1.0, 0)
    assert histogram.total == 0
    histogram.record(-3.0)
    histogram.record(1e9)
    assert (histogram.counts[0], histogram.counts[-1]) == (1, 1)
    assert histogram.percentile(100) == BOUNDS[-1]
    assert histogram.percentile(0) == 0.0


def test_a_bound_belongs_to_its_bucket() -> None:
    histogram = Histogram()
    for bound in BOUNDS:
        histogram.record(bound)
    assert histogram.counts == [1] * len(BOUNDS) + [0]
    assert histogram.cumulative(1)[-1] == (BOUNDS[-1], len(BOUNDS))


def test_workers_add_up_to_what_one_would_have_counted() -> None:
    parts = [statistics(seed) for seed in (1, 2, 3)]
    total = Statistics()
    for part in parts:
        total.add(Statistics.from_message(json.loads(json.dumps(part.to_message()))))
    assert total.counts["ZTF"]["stored"] == 3 * 197
    assert total.counts["ZTF"]["candidates"] == 6
    assert total.seconds == {"decode": 3.0, "store.alerts": 0.75}
    assert total.filter_passes == {3: 6, 11: 0}
    assert total.filter_seconds == {3: 0.375, 11: 1.5}
    assert total.bytes["ZTF"] == 3 * 200 * 70_000
    assert (total.batches, total.retries, total.partitions, total.lag) == (6, 3, 12, 60)
    assert (total.rss, total.last_alert_at) == (6_000_000, 1003.0)
    assert total.batch_seconds.total == 3
    one = np.concatenate([np.random.default_rng(seed).lognormal(-1, 0.7, 200) for seed in (1, 2, 3)])
    for q in (50, 99):
        assert total.percentile(q) == pytest.approx(1000 * np.percentile(one, q), rel=STEP - 1)


def test_what_grew_is_the_difference() -> None:
    before = statistics(2)
    after = Statistics()
    after.add(before)
    after.add(statistics(5))
    grown = after.since(before)
    assert grown.counts == statistics(5).counts
    assert grown.latency.counts == statistics(5).latency.counts
    assert (grown.batches, grown.filter_passes[3]) == (5, 5)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Holds the time; a test sets it."""
    now = [1_000_000.0]
    for module in (history_module, monitor_module):
        monkeypatch.setattr(module.time, "time", lambda: now[0])
    return now


def test_an_hour_is_kept_in_steps(clock: list[float]) -> None:
    history, total = History(), Statistics()
    total.counts["ZTF"].update(stored=50)
    for step in range(800):
        clock[0] += 5
        assert history.due(clock[0])
        history.sample(total, clock[0])
        assert not history.due(clock[0] + 4.9)
        total.counts["ZTF"].update(stored=40, duplicates=10)
        total.lag = step
        total.record_latency(0.1 if step % 2 else 0.8, 50)
    columns = history.columns()
    assert len(columns["at"]) == 720
    assert set(columns["rates"]["ZTF"]) == {10.0}
    assert columns["lag"][-1] == 798
    assert columns["latency"]["p50"][-1] == pytest.approx(800, rel=STEP - 1)
    assert columns["latency"]["p50"][-2] == pytest.approx(100, rel=STEP - 1)
    assert len(history.columns(clock[0] - 60)["at"]) == 12
    assert history.recent().total == 12 * 50


def test_without_alerts_latency_is_not_known(clock: list[float]) -> None:
    history = History()
    for _ in range(3):
        clock[0] += 5
        history.sample(Statistics(), clock[0])
    assert history.columns()["latency"] == {"p50": [None, None], "p90": [None, None], "p99": [None, None]}


def report(monitor: Monitor, name: str, seed: int) -> None:
    monitor.report({"worker": name, "pid": seed, **statistics(seed).to_message()})


def test_a_worker_that_is_gone_leaves_its_counts_and_takes_its_memory(clock: list[float]) -> None:
    monitor = Monitor()
    report(monitor, "a", 1)
    clock[0] += 20
    report(monitor, "b", 2)
    total = monitor.total()
    assert total.counts["ZTF"]["received"] == 400
    assert (total.rss, total.partitions, total.lag) == (2_000_000, 4, 20)
    assert monitor.memory() == {"b": 2_000_000}
    assert [(w["name"], w["alive"]) for w in monitor.status()["workers"]] == [("a", False), ("b", True)]
    json.dumps(monitor.status(), allow_nan=False)


def test_metrics_are_prometheus_and_complete(clock: list[float]) -> None:
    monitor = Monitor()
    report(monitor, "a", 1)
    report(monitor, "b", 2)
    scraped = text(registry(monitor, lambda: 2, lambda: {"sent": 5}))
    found = {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(scraped.decode())
        for sample in family.samples
    }
    assert found["nightdesk_broker_alerts_total", "ZTF", "stored"] == 394
    assert found["nightdesk_broker_bytes_total", "ZTF"] == 2 * 200 * 70_000
    assert found["nightdesk_broker_filter_passes_total", "3"] == 3
    assert found["nightdesk_broker_filter_seconds_total", "11"] == 1.0
    assert found["nightdesk_broker_stage_seconds_total", "decode"] == 1.5
    assert found["nightdesk_broker_quarantine_retries_total", "sent"] == 5
    assert found["nightdesk_broker_worker_rss_bytes", "b"] == 2_000_000
    assert found["nightdesk_broker_lag",] == 30
    assert found["nightdesk_broker_workers",] == 2
    assert found["nightdesk_broker_batch_seconds_count",] == 2
    assert found["nightdesk_broker_batch_seconds_sum",] == 0.75
    assert found["nightdesk_broker_latency_seconds_count",] == 400
    buckets = sorted(
        (float(key[1]), value)
        for key, value in found.items()
        if key[0] == "nightdesk_broker_latency_seconds_bucket"
    )
    assert [n for _, n in buckets] == sorted(n for _, n in buckets)
    assert buckets[-1] == (float("inf"), 400)
