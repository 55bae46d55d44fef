"""Beginning and ending what runs beside the requests."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine
from contextvars import Context
from typing import Any, TypeVar

T = TypeVar("T")

_PATIENCE = 0.5
"""Seconds until a task is told again: the store's client may swallow what it hears while it waits."""


def begun(work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    """Begin work that outlives whoever begins it, and is not bound by how long they wait for the store."""
    return asyncio.create_task(work, context=Context())


async def nothing(kind: Callable[[], T]) -> T:
    """Return an empty value of a kind: stands among what is awaited together for what is not asked for."""
    return kind()


async def ended(*tasks: asyncio.Task[Any] | None) -> None:
    """Cancel tasks, and return when they have ended, however they did."""
    waiting = {task for task in tasks if task is not None}
    told = frozenset(waiting)
    while waiting:
        for task in waiting:
            task.cancel()
        _, waiting = await asyncio.wait(waiting, timeout=_PATIENCE)
    await asyncio.gather(*told, return_exceptions=True)


class Background(ABC):
    """Work that goes on from `start` to `stop`."""

    _task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin; nothing happens if it runs already."""
        if self._task is None:
            self._task = begun(self._run())

    async def stop(self) -> None:
        """End; what is left is done after the next start."""
        await ended(self._task)
        self._task = None

    @abstractmethod
    async def _run(self) -> None:
        """Work until cancelled."""
