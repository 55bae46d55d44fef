"""What an alert costs a worker: batches, histories, filters and catalogues of some sizes; and two workers."""

from __future__ import annotations

import tempfile
import time
from itertools import islice
from pathlib import Path
from typing import Any

from nightdesk.settings import Settings
from nightdesk.simulate import Night
from nightdesk_services.broker.factory import build_pipeline, prepare_store
from nightdesk_services.broker.models.packets import Packet

from tests.benchmarks.desk import TOPICS, Bench, broker
from tests.benchmarks.pipeline import measure
from tests.benchmarks.result import Result
from tests.services.broker.packets import group
from tests.support.servers import running

ALERTS = 1500
WARM_UP = 500
BATCH = 250
SMALL = {"gaia_like": 150_000, "galaxies_like": 40_000, "variables_like": 10_000}
VARIED: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "batch": [(str(n), {"batch": n}) for n in (20, 100, 250, 1000)],
    "history": [(f"{n}_points", {"points": n}) for n in (1, 30, 300, 1000)],
    "filters": [(str(n), {"filters": n}) for n in (1, 25, 100)],
    "catalogues": [(str(n), {"catalogues": dict(list(SMALL.items())[:n])}) for n in (0, 1, 3)],
}


def run() -> list[Result]:
    """Vary one thing at a time; ZTF alerts, all stages on, in this process against a real store."""
    alerts = list(islice(Night("ZTF", seed=11, hours=2.0), WARM_UP + ALERTS))
    usual = _cost(alerts)
    results: list[Result] = [
        {
            "name": f"scaling.{what}.{name}",
            "value": (cost := _cost(alerts, **how)),
            "unit": "ms of CPU an alert",
            "reference": f"batches of {BATCH}, 30 points, 25 filters, 3 catalogues, {usual:.2f} ms",
            "ratio": cost / usual,
        }
        for what, variants in VARIED.items()
        for name, how in variants
    ]
    return results + _workers(alerts)


def _cost(alerts: list[Any], batch: int = BATCH, **how: Any) -> float:
    """Return a worker's CPU time for an alert in ms."""
    packets = [Packet(alert.payload, TOPICS["ZTF"], 0, i, None) for i, alert in enumerate(alerts)]
    with tempfile.TemporaryDirectory() as name, running("store", Path(name)) as store:
        settings = Settings(data_dir=Path(name), store_uri=store.server.settings.store)
        prepare_store(settings)
        names = (alert.key for alert in alerts)
        Bench(settings, "ZTF").preload(names, **{"objects": 10_000, "catalogues": SMALL} | how)
        pipeline = build_pipeline(settings)
        for start in range(0, WARM_UP, batch):
            pipeline.run(group(packets[start : min(start + batch, WARM_UP)]))
        began = time.process_time()
        for start in range(WARM_UP, len(packets), batch):
            pipeline.run(group(packets[start : start + batch]))
        return 1e3 * (time.process_time() - began) / ALERTS


def _workers(alerts: list[Any]) -> list[Result]:
    rates = {}
    for workers in (1, 2):
        names = (alert.key for alert in alerts)
        with (
            tempfile.TemporaryDirectory() as name,
            broker(Path(name), "ZTF", names, workers=workers) as bench,
        ):
            rates[workers] = measure(bench, alerts)
    return [
        {
            "name": f"scaling.workers.{workers}",
            "value": rate,
            "unit": "alerts/s",
            "reference": f"one worker, {rates[1]:.0f} alerts/s",
            "ratio": rate / rates[1],
        }
        for workers, rate in rates.items()
    ]
