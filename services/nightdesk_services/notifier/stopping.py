"""Ending in time: the store's client may swallow a cancellation that meets it while it waits."""

from __future__ import annotations

import asyncio


def end_if_cancelled() -> None:
    """Raise `asyncio.CancelledError` if the task was told to end, whoever has heard it already."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
