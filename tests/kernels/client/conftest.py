"""A real marshal over the real store, in a thread of its own, with a simulated night in it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from nightdesk import Desk
from nightdesk.settings import Settings
from nightdesk_services.common.defaults import ensure_defaults
from nightdesk_services.marshal.app import application
from nightdesk_services.marshal.config import MarshalConfig
from nightdesk_services.marshal.factory import Marshal
from pymongo.database import Database
from tornado.httpserver import HTTPServer

from tests.services.marshal.world import Names, fill
from tests.support.ports import free_ports


@pytest.fixture
def night(database: Database[dict[str, Any]]) -> list[dict[str, Any]]:
    """Candidates of a simulated ZTF night in the store."""
    ensure_defaults(database)
    return fill(database, "ZTF")


@pytest.fixture
def marshal_url(settings: Settings, night: list[dict[str, Any]]) -> Iterator[str]:
    """URL of a running marshal; a token is a person's name."""
    (port,) = free_ports(1)
    config = MarshalConfig(settings, port=port)
    ready, stop = threading.Event(), asyncio.Event()
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        marshal = Marshal.create(config, Names())
        await marshal.prepare()
        server = HTTPServer(application(marshal))
        server.listen(port, "127.0.0.1")
        ready.set()
        await stop.wait()
        server.stop()
        await marshal.close()
        await server.close_all_connections()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),), daemon=True)
    thread.start()
    assert ready.wait(30)
    yield f"http://127.0.0.1:{port}/services/marshal"
    loop.call_soon_threadsafe(stop.set)
    thread.join(20)
    loop.close()


@pytest.fixture
def ana(marshal_url: str) -> Desk:
    """Ana's desk."""
    return Desk(marshal_url, "ana")


@pytest.fixture
def ben(marshal_url: str) -> Desk:
    """Ben's desk."""
    return Desk(marshal_url, "ben")
