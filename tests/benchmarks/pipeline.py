"""Alerts per second from stream to store, against the store's own insert rate of the same documents.

With 100,000 objects of history, three catalogues of two million rows, the real/bogus model and 25 filters.
"""

from __future__ import annotations

import tempfile
import time
from itertools import islice
from pathlib import Path
from typing import Any

from nightdesk.simulate import Night
from nightdesk_services.common.cutouts import CutoutPacks
from nightdesk_services.marshal.services.kowalski.cutouts import fields_of

from tests.benchmarks.desk import POINTS, Bench, broker
from tests.benchmarks.result import Result

COUNTS = {"ZTF": 6000, "LSST": 4000}
WARM_UP = 300
LIMIT = 600.0


def run() -> list[Result]:
    """Measure each survey with two workers."""
    results: list[Result] = []
    ratios = []
    for survey, count in COUNTS.items():
        alerts = list(islice(Night(survey, seed=7, hours=2.0), count + WARM_UP))
        names = (alert.key for alert in alerts)
        with tempfile.TemporaryDirectory() as name, broker(Path(name), survey, names) as bench:
            rate = measure(bench, alerts)
            status = bench.status()
            raw = _raw_inserts(bench)
        ratios.append(rate / raw)
        results.append(
            {
                "name": f"pipeline.{survey.lower()}.alerts_per_s",
                "value": rate,
                "unit": "alerts/s",
                "reference": f"raw inserts of the same documents with cutouts, {raw:.0f} alerts/s",
                "ratio": rate / raw,
            }
        )
        results += _stages(survey, status)
    results.append(
        {
            "name": "pipeline.ratio_to_raw_insert",
            "value": min(ratios),
            "unit": "the lower of the two surveys",
            "reference": "raw inserts of the same documents with cutouts",
            "ratio": min(ratios),
        }
    )
    return results


def measure(bench: Bench, alerts: list[Any]) -> float:
    """Send alerts and return how many a second are stored, after some to warm up."""
    _send(bench, alerts[:WARM_UP])
    wait(bench, WARM_UP)
    rest = alerts[WARM_UP:]
    began = time.perf_counter()
    _send(bench, rest)
    wait(bench, len(alerts))
    return len(rest) / (time.perf_counter() - began)


def _send(bench: Bench, alerts: list[Any]) -> None:
    for alert in alerts:
        bench.send(alert.payload, alert.key)
    bench.flush()


def wait(bench: Bench, count: int) -> None:
    """Wait until the store has so many alerts."""
    deadline = time.monotonic() + LIMIT
    while (stored := bench.stored()) < count:
        if time.monotonic() > deadline:
            msg = f"{stored} of {count} alerts after {LIMIT:.0f} s"
            raise RuntimeError(msg)
        time.sleep(0.5)


def _stages(survey: str, status: dict[str, Any]) -> list[Result]:
    """Where the workers' time goes, in ms per alert."""
    number = status["counts"][survey]["stored"]
    total = sum(status["stage_seconds"].values())
    return [
        {
            "name": f"pipeline.{survey.lower()}.ms.{name}",
            "value": 1e3 * seconds / number,
            "unit": "ms per alert of one worker",
            "reference": f"all steps, {1e3 * total / number:.2f} ms",
            "ratio": seconds / total,
        }
        for name, seconds in sorted(status["stage_seconds"].items(), key=lambda item: -item[1])
        if seconds / total > 0.01
    ]


def _raw_inserts(bench: Bench) -> float:
    """Insert the same documents elsewhere, cutouts in them, with the same indexes; alerts a second."""
    seconds, survey = 0.0, bench.survey
    alerts = bench.stored()
    packs = CutoutPacks(bench.settings.cutouts)
    for name in (survey.alerts, survey.cutouts, survey.objects, "candidates"):
        rows = list(bench.store[name].find({"v": {"$ne": POINTS}}))
        if name == survey.cutouts:
            rows = [packs.whole(row, fields_of(survey)) for row in rows]
        target = bench.store[f"raw_{name}"]
        for index in bench.store[name].index_information().values():
            if index["key"] != [("_id", 1)]:
                target.create_index(index["key"])
        began = time.perf_counter()
        for start in range(0, len(rows), 250):
            target.insert_many(rows[start : start + 250], ordered=False)
        seconds += time.perf_counter() - began
    return alerts / seconds
