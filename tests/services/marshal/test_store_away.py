"""A store that is killed and comes back."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pymongo import MongoClient

from tests.services.marshal.conftest import Desk
from tests.services.marshal.world import fill
from tests.support.servers import RunningServer, running


@pytest.fixture
def own_store(tmp_path: Path) -> Iterator[RunningServer]:
    """A store that this test may kill."""
    with running("store", tmp_path / "own") as server:
        yield server


@pytest.fixture
def store_uri(own_store: RunningServer) -> str:
    return own_store.server.settings.store


@pytest.mark.real
async def test_requests_say_so_and_events_go_on(desk: Desk, own_store: RunningServer, store_uri: str) -> None:
    obj_id = fill(desk.database, "ZTF")[0]["objectId"]
    ben = await desk.listen("ben")
    path = f"sources/{obj_id}/comments"
    await desk.ok("ana", "POST", path, {"text": "before"})
    assert (await ben.of("comment"))["data"]["text"] == "before"

    own_store.kill()
    for who, method, target, body in (
        ("ana", "GET", "candidates", None),
        ("ana", "POST", path, {"text": "lost"}),
        ("ana", "GET", path, None),
    ):
        begun = time.monotonic()
        assert "store" in await desk.error(503, who, method, target, body)
        assert time.monotonic() - begun < 6
    assert (await desk.http.get("/health")).status_code == 503

    await asyncio.to_thread(own_store.start)
    with MongoClient(store_uri, journal=True) as client:
        # written before the marshal has come back to the store: only a resumed stream tells of it
        client[desk.database.name]["comments"].insert_one(
            {
                "_id": 999,
                "obj_id": obj_id,
                "text": "meanwhile",
                "author": {"id": 1, "username": "x"},
                "group_ids": [1],
            }
        )
    assert (await ben.of("comment", 30))["data"]["text"] == "meanwhile"
    await desk.ok("ana", "POST", path, {"text": "after"})
    assert (await ben.of("comment", 10))["data"]["text"] == "after"
    assert [c["text"] for c in await desk.ok("ben", "GET", path)] == ["before", "after", "meanwhile"]
    assert (await desk.http.get("/health")).status_code == 200
