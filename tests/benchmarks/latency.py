"""From the arrival of an alert on the stream until it is to be seen in the store, at given rates."""

from __future__ import annotations

import tempfile
import threading
import time
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from nightdesk.simulate import Night

from tests.benchmarks.desk import Bench, broker
from tests.benchmarks.pipeline import wait
from tests.benchmarks.result import Result

RATES = (50, 150, 300)
SECONDS = 20
WARM_UP = 400


def run() -> list[Result]:
    """Measure ZTF alerts, everything switched on; each rate on a broker of its own.

    An alert's document is written last, after its candidates: who sees it there sees them, too.
    """
    return [_at(rate) for rate in RATES]


def _at(rate: int) -> Result:
    alerts = list(islice(Night("ZTF", seed=9, hours=2.0), WARM_UP + rate * SECONDS))
    names = {alert.key for alert in alerts}
    sent: dict[int, float] = {}
    seen: dict[int, float] = {}
    with tempfile.TemporaryDirectory() as name, broker(Path(name), "ZTF", names) as bench:
        _pace(bench, alerts[:WARM_UP], 100, sent)
        wait(bench, WARM_UP)
        ready, stop = threading.Event(), threading.Event()
        watcher = threading.Thread(target=_watch, args=(bench, seen, ready, stop))
        watcher.start()
        ready.wait(30)
        _pace(bench, alerts[WARM_UP:], rate, sent)
        wait(bench, len(alerts))
        deadline = time.monotonic() + 30
        while len(seen) < rate * SECONDS and time.monotonic() < deadline:
            time.sleep(0.1)
        stop.set()
        watcher.join()
    took = np.array([seen[candid] - sent[candid] for candid in seen])
    p50, p99 = np.percentile(took, [50, 99])
    return {
        "name": f"pipeline.latency_p99_ms_at_{rate}",
        "value": 1e3 * float(p99),
        "unit": f"ms, of {len(took)} alerts",
        "reference": f"the median in the same run, {1e3 * p50:.0f} ms",
        "ratio": float(p99 / p50),
    }


def _pace(bench: Bench, alerts: list[Any], rate: int, sent: dict[int, float]) -> None:
    began = time.perf_counter()
    for i, alert in enumerate(alerts):
        while (early := began + i / rate - time.perf_counter()) > 0:
            time.sleep(early)
        sent[alert.candid] = time.time()
        bench.send(alert.payload, alert.key)
    bench.flush()


def _watch(bench: Bench, seen: dict[int, float], ready: threading.Event, stop: threading.Event) -> None:
    only_ids = [{"$match": {"operationType": "insert"}}, {"$project": {"documentKey": 1}}]
    with bench.store[bench.survey.alerts].watch(only_ids, max_await_time_ms=200) as stream:
        ready.set()
        while not stop.is_set():
            change = stream.try_next()
            if change is not None:
                seen[int(change["documentKey"]["_id"])] = time.time()
