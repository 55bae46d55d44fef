"""Ids of documents are given once, whoever asks at the same time."""

from __future__ import annotations

import asyncio

from tests.services.marshal.conftest import Desk


async def test_ids_are_given_once_even_when_their_counter_is_new(desk: Desk) -> None:
    store = desk.marshal.store
    for attempt in range(20):
        given = await asyncio.gather(*(store.next_id(f"things {attempt}") for _ in range(8)))
        assert len(set(given)) == 8


async def test_many_ids_are_taken_at_once(desk: Desk) -> None:
    store = desk.marshal.store
    first = await store.next_id("rows", 10)
    assert await store.next_id("rows") == first + 10
