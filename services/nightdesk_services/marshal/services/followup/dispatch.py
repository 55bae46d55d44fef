"""Calls to facilities, apart from the person who waits for them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextvars import Context
from typing import TypeVar
from weakref import WeakValueDictionary

from nightdesk_services.marshal.exceptions import MarshalError

log = logging.getLogger(__name__)

Result = TypeVar("Result")


class Dispatch:
    """Lets calls run to their end, those about one thing one after another.

    A facility may take longer than a person waits, and longer than the store's answers are waited for: a call
    has a task of its own, without the bounds of the request that began it.

    Parameters
    ----------
    patience
        Seconds after which the person is answered, while the call goes on.
    grace
        Seconds that calls have to end when the process does.
    """

    def __init__(self, patience: float = 5.0, grace: float = 15.0) -> None:
        self._patience = patience
        self._grace = grace
        self._tasks: set[asyncio.Task[object]] = set()
        self._locks: WeakValueDictionary[int | str, asyncio.Lock] = WeakValueDictionary()

    async def run(self, about: int | str, work: Callable[[], Awaitable[Result]]) -> Result | None:
        """Return what some work about a thing comes to, None if it still goes on when patience ends."""
        task = asyncio.create_task(self._alone(about, work), context=Context())
        self._keep(task)
        done, _ = await asyncio.wait({task}, timeout=self._patience)
        return task.result() if done else None

    def start(self, work: Callable[[], Awaitable[object]]) -> None:
        """Begin some work that nobody waits for."""
        self._keep(asyncio.create_task(_awaited(work), context=Context()))

    async def stop(self) -> None:
        """Let all calls end, and end those that do not."""
        if self._tasks:
            _, late = await asyncio.wait(set(self._tasks), timeout=self._grace)
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late, timeout=self._grace)

    async def _alone(self, about: int | str, work: Callable[[], Awaitable[Result]]) -> Result:
        lock = self._locks.setdefault(about, asyncio.Lock())
        async with lock:
            return await work()

    def _keep(self, task: asyncio.Task[Result]) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[Result]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        # what is meant for the person who asked is told to them
        if error is not None and not isinstance(error, MarshalError):
            log.error("a call to a facility broke: %s", type(error).__name__, exc_info=error)


async def _awaited(work: Callable[[], Awaitable[object]]) -> None:
    await work()
