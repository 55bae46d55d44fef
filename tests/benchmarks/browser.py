"""Requests as a browser sends them: a page's at once, each over a connection of its own."""

from __future__ import annotations

import http.client
import time
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any
from urllib.parse import urlencode, urlsplit

Request = tuple[str, Mapping[str, Any]]
"""Path and query."""


class Browser:
    """Connections that stay open; whoever asks does next to nothing, so what is timed is the server."""

    def __init__(self, url: str, headers: Mapping[str, str], connections: int = 6) -> None:
        address = urlsplit(url)
        assert address.hostname is not None
        self._path = address.path
        self._headers = {**headers, "Accept-Encoding": "gzip"}
        self._connections = [
            http.client.HTTPConnection(address.hostname, address.port, timeout=60) for _ in range(connections)
        ]

    def __enter__(self) -> Browser:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        for connection in self._connections:
            connection.close()

    def took(self, requests: Sequence[Request]) -> float:
        """Return after how many seconds all of some requests, one for each connection, are answered."""
        began = time.perf_counter()
        used = self._connections[: len(requests)]
        for connection, (path, query) in zip(used, requests, strict=True):
            connection.request("GET", f"{self._path}{path}?{urlencode(query)}", headers=self._headers)
        for connection, (path, _) in zip(used, requests, strict=True):
            answer = connection.getresponse()
            body = answer.read()
            assert answer.status == http.client.OK, (path, answer.status, body[:200])
        return time.perf_counter() - began
