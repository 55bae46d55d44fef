"""Run a simulation: make alerts, send them in time, sum up."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
from nightdesk.settings import Settings

from nightdesk_services.simulate.nights import Plan, merged, plan_nights
from nightdesk_services.simulate.outlets import outlet, topic_of


@dataclass
class SimulationSummary:
    """What was simulated."""

    published: int = 0
    failed: int = 0
    """Packets that the stream did not take."""
    surveys: dict[str, int] = field(default_factory=dict)
    labels: dict[str, int] = field(default_factory=dict)
    topics: list[str] = field(default_factory=list)
    """Topics, or the path that was written."""
    truth: str | None = None
    elapsed_s: float = 0.0
    alerts_per_s: float = 0.0


def run(
    settings: Settings,
    *,
    survey: str = "ztf",
    seed: int = 1,
    rate: float | None = None,
    count: int | None = None,
    live: bool = False,
    start: float | None = None,
    hours: float = 8.0,
    nights: int = 1,
    density: float | None = None,
    schema_version: str | None = None,
    mix: Mapping[str, float] | None = None,
    out: Path | None = None,
    truth: Path | None = None,
    topic: str | None = None,
    progress: Callable[[int, int], None] | None = None,
    stop: threading.Event | None = None,
) -> SimulationSummary:
    """Simulate alerts and publish them.

    Parameters
    ----------
    settings
        Where the stream is.
    survey
        ``ztf``, ``lsst`` or ``both``.
    seed
        Seed of the sky: the same arguments give the same packets (but a live night begins now).
    rate
        Alerts per second; None: as fast as they go, or 2 for a live night.
    count
        How many alerts; None: all of the nights.
    live
        Begin now, in the middle of a season, and go on until stopped.
    start
        JD (UTC) of the first visit; default a fixed date, or now for a live night.
    hours
        Length of a night.
    nights
        How many nights, unless live.
    density
        Mean number of alerts in a visit.
    schema_version
        ``3.3`` or ``4.02`` (ZTF), ``10.0`` or ``11.1`` (LSST); default the newest.
    mix
        Shares of classes of objects that replace the default ones.
    out
        Write files instead: a directory, or an archive if it ends in ``.tar`` or ``.tar.gz``.
    truth
        Write what the alerts really are, as Parquet.
    topic
        Publish everything to this topic instead of the survey's.
    progress
        Called with the alerts published and how many there will be (0: not known).
    stop
        Ends the simulation when set.

    Returns
    -------
    SimulationSummary
        What was published.

    Raises
    ------
    ValueError
        If survey, version, rate, count, density, hours, nights or mix is not possible.
    """
    for name, value in (("rate", rate), ("count", count), ("nights", nights)):
        if value is not None and value <= 0:
            msg = f"{name} must be positive, not {value}"
            raise ValueError(msg)
    plan = Plan(
        survey=survey,
        seed=seed,
        live=live,
        rate=rate,
        start=start,
        hours=hours,
        nights=nights,
        density=density,
        schema_version=schema_version,
        mix=mix,
        remember=truth is not None,
    )
    sources = plan_nights(plan)
    stop = stop or threading.Event()
    into = outlet(settings, out, topic, several=len(sources) > 1)
    surveys: Counter[str] = Counter()
    labels: Counter[str] = Counter()
    sent: list[int] = []
    topics: set[str] = {str(out)} if out else set()
    began = time.monotonic()
    published = 0
    try:
        for alert in merged(sources):
            if plan.pace:
                stop.wait(max(0.0, began + published / plan.pace - time.monotonic()))
            if stop.is_set():
                break
            into.put(alert)
            published += 1
            if truth:
                sent.append(alert.candid)
            surveys[alert.survey] += 1
            labels[alert.label] += 1
            if out is None:
                topics.add(topic or topic_of(alert))
            if progress:
                progress(published, count or 0)
            if published == count:
                break
    finally:
        into.close()
        if truth:
            truth.parent.mkdir(parents=True, exist_ok=True)
            table = pl.concat([night.truth() for night in sources])
            # a merge looks one alert ahead of what was sent
            table.filter(pl.col("candid").is_in(sent)).sort("jd", maintain_order=True).write_parquet(truth)
    elapsed = time.monotonic() - began
    return SimulationSummary(
        published=published - into.failed,
        failed=into.failed,
        surveys=dict(surveys),
        labels=dict(labels.most_common()),
        topics=sorted(topics),
        truth=str(truth) if truth else None,
        elapsed_s=round(elapsed, 3),
        alerts_per_s=round(published / max(elapsed, 1e-3), 2),
    )
