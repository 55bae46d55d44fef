"""Calls that outlive who waits for them."""

from __future__ import annotations

import asyncio

import pymongo
import pytest
from nightdesk_services.marshal.exceptions import Invalid
from nightdesk_services.marshal.services.followup.dispatch import Dispatch
from pymongo import _csot


async def test_what_is_quick_is_returned_and_what_fails_is_raised() -> None:
    dispatch = Dispatch()

    async def quick() -> int:
        return 3

    async def wrong() -> int:
        raise Invalid("x: no")

    assert await dispatch.run(1, quick) == 3
    with pytest.raises(Invalid, match="x: no"):
        await dispatch.run(1, wrong)


async def test_what_is_slow_goes_on() -> None:
    dispatch, go, done = Dispatch(patience=0.05), asyncio.Event(), asyncio.Event()

    async def slow() -> int:
        await go.wait()
        done.set()
        return 3

    assert await dispatch.run(1, slow) is None
    go.set()
    await asyncio.wait_for(done.wait(), 5)
    await dispatch.stop()


async def test_calls_about_one_thing_wait_for_each_other_and_no_others() -> None:
    dispatch, go, order = Dispatch(patience=0.05), asyncio.Event(), list[str]()

    async def first() -> None:
        await go.wait()
        order.append("first")

    async def second() -> None:
        order.append("second")

    async def other() -> str:
        return "other"

    await dispatch.run(1, first)
    await dispatch.run(1, second)
    assert await dispatch.run(2, other) == "other"
    assert order == []
    go.set()
    await dispatch.stop()
    assert order == ["first", "second"]


async def test_a_call_is_not_bound_by_the_time_of_who_asked() -> None:
    dispatch = Dispatch()

    async def left() -> float | None:
        return _csot.remaining()

    with pymongo.timeout(5):
        assert await left() is not None
        assert await dispatch.run(1, left) is None


async def test_the_end_waits_for_a_while() -> None:
    dispatch, ended = Dispatch(patience=0.01, grace=0.1), list[str]()

    async def endless() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("cancelled")

    await dispatch.run(1, endless)
    await asyncio.wait_for(dispatch.stop(), 5)
    assert ended == ["cancelled"]
