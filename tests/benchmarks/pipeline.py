"""Alerts per second from stream to store, against the store's own insert rate of the same documents."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from confluent_kafka import Producer
from nightdesk.settings import Settings
from nightdesk.simulate import Night
from nightdesk.surveys import get
from nightdesk_services.common.store import connect
from pymongo.database import Database

from tests.benchmarks.result import Result
from tests.support.ports import free_ports
from tests.support.servers import running

COUNTS = {"ZTF": 1500, "LSST": 600}
TOPICS = {"ZTF": "ztf_bench", "LSST": "lsst-bench"}
WARM_UP = 50
LIMIT = 600.0


def run() -> list[Result]:
    """Measure each survey on an empty store with two workers."""
    results: list[Result] = []
    for survey, count in COUNTS.items():
        with tempfile.TemporaryDirectory() as name, _broker(Path(name)) as settings:
            alerts = list(islice(Night(survey.lower(), seed=7), count + WARM_UP))
            store = connect(settings)
            _send(settings, survey, alerts[:WARM_UP])
            _wait(store, survey, WARM_UP)
            began = time.perf_counter()
            _send(settings, survey, alerts[WARM_UP:])
            _wait(store, survey, count + WARM_UP)
            rate = count / (time.perf_counter() - began)
            raw = _raw_inserts(store, survey)
        results.append(
            {
                "name": f"pipeline.{survey.lower()}.alerts_per_s",
                "value": rate,
                "unit": "alerts/s",
                "reference": f"the store's raw inserts of the same documents, {raw:.0f} alerts/s",
                "ratio": rate / raw,
            }
        )
    return results


@contextmanager
def _broker(directory: Path) -> Iterator[Settings]:
    """Run a store, a stream and the broker service."""
    with running("store", directory) as store, running("stream", directory) as stream:
        settings = Settings(
            data_dir=directory,
            store_uri=store.server.settings.store,
            stream_bootstrap=stream.server.settings.stream,
            broker_port=free_ports(1)[0],
        )
        with (directory / "broker.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "nightdesk_services.broker"],
                env=os.environ | settings.environment(),
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            yield settings
        finally:
            process.terminate()
            process.wait(60)


def _send(settings: Settings, survey: str, alerts: list[Any]) -> None:
    producer = Producer({"bootstrap.servers": settings.stream, "message.max.bytes": 2**24})
    for alert in alerts:
        producer.produce(TOPICS[survey], alert.payload, key=alert.key)
        producer.poll(0)
    if left := producer.flush(120):
        raise RuntimeError(f"{left} packets were not taken by the stream")


def _wait(store: Database[dict[str, Any]], survey: str, count: int) -> None:
    deadline = time.monotonic() + LIMIT
    while (stored := store[get(survey).alerts].estimated_document_count()) < count:
        if time.monotonic() > deadline:
            raise RuntimeError(f"{stored} of {count} alerts after {LIMIT:.0f} s")
        time.sleep(0.05)


def _raw_inserts(store: Database[dict[str, Any]], survey: str) -> float:
    """Insert the same documents elsewhere, with the same indexes and batch size; alerts a second."""
    declared = get(survey)
    seconds, alerts = 0.0, 0
    for name in (declared.alerts, declared.aux, declared.cutouts):
        rows = list(store[name].find())
        alerts = max(alerts, len(rows))
        target = store[f"raw_{name}"]
        for index in store[name].index_information().values():
            if index["key"] != [("_id", 1)]:
                target.create_index(index["key"])
        began = time.perf_counter()
        for start in range(0, len(rows), 250):
            target.insert_many(rows[start : start + 250], ordered=False)
        seconds += time.perf_counter() - began
    return alerts / seconds
