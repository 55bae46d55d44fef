"""What several ask at about the same time is one question, and everybody gets their own answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import pymongo
import pytest
from nightdesk_services.marshal.storage.together import Together
from pymongo import AsyncMongoClient, monitoring
from pymongo.errors import OperationFailure, PyMongoError

from tests.services.marshal.conftest import Desk

MEGABYTE = 1024 * 1024


class Commands(monitoring.CommandListener):
    """The commands that were sent to the store."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        self.sent.append(event.command_name)

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None: ...

    def failed(self, event: monitoring.CommandFailedEvent) -> None: ...


class Asked:
    """A `Together` on some collections of things, and what it sends."""

    def __init__(self, desk: Desk, commands: Commands) -> None:
        self.client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(
            desk.marshal.config.settings.store, event_listeners=[commands]
        )
        self.database = self.client[desk.marshal.config.settings.store_name]
        self.together = Together(self.database)
        self._commands = commands

    def sent(self) -> list[str]:
        """Return what was sent since this was asked last."""
        sent, self._commands.sent = self._commands.sent, []
        return sent

    async def among(self, collection: str, field: str, *keys: Any) -> list[Any]:
        """Return the ids of what is found."""
        return sorted(one["_id"] for one in await self.together.among(collection, field, keys))


@pytest.fixture
async def asked(desk: Desk) -> AsyncIterator[Asked]:
    made = Asked(desk, Commands())
    stars = [{"_id": i, "of": f"o{i % 4}", "also": [i, i + 1]} for i in range(12)]
    await made.database["stars"].insert_many(stars)
    await made.database["moons"].insert_many([{"_id": f"m{i}", "of": f"o{i}"} for i in range(40)])
    made.sent()
    yield made
    await made.client.close()


async def test_what_is_asked_at_once_is_one_question(asked: Asked) -> None:
    stars, moons, holders, none, nothing = await asyncio.gather(
        asked.among("stars", "of", "o1", "o2"),
        asked.among("moons", "_id", "m3"),
        asked.among("stars", "also", 5),
        asked.among("moons", "of", "elsewhere"),
        asked.among("no such collection", "of", "o1"),
    )
    assert asked.sent() == ["aggregate"]
    assert stars == [1, 2, 5, 6, 9, 10]
    assert (moons, holders, none, nothing) == (["m3"], [4, 5], [], [])


async def test_parts_of_parts_go_along(asked: Asked) -> None:
    async def both() -> list[list[Any]]:
        return await asyncio.gather(asked.among("stars", "_id", 1), asked.among("stars", "_id", 2))

    assert await asyncio.gather(asked.among("moons", "_id", "m1"), both()) == [["m1"], [[1], [2]]]
    assert asked.sent() == ["aggregate"]


async def test_documents_are_whole_whoever_goes_along(asked: Asked) -> None:
    alone = await asked.together.among("stars", "_id", [3])
    assert asked.sent() == ["find"]
    beside, _ = await asyncio.gather(
        asked.together.among("stars", "_id", [3]), asked.together.among("moons", "_id", ["m1"])
    )
    assert alone == beside == [{"_id": 3, "of": "o3", "also": [3, 4]}]
    assert [*(await asked.together.among("stars", "_id", [3], ["of"]))[0]] == ["_id", "of"]


async def test_nobody_is_asked_for_nothing(asked: Asked) -> None:
    assert await asked.among("stars", "of") == []
    assert asked.sent() == []


async def test_many_keys_are_asked_for_by_themselves(asked: Asked) -> None:
    names = [f"m{i}" for i in range(2000)]
    moons, stars, one = await asyncio.gather(
        asked.among("moons", "_id", *names), asked.among("stars", "_id", 1), asked.among("stars", "_id", 2)
    )
    assert moons == sorted(names[:40])
    assert (stars, one) == ([1], [2])
    assert sorted(asked.sent()) == ["aggregate", "find", "find"]


async def test_answers_that_are_too_large_together_come_one_by_one(asked: Asked) -> None:
    for i in range(3):
        await asked.database["files"].insert_one({"_id": i, "body": b"x" * 7 * MEGABYTE})
    files, star = await asyncio.gather(asked.among("files", "_id", 0, 1, 2), asked.among("stars", "_id", 1))
    assert (files, star) == ([0, 1, 2], [1])


async def test_whose_question_cannot_be_answered_is_told_and_nobody_else(asked: Asked) -> None:
    bad, star = await asyncio.gather(
        asked.among("stars", "$no", 1), asked.among("stars", "_id", 1), return_exceptions=True
    )
    # a store that takes any name of a field finds nothing
    assert isinstance(bad, OperationFailure) or bad == []
    assert star == [1]


async def test_who_gives_up_takes_nobody_along(asked: Asked) -> None:
    leaving = asyncio.create_task(asked.among("stars", "_id", 1))
    staying = asyncio.create_task(asked.among("stars", "_id", 2))
    await asyncio.sleep(0)
    leaving.cancel()
    assert await staying == [2]
    with suppress(asyncio.CancelledError):
        await leaving
    assert leaving.cancelled()


async def test_waiting_for_the_store_is_bounded(asked: Asked) -> None:
    with pymongo.timeout(1e-6), pytest.raises(PyMongoError) as raised:
        await asyncio.gather(asked.among("stars", "_id", 1), asked.among("moons", "_id", "m1"))
    assert raised.value.timeout
    assert await asked.among("stars", "_id", 1) == [1]
