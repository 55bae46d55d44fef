"""Requests to an application without a socket between, for tests that make thousands."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Any

from tornado.httputil import (
    HTTPConnection,
    HTTPHeaders,
    HTTPServerRequest,
    RequestStartLine,
    ResponseStartLine,
)
from tornado.web import Application


@dataclass
class Answer:
    """What a handler said."""

    status: int
    headers: HTTPHeaders
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8", "replace")


class _Connection(HTTPConnection):
    """Keeps what is written."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.status = 0
        self.headers = HTTPHeaders()
        self.finished: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.context = self

    remote_ip, protocol, _orig_protocol = "127.0.0.1", "http", "http"

    def write_headers(
        self, start_line: Any, headers: HTTPHeaders, chunk: bytes | None = None
    ) -> asyncio.Future[None]:
        assert isinstance(start_line, ResponseStartLine)
        self.status, self.headers = start_line.code, headers
        return self.write(chunk or b"")

    def write(self, chunk: bytes) -> asyncio.Future[None]:
        self.written.append(chunk)
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        done.set_result(None)
        return done

    def finish(self) -> None:
        self.finished.set_result(None)

    def set_close_callback(self, callback: Any) -> None:
        """Nothing: nobody hangs up here."""


async def ask(
    application: Application, token: str, method: str, address: str, body: Any = None, query: str = ""
) -> Answer:
    """Ask as the owner of a token, nobody if it is empty."""
    connection = _Connection()
    uri = f"{application.settings['marshal'].config.prefix}api/{address}"
    headers = HTTPHeaders({"Host": "test"} | ({"Authorization": f"token {token}"} if token else {}))
    request = HTTPServerRequest(
        connection=connection,
        start_line=RequestStartLine(method, uri + (f"?{query}" if query else ""), "HTTP/1.1"),
        headers=headers,
        body=b"" if body is None else json.dumps(body).encode(),
    )
    application.find_handler(request).execute()
    await asyncio.wait_for(connection.finished, 30)
    return Answer(connection.status, connection.headers, b"".join(connection.written))
