"""A marshal on a free port over the real store, with people who need no hub."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

import httpx
import pytest
from nightdesk.settings import Settings
from nightdesk_services.common.defaults import ensure_defaults
from nightdesk_services.marshal.app import application
from nightdesk_services.marshal.config import MarshalConfig
from nightdesk_services.marshal.factory import Marshal
from pymongo.database import Database
from tornado.httpclient import HTTPRequest
from tornado.httpserver import HTTPServer
from tornado.web import Application
from tornado.websocket import WebSocketClientConnection, websocket_connect

from tests.services.marshal.world import Names
from tests.support.ports import free_ports

Document = dict[str, Any]


@dataclass
class Desk:
    """A running marshal, asked as one of the people."""

    marshal: Marshal
    application: Application
    database: Database[Document]
    url: str
    http: httpx.AsyncClient
    sockets: list[WebSocketClientConnection] = field(default_factory=list)

    async def call(self, who: str, method: str, path: str, body: Any = None, **params: Any) -> httpx.Response:
        headers = {"Authorization": f"token {who}"} if who else {}
        return await self.http.request(method, f"/api/{path}", json=body, params=params, headers=headers)

    async def ok(self, who: str, method: str, path: str, body: Any = None, **params: Any) -> Any:
        response = await self.call(who, method, path, body, **params)
        assert response.status_code == 200, response.text
        envelope = response.json()
        assert envelope["status"] == "success"
        return envelope["data"]

    async def error(
        self, status: int, who: str, method: str, path: str, body: Any = None, **params: Any
    ) -> str:
        response = await self.call(who, method, path, body, **params)
        assert response.status_code == status, response.text
        assert response.json()["status"] == "error"
        return str(response.json()["message"])

    async def listen(self, who: str) -> Events:
        request = HTTPRequest(
            self.url.replace("http", "ws") + "/api/events", headers={"Authorization": f"token {who}"}
        )
        socket = await websocket_connect(request)
        self.sockets.append(socket)
        events = Events(socket)
        assert (await events.next())["type"] == "hello"
        return events


@dataclass
class Events:
    """What one client hears."""

    socket: WebSocketClientConnection

    async def next(self, patience: float = 5) -> Document:
        message = await asyncio.wait_for(self.socket.read_message(), patience)
        assert message is not None, f"closed: {self.socket.close_code} {self.socket.close_reason}"
        found: Document = json.loads(message)
        return found

    async def of(self, kind: str, patience: float = 5) -> Document:
        """Return the next event of a type."""
        async with asyncio.timeout(patience):
            while (message := await self.next(patience))["type"] != kind:
                pass
        return message

    async def silence(self, *, but: str = "", seconds: float = 0.7) -> None:
        """Fail if anything is said, but for events of a type."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while (message := await self.next(seconds))["type"] == but:
                    pass
                raise AssertionError(message)


@pytest.fixture
async def desk(settings: Settings, database: Database[Document]) -> AsyncIterator[Desk]:
    """A running marshal over an empty desk: streams, one group, two filters."""
    ensure_defaults(database)
    config = replace(MarshalConfig(settings), store_timeout=3.0, token_cache=1)
    marshal = Marshal.create(config, Names())
    await marshal.prepare()
    marshal.events.start()
    await asyncio.wait_for(marshal.changes.listening.wait(), 10)
    served = application(marshal)
    server = HTTPServer(served)
    (port,) = free_ports(1)
    server.listen(port, "127.0.0.1")
    url = f"http://127.0.0.1:{port}{config.prefix}".rstrip("/")
    async with httpx.AsyncClient(base_url=url, timeout=30) as http:
        running = Desk(marshal, served, database, url, http)
        yield running
        for socket in running.sockets:
            socket.close()
    server.stop()
    await marshal.close()
    await server.close_all_connections()


@pytest.fixture
async def club(desk: Desk) -> int:
    """A group of Ana and Ben; Cleo is not in it."""
    for name in ("ana", "ben", "cleo"):
        await desk.ok(name, "GET", "internal/profile")
    group_id = (await desk.ok("ana", "POST", "groups", {"name": "Club", "private": True}))["id"]
    await desk.ok("ana", "POST", f"groups/{group_id}/users", {"username": "ben"})
    return int(group_id)
