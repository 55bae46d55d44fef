"""Values are read once for all who ask, and kept if there is one."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest
from nightdesk_services.marshal.storage.once import Once


class Reader:
    """Returns lengths of words; of an empty one there is none, and `bad` cannot be read."""

    def __init__(self) -> None:
        self.read: list[str] = []
        self.go = asyncio.Event()
        self.go.set()

    async def __call__(self, key: str) -> int | None:
        self.read.append(key)
        await self.go.wait()
        if key == "bad":
            raise OSError(key)
        return len(key) or None


async def test_those_who_ask_at_once_share_one_reading() -> None:
    reader = Reader()
    once = Once(reader, 4)
    assert await asyncio.gather(*(once.of("abc") for _ in range(3))) == [3, 3, 3]
    assert await once.of("abc") == 3
    assert reader.read == ["abc"]


async def test_nothing_and_errors_are_asked_for_again() -> None:
    reader = Reader()
    once = Once(reader, 4)
    for _ in range(2):
        assert await once.of("") is None
        with pytest.raises(OSError, match="bad"):
            await once.of("bad")
    assert reader.read == ["", "bad", "", "bad"]


async def test_what_was_asked_for_last_is_kept() -> None:
    reader = Reader()
    once = Once(reader, 2)
    for key in ("a", "b", "a", "c", "a", "b"):
        await once.of(key)
    assert reader.read == ["a", "b", "c", "b"]


async def test_who_gives_up_takes_nobody_along() -> None:
    reader = Reader()
    reader.go.clear()
    once = Once(reader, 2)
    leaving, staying = (asyncio.create_task(once.of("abc")) for _ in range(2))
    await asyncio.sleep(0)
    leaving.cancel()
    with suppress(asyncio.CancelledError):
        await leaving
    reader.go.set()
    assert await staying == 3
    assert reader.read == ["abc"]
