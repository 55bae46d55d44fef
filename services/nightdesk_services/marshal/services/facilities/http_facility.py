"""A facility that takes requests as JSON at an address of the allocation."""

from __future__ import annotations

import asyncio
import json
from typing import Final, Literal

import httpx

from nightdesk_services.marshal.access import Document
from nightdesk_services.marshal.encoding import dumps
from nightdesk_services.marshal.services.facilities import forms
from nightdesk_services.marshal.services.facilities.facility import (
    CANCELLED,
    SUBMITTED,
    Endpoint,
    Facility,
    Outcome,
)

Action = Literal["submit", "update", "cancel", "poll"]

_MOST: Final = 64 * 1024
"""Bytes of an answer that are read."""
_LONGEST: Final = 200
"""Characters of a status that are kept."""
_DONE: Final[dict[Action, str | None]] = {
    "submit": SUBMITTED,
    "update": SUBMITTED,
    "cancel": CANCELLED,
    "poll": None,
}
_FAILED: Final[dict[Action, str]] = {
    "submit": "failed to submit",
    "update": "failed to update",
    "cancel": "failed to cancel",
}


class HttpFacility(Facility):
    """Posts ``{"action": ..., "request": ...}``; the answer may name the request's ``status``.

    Parameters
    ----------
    timeout
        Seconds for a whole call.
    """

    def __init__(self, timeout: float = 10.0) -> None:
        self._timeout = timeout

    def form(self, instrument: Document) -> Document:
        """Ask for exposures in the instrument's filters."""
        return forms.imaging(instrument)

    async def submit(self, endpoint: Endpoint, request: Document) -> Outcome:
        """Post the request."""
        return await self._call("submit", endpoint, request)

    async def update(self, endpoint: Endpoint, request: Document) -> Outcome:
        """Post the request as it is now."""
        return await self._call("update", endpoint, request)

    async def cancel(self, endpoint: Endpoint, request: Document) -> Outcome:
        """Post that it is taken back."""
        return await self._call("cancel", endpoint, request)

    async def poll(self, endpoint: Endpoint, request: Document) -> Outcome:
        """Ask for its status; a facility that is away leaves it as it was."""
        return await self._call("poll", endpoint, request)

    async def _call(self, action: Action, endpoint: Endpoint, request: Document) -> Outcome:
        headers = {"Content-Type": "application/json"}
        if endpoint.token:
            headers["Authorization"] = f"Bearer {endpoint.token}"
        body = dumps({"action": action, "request": request})
        try:
            async with asyncio.timeout(self._timeout):
                code, answer = await self._post(endpoint.url, headers, body)
        except (TimeoutError, httpx.TimeoutException):
            return _failure(action, f"the facility did not answer within {self._timeout:g} s")
        # the error's own words may hold the address
        except (httpx.HTTPError, httpx.InvalidURL):
            return _failure(action, "the facility cannot be reached")
        if not 200 <= code < 300:
            return _failure(action, f"the facility answered HTTP {code}", {"status_code": code})
        return Outcome(True, _status(answer) or _DONE[action], {"status_code": code, "content": answer})

    async def _post(self, url: str, headers: dict[str, str], body: str) -> tuple[int, Document]:
        # a redirect would carry the request and its token to where no allocation sent it; so would a proxy
        async with (
            httpx.AsyncClient(timeout=self._timeout, follow_redirects=False, trust_env=False) as client,
            client.stream("POST", url, headers=headers, content=body) as response,
        ):
            content = b""
            async for chunk in response.aiter_bytes():
                content += chunk
                if len(content) > _MOST:
                    return response.status_code, {}
            return response.status_code, _parsed(content)


def _parsed(content: bytes) -> Document:
    try:
        found = json.loads(content, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def _status(answer: Document) -> str | None:
    status = answer.get("status")
    return status.strip()[:_LONGEST] or None if isinstance(status, str) else None


def _failure(action: Action, why: str, response: Document | None = None) -> Outcome:
    what = _FAILED.get(action)
    return Outcome(False, f"{what}: {why}" if what else None, {"error": why} | (response or {}))
