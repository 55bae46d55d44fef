"""What runs on a Dask worker: one member of the consumer group, for as long as the worker lives."""

from __future__ import annotations

import logging
import os
import threading
import time

from distributed import get_worker
from nightdesk.settings import Settings

from nightdesk_services.broker.factory import build_pipeline
from nightdesk_services.broker.models.statistics import Statistics
from nightdesk_services.broker.services.consumer import ConsumerLoop
from nightdesk_services.common import garbage

TOPIC = "nightdesk-broker"
"""Dask event topic of the workers' reports."""

_STOP = threading.Event()


def consume(settings: Settings) -> None:
    """Consume until `stop` is called in this process."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    worker = get_worker()
    _STOP.clear()
    pipeline = build_pipeline(settings)
    garbage.settle()
    name = f"{worker.address}/{os.getpid()}/{time.time():.3f}"

    def report(statistics: Statistics) -> None:
        worker.log_event(TOPIC, {"worker": name, "pid": os.getpid(), **statistics.to_message()})

    ConsumerLoop(settings, f"nightdesk-{os.getpid()}", pipeline, _STOP, report).run()


def stop() -> None:
    """Have `consume` of this process leave the group and return."""
    _STOP.set()
