"""What a stop leaves behind is caught up with at full speed, in memory that does not grow with it."""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path

import numpy as np
import psutil
from nightdesk.simulate import Night, SimulatedAlert

from tests.benchmarks.desk import Bench, broker
from tests.benchmarks.pipeline import wait
from tests.benchmarks.result import Result

WAITING = 12_000
"""Alerts that come while nobody takes them: more than a worker's memory may hold."""
WARM_UP = 500
MOST_MB = 1500.0


def run() -> list[Result]:
    """Stop the broker, let full LSST packets pile up, start it again and watch."""
    night = iter(Night("LSST", seed=9, hours=4.0))
    with tempfile.TemporaryDirectory() as name, broker(Path(name), "LSST", ()) as bench:
        _send(bench, night, WARM_UP)
        wait(bench, WARM_UP)
        bench.stop()
        size = _send(bench, night, WAITING)
        bench.start()
        with _Memory(bench) as memory:
            thirds = _thirds(bench)
    return [
        {
            "name": "catchup.rss_max_mb",
            "value": memory.most / 2**20,
            "unit": f"MB of one worker, {size / 2**20:.0f} MB waiting",
            "reference": f"{MOST_MB:.0f} MB",
            "ratio": memory.most / 2**20 / MOST_MB,
        },
        {
            "name": "catchup.alerts_per_s",
            "value": 2 * WAITING / 3 / (thirds[2] - thirds[0]),
            "unit": "alerts/s, after the first third",
            "reference": f"the middle third, {WAITING / 3 / (thirds[1] - thirds[0]):.0f} alerts/s",
            "ratio": (thirds[1] - thirds[0]) / (thirds[2] - thirds[1]),
        },
    ]


def _send(bench: Bench, night: Iterator[SimulatedAlert], count: int) -> int:
    size = 0
    for alert in islice(night, count):
        bench.send(alert.payload, alert.key)
        size += len(alert.payload)
    bench.flush()
    return size


def _thirds(bench: Bench) -> list[float]:
    """Return when each third of what waits was stored."""
    # the counts begin anew with the process
    times = []
    for stored in np.linspace(0, WAITING, 4)[1:]:
        wait(bench, int(stored))
        times.append(time.perf_counter())
    return times


class _Memory:
    """Watches how much memory a worker takes at the most."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self.most = 0
        """Bytes."""

    def __enter__(self) -> _Memory:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        workers: list[psutil.Process] = []
        while not self._over.wait(0.25):
            workers = workers or self._bench.workers()
            for worker in workers:
                with suppress(psutil.NoSuchProcess):
                    self.most = max(self.most, worker.memory_info().rss)
