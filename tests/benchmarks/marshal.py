"""The marshal at 100,000 sources: a source's page, searches, light curves in bulk, rights, pushes."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

from tests.benchmarks.browser import Browser, Request
from tests.benchmarks.marshal_desk import (
    CURVES,
    FEWER_POINTS,
    GROUPS,
    MORE_CURVES,
    POINTS,
    SOURCES,
    Desk,
    headers,
    marshal,
    name,
)
from tests.benchmarks.marshal_pages import KINDS, newest_candid
from tests.benchmarks.result import Result

SOCKETS = 500
COMMENTS = 20
LONG = 200
"""Long light curves that are asked for at once."""
ROUNDS = 100
WARM = 5
"""First rounds, which are not counted."""
PERSON = 1
"""Who asks; in the group of everybody and in one of twenty."""


def run() -> list[Result]:
    """Measure over the network interface of this machine, one request at a time but for the pushes."""
    with tempfile.TemporaryDirectory() as directory, marshal(Path(directory)) as desk:
        with desk.client(PERSON) as client:
            floor = _percentile(_timed(client, [("streams", {})] * ROUNDS))
            results = [
                # first, which waits until all sources are in memory
                *_searches(client, floor),
                *_pages(desk),
                *_bulk(client),
                _overhead(desk, client),
            ]
        return [*results, asyncio.run(_pushes(desk))]


def _result(what: str, value: float, unit: str, floor: float) -> Result:
    reference = f"a list of two rows, {1e3 * floor:.1f} ms"
    return {
        "name": f"marshal.{what}",
        "value": value,
        "unit": unit,
        "reference": reference,
        "ratio": value / (1e3 * floor),
    }


def _pages(desk: Desk) -> list[Result]:
    """What the page of a source reads: the source with all that was said, 2,000 points, spectra, cutouts."""
    parts: dict[str, Callable[[int], Request]] = {
        "photometry": lambda n: (f"sources/{name(n)}/photometry", {"format": "both"}),
        "source": lambda n: (f"sources/{name(n)}", {"includeComments": "true", "extras": "true"}),
        "spectra": lambda n: (f"sources/{name(n)}/spectra", {}),
        **{f"cutout.{kind}": partial(_cutout, kind=kind) for kind in KINDS},
    }
    took: dict[str, list[float]] = {part: [] for part in ("floor", "page", "at_once", *parts)}
    # those that the person's own group holds: one half is asked for as pages, the other in parts at once
    mine = [n for n in range(CURVES) if n % 2 or n % GROUPS == PERSON % GROUPS]
    with Browser(desk.url, headers(PERSON)) as browser:
        for page, other in zip(mine[::2], mine[1::2], strict=False):
            took["floor"].append(browser.took([("streams", {})]))
            took["page"].append(browser.took([(f"sources/{name(page)}/page", {})]))
            took["at_once"].append(browser.took([ask(other) for ask in parts.values()]))
        for n in mine:
            for part, ask in parts.items():
                took[part].append(browser.took([ask(n)]))
    warm = {part: times[WARM:] for part, times in took.items()}
    found = {"source_p95_ms": warm["page"]} | {
        f"source_p95_ms.{part}": warm[part] for part in ("at_once", *parts)
    }
    floor = _percentile(warm["floor"])
    return [
        _result(
            what, 1e3 * _percentile(times), f"ms, {POINTS} points, median {1e3 * np.median(times):.0f}", floor
        )
        for what, times in found.items()
    ]


def _cutout(n: int, kind: str) -> Request:
    return f"cutouts/ZTF/{newest_candid(n, POINTS)}/{kind}/png", {}


def _searches(client: httpx.Client, floor: float) -> list[Result]:
    """First pages of what people look for; the slowest kind is the figure."""
    dice = np.random.default_rng(7)
    kinds: dict[str, Callable[[], dict[str, Any]]] = {
        "newest": dict,
        "name": lambda: {"sourceID": name(int(dice.integers(SOURCES)))[4:]},
        "position": lambda: {
            "ra": float(dice.uniform(0, 360)),
            "dec": float(dice.uniform(-60, 60)),
            "radius": 0.5,
        },
        "class": lambda: {"classifications": "TDE"},
        "redshift": lambda: {"minRedshift": (low := float(dice.uniform(0, 0.3))), "maxRedshift": low + 0.001},
        "group": lambda: {"group_ids": str(10 + PERSON % GROUPS)},
    }
    rounds = 20
    p95 = {
        kind: 1e3
        * _percentile(_timed(client, [("sources", {"numPerPage": 25, **make()}) for _ in range(rounds)])[1:])
        for kind, make in kinds.items()
    }
    unit = f"ms, {SOURCES} sources"
    return [
        _result("search_p95_ms", max(p95.values()), unit, floor),
        *(_result(f"search_p95_ms.{kind}", value, unit, floor) for kind, value in p95.items()),
    ]


def _bulk(client: httpx.Client) -> list[Result]:
    """Light curves of many sources in one answer, read as it comes: of usual length, and fewer long ones."""
    return [
        _streamed(client, "", range(CURVES, CURVES + MORE_CURVES), FEWER_POINTS),
        _streamed(client, ".long", range(LONG), POINTS),
    ]


def _streamed(client: httpx.Client, which: str, numbers: range, points: int) -> Result:
    obj_ids = [name(n) for n in numbers]
    began = time.perf_counter()
    size = 0
    with client.stream("POST", "photometry/sources", json={"obj_ids": obj_ids}) as answer:
        answer.raise_for_status()
        for chunk in answer.iter_bytes():
            size += len(chunk)
    took = time.perf_counter() - began
    return {
        "name": f"marshal.bulk_photometry_s{which}",
        "value": took,
        "unit": f"s, {len(obj_ids)} sources of {points} points, {size / 1e6:.0f} MB",
        "reference": "points a second",
        "ratio": len(obj_ids) * points / took,
    }


def _overhead(desk: Desk, client: httpx.Client) -> Result:
    """A list of sources for somebody with rights by groups, against one whom no group binds."""
    ask = [("sources", {"numPerPage": 100, "group_ids": "1"})]
    with desk.client(0) as admin:
        bound, free = [], []
        for _ in range(ROUNDS // 2):
            bound += _timed(client, ask)
            free += _timed(admin, ask)
    a, b = float(np.median(bound)), float(np.median(free))
    return {
        "name": "marshal.permission_overhead",
        "value": a / b - 1,
        "unit": "part of a list of 100 sources",
        "reference": f"the same list for an administrator, {1e3 * b:.1f} ms",
        "ratio": a / b,
    }


async def _pushes(desk: Desk) -> Result:
    """From the sending of a comment until each of those who may see it has it."""
    sockets = [
        await websocket_connect(HTTPRequest(desk.socket, headers=headers(1 + n % 500)))
        for n in range(SOCKETS)
    ]
    arrived: list[float] = []
    expected, complete = SOCKETS * COMMENTS, asyncio.Event()
    sent: dict[str, float] = {}

    async def listen(socket: WebSocketClientConnection) -> None:
        while (message := await socket.read_message()) is not None:
            text, at = str(message), time.perf_counter()
            if '"type":"comment"' in text:
                arrived.extend(at - began for said, began in sent.items() if f'"text":"{said}"' in text)
                if len(arrived) >= expected:
                    complete.set()

    listeners = [asyncio.create_task(listen(socket)) for socket in sockets]
    async with httpx.AsyncClient(base_url=desk.url, headers=headers(PERSON), timeout=60) as client:
        for k in range(COMMENTS):
            text = f"pushed {k}"
            sent[text] = time.perf_counter()
            # the group of everybody: all of them see it
            answer = await client.post(
                f"sources/{name(2 * k + 1)}/comments", json={"text": text, "group_ids": [1]}
            )
            answer.raise_for_status()
            await asyncio.sleep(0.5)
    try:
        await asyncio.wait_for(complete.wait(), 30)
    except TimeoutError:
        msg = f"{expected - len(arrived)} of {expected} messages did not arrive"
        raise RuntimeError(msg) from None
    for task, socket in zip(listeners, sockets, strict=True):
        task.cancel()
        socket.close()
    p50, p99 = np.percentile(arrived, [50, 99])
    return {
        "name": "marshal.push_p99_ms_500",
        "value": 1e3 * float(p99),
        "unit": f"ms, {len(arrived)} messages",
        "reference": f"the median, {1e3 * p50:.0f} ms",
        "ratio": float(p99 / p50),
    }


def _timed(client: httpx.Client, requests: list[tuple[str, dict[str, Any]]]) -> list[float]:
    took = []
    for path, query in requests:
        began = time.perf_counter()
        client.get(path, params=query).raise_for_status()
        took.append(time.perf_counter() - began)
    return took


def _percentile(times: Any) -> float:
    return float(np.percentile(times, 95))
