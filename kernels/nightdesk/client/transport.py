"""HTTP to the marshal: the envelope taken off, every failure turned into a message that helps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx

from nightdesk.client.errors import (
    ForbiddenError,
    NightdeskError,
    NotFoundError,
    RequestError,
    TokenError,
    UnreachableError,
)

_WHERE_FROM = (
    "Inside a Nightdesk server the token is there by itself: restart your server (File > Hub Control Panel). "
    "Elsewhere, make one on the hub's Token page and pass it: nightdesk.connect(url, token=...)"
)


class Transport:
    """One connection pool to the marshal; safe to use from several threads."""

    def __init__(
        self, url: str, token: str, *, timeout: float = 30.0, transport: httpx.BaseTransport | None = None
    ) -> None:
        self.url = url.rstrip("/")
        self._http = httpx.Client(
            base_url=self.url,
            headers={"Authorization": f"token {token}"},
            timeout=httpx.Timeout(timeout, connect=5.0),
            transport=transport,
        )

    def close(self) -> None:
        """Close all connections."""
        self._http.close()

    def get(self, path: str, **params: Any) -> Any:
        """Return the data of a GET; parameters that are None are left out."""
        return self._data("GET", path, params=params)

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """Return the data of a POST."""
        return self._data("POST", path, json=body)

    def put(self, path: str, body: Mapping[str, Any]) -> Any:
        """Return the data of a PUT."""
        return self._data("PUT", path, json=body)

    def patch(self, path: str, body: Mapping[str, Any]) -> Any:
        """Return the data of a PATCH."""
        return self._data("PATCH", path, json=body)

    def delete(self, path: str, **params: Any) -> Any:
        """Return the data of a DELETE."""
        return self._data("DELETE", path, params=params)

    def content(self, path: str, **params: Any) -> bytes:
        """Return the body of a GET as it is, for images and files."""
        return self._send("GET", path, params=params).content

    def _data(self, method: str, path: str, **more: Any) -> Any:
        answer = self._send(method, path, **more)
        try:
            envelope = answer.json()
            return envelope.get("data")
        except (ValueError, AttributeError) as error:
            msg = f"{answer.request.url} answered, but not as a marshal does. Is this the marshal's URL?"
            raise UnreachableError(msg) from error

    def _send(
        self, method: str, path: str, params: Mapping[str, Any] | None = None, json: Any = None
    ) -> httpx.Response:
        given = {key: value for key, value in (params or {}).items() if value is not None}
        try:
            answer = self._http.request(method, path, params=given, json=json)
        except httpx.TimeoutException as error:
            msg = f"The marshal at {self.url} took too long over {method} {path}. Try again, or ask for less."
            raise UnreachableError(msg) from error
        except httpx.TransportError as error:
            msg = (
                f"The marshal at {self.url} does not answer ({error}). Is the platform up? "
                "'nightdesk status' tells, 'nightdesk logs marshal' says why not."
            )
            raise UnreachableError(msg) from error
        if answer.is_success:
            return answer
        raise _error(answer)


def _error(answer: httpx.Response) -> NightdeskError:
    said = _message(answer)
    if answer.status_code == 401:
        return TokenError(f"The hub does not accept this token. {_WHERE_FROM}")
    if answer.status_code == 403:
        return ForbiddenError(
            f"You may not do this: {said} An admin of the hub grants scopes by role; "
            "an admin of a group adds you to it."
        )
    if answer.status_code == 404:
        return NotFoundError(said)
    if answer.status_code < 500:
        return RequestError(said)
    return UnreachableError(
        f"The marshal failed over {answer.request.method} {answer.request.url.path} "
        f"({answer.status_code}): {said} 'nightdesk logs marshal' has the details."
    )


def _message(answer: httpx.Response) -> str:
    try:
        said = str(answer.json()["message"]).strip()
    except (ValueError, KeyError, TypeError):
        said = ""
    said = said or f"{answer.status_code} {answer.reason_phrase} for {answer.request.url.path}"
    return said if said.endswith((".", "!", "?")) else f"{said}."
