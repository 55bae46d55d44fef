"""What the broker said last, asked once for everybody who looks."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from nightdesk_services.monitor.broker import BrokerClient, BrokerError

Document = dict[str, Any]

SPAN = 3600.0
_FRESH = 1.5


@dataclass(frozen=True)
class Sample:
    """One step of the last hour."""

    at: float
    """Unix time [s]."""
    rates: dict[str, float]
    lag: int | None
    latency: dict[str, float | None]
    """``p50``, ``p90``, ``p99`` [ms]."""


@dataclass
class Snapshot:
    """The broker's state, and whether it answers."""

    status: Document | None = None
    at: float = 0.0
    """When the broker last answered, Unix time."""
    error: str = ""
    """Why it does not answer now."""
    samples: deque[Sample] = field(default_factory=deque)


class Feed:
    """Asks the broker when somebody looks, and not oftener than every 1.5 s."""

    def __init__(self, broker: BrokerClient) -> None:
        self._broker = broker
        self._lock = asyncio.Lock()
        self._asked = float("-inf")
        self._started_at = ""
        self.snapshot = Snapshot()

    async def latest(self) -> Snapshot:
        """Return the broker's state; `Snapshot.error` says if it is an old one."""
        async with self._lock:
            if time.monotonic() - self._asked >= _FRESH:
                await self._ask()
                self._asked = time.monotonic()
        return self.snapshot

    async def _ask(self) -> None:
        now = self.snapshot
        try:
            status = await self._broker.status()
            if status["started_at"] != self._started_at:
                # another process: its history begins anew
                self._started_at = status["started_at"]
                now.samples.clear()
            since = now.samples[-1].at if now.samples else 0.0
            columns = await self._broker.history(since)
        except BrokerError as error:
            now.error = str(error)
            return
        now.status, now.at, now.error = status, time.time(), ""
        now.samples.extend(_samples(columns))
        while now.samples and now.samples[0].at < now.at - SPAN:
            now.samples.popleft()


def _samples(columns: Document) -> list[Sample]:
    rates, latency = columns["rates"], columns["latency"]
    return [
        Sample(
            at,
            {survey: values[i] for survey, values in rates.items()},
            columns["lag"][i],
            {name: values[i] for name, values in latency.items()},
        )
        for i, at in enumerate(columns["at"])
    ]
