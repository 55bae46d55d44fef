"""The way to the marshal: one pooled HTTP client that adds the user's hub token."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest, HTTPResponse
from tornado.simple_httpclient import HTTPStreamClosedError, HTTPTimeoutError, SimpleAsyncHTTPClient
from tornado.websocket import WebSocketClientConnection, websocket_connect

CONNECT_SECONDS = 5.0
REQUEST_SECONDS = 60.0
MAX_BODY = 64 * 1024 * 1024
MAX_MESSAGE = 8 * 1024 * 1024
CONNECTIONS = 32

UP = frozenset({"Accept", "Accept-Language", "Content-Type", "If-Modified-Since", "If-None-Match"})
"""Headers that go to the marshal; never cookies, never the browser's own authorization."""

DOWN = frozenset(
    {"Cache-Control", "Content-Disposition", "Content-Type", "Etag", "Last-Modified", "Retry-After"}
)
"""Headers that come back."""


class MarshalUnavailableError(Exception):
    """The marshal cannot answer now."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Marshal:
    """Where the marshal is, and how this user proves who they are."""

    url: str
    """Base such as ``http://127.0.0.1:8111/services/marshal``; empty if not configured."""
    token: str = field(repr=False)
    """The hub token of the single-user server."""

    @classmethod
    def from_environment(cls) -> Marshal:
        """Read ``NIGHTDESK_MARSHAL_URL`` and ``JUPYTERHUB_API_TOKEN``."""
        return cls(
            os.environ.get("NIGHTDESK_MARSHAL_URL", "").rstrip("/"),
            os.environ.get("JUPYTERHUB_API_TOKEN", ""),
        )

    def address(self, path: str, query: str = "") -> str:
        """Return the URL of an API path.

        Raises
        ------
        MarshalUnavailableError
            If no marshal is configured, or the path leaves the API.
        """
        if not self.url:
            raise MarshalUnavailableError(503, "No marshal is configured: NIGHTDESK_MARSHAL_URL is not set")
        if any(part in (".", "..") for part in path.split("/")):
            raise MarshalUnavailableError(404, "No such address")
        return f"{self.url}/api/{quote(path)}" + (f"?{query}" if query else "")

    async def fetch(
        self,
        path: str,
        *,
        method: str = "GET",
        query: str = "",
        body: bytes | None = None,
        headers: Any = None,
    ) -> HTTPResponse:
        """Ask the marshal; an error status of its own is an answer like any other.

        Raises
        ------
        MarshalUnavailableError
            If it cannot be reached (503), answers nonsense (502) or not in time (504).
        """
        request = HTTPRequest(
            self.address(path, query),
            method=method,
            headers={**(headers or {}), **self._authorization()},
            body=body,
            allow_nonstandard_methods=True,
            connect_timeout=CONNECT_SECONDS,
            request_timeout=REQUEST_SECONDS,
            follow_redirects=False,
            decompress_response=True,
        )
        try:
            return await self._client().fetch(request, raise_error=False)
        except HTTPTimeoutError as error:
            raise MarshalUnavailableError(504, "The marshal did not answer in time. Try again.") from error
        except HTTPStreamClosedError as error:
            raise MarshalUnavailableError(502, "The marshal broke off its answer. Try again.") from error
        except (OSError, HTTPClientError) as error:
            raise MarshalUnavailableError(
                503, "The marshal cannot be reached. It may be restarting; the desk tries again by itself."
            ) from error

    async def events(self) -> WebSocketClientConnection:
        """Open the stream of events.

        Raises
        ------
        MarshalUnavailableError
            If it cannot be opened.
        """
        address = "ws" + self.address("events").removeprefix("http")
        request = HTTPRequest(address, headers=self._authorization(), connect_timeout=CONNECT_SECONDS)
        try:
            return await websocket_connect(
                request, ping_interval=20, ping_timeout=20, max_message_size=MAX_MESSAGE
            )
        except HTTPClientError as error:
            raise MarshalUnavailableError(error.code, f"No live connection: {error}") from error
        except (OSError, TimeoutError) as error:
            raise MarshalUnavailableError(503, "The marshal cannot be reached") from error

    def _authorization(self) -> dict[str, str]:
        return {"Authorization": f"token {self.token}"} if self.token else {}

    @staticmethod
    def _client() -> AsyncHTTPClient:
        # The shared default allows ten connections; a page of cards asks for more at once.
        global _CLIENT  # noqa: PLW0603
        if _CLIENT is None:
            _CLIENT = SimpleAsyncHTTPClient(
                force_instance=True, max_clients=CONNECTIONS, max_buffer_size=MAX_BODY, max_body_size=MAX_BODY
            )
        return _CLIENT


_CLIENT: AsyncHTTPClient | None = None
