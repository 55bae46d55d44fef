"""A task ends although it swallowed the first word."""

from __future__ import annotations

import asyncio

from nightdesk_services.common.tasks import begun, ended
from pymongo import _csot, timeout


async def test_a_task_that_swallows_a_cancellation_is_told_again() -> None:
    heard = []

    async def stubborn() -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            heard.append("once")
        await asyncio.sleep(60)

    async def broken() -> None:
        raise ValueError("of its own")

    tasks = asyncio.create_task(stubborn()), asyncio.create_task(broken())
    await asyncio.sleep(0)
    async with asyncio.timeout(10):
        await ended(*tasks, None)
    assert heard == ["once"]
    assert all(task.done() for task in tasks)


async def test_work_is_not_bound_by_the_patience_of_who_begins_it() -> None:
    async def bound() -> None:
        found.append(_csot.get_deadline() < float("inf"))

    found: list[bool] = []
    with timeout(60):
        await asyncio.create_task(bound())
        await begun(bound())
    assert found == [True, False]
