"""What several ask for at the same time, or soon after one another, is read once."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Hashable
from typing import Any, Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Once(Generic[K, V]):
    """Keeps values that seldom change; that there is none, or an error, is not kept.

    Parameters
    ----------
    read
        Returns the value of a key, None if there is none.
    most
        Values that are kept, those that were asked for last.
    """

    def __init__(self, read: Callable[[K], Coroutine[Any, Any, V | None]], most: int) -> None:
        self._read = read
        self._most = most
        self._tasks: OrderedDict[K, asyncio.Task[V | None]] = OrderedDict()

    async def of(self, key: K) -> V | None:
        """Return the value of a key."""
        task = self._tasks.get(key)
        if task is None:
            task = self._tasks[key] = asyncio.create_task(self._read(key))
        self._tasks.move_to_end(key)
        while len(self._tasks) > self._most:
            self._tasks.popitem(last=False)
        try:
            # who goes away takes the value from nobody else
            found = await asyncio.shield(task)
        except BaseException:
            self._forget(key, task)
            raise
        if found is None:
            self._forget(key, task)
        return found

    def forget(self, key: K) -> None:
        """Read the value of a key anew the next time; from any thread."""
        self._tasks.pop(key, None)

    def _forget(self, key: K, task: asyncio.Task[V | None]) -> None:
        if self._tasks.get(key) is task:
            del self._tasks[key]
