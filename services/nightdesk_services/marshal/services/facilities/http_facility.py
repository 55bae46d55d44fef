"""A facility that takes requests as JSON at an address of the allocation."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime
from typing import Any, ClassVar, Final, Literal

import httpx

from nightdesk_services.marshal.access import Document
from nightdesk_services.marshal.encoding import dumps
from nightdesk_services.marshal.services.facilities import forms
from nightdesk_services.marshal.services.facilities.facility import (
    CANCELLED,
    SUBMITTED,
    Ability,
    Endpoint,
    Facility,
    Outcome,
)
from nightdesk_services.marshal.services.facilities.links import links_in

Action = Literal["submit", "update", "cancel", "poll", "log"]

_MOST: Final = 64 * 1024
"""Bytes of an answer that are read."""
_MOST_LOG: Final = 4 * 1024 * 1024
_LONGEST: Final = 200
"""Characters of a status that are kept."""
_SECRET: Final = 4
"""Letters from which on a token is looked for in an answer; a shorter one would stand there by chance."""
_AWAY: Final = "the facility cannot be reached"
_DONE: Final[dict[Action, str | None]] = {
    "submit": SUBMITTED,
    "update": SUBMITTED,
    "cancel": CANCELLED,
    "poll": None,
    "log": None,
}
_FAILED: Final[dict[Action, str]] = {
    "submit": "failed to submit",
    "update": "failed to update",
    "cancel": "failed to cancel",
}


class HttpFacility(Facility):
    """Posts ``{"action": ..., "request": ...}``.

    The answer may name the request's ``status``, and in ``photometry`` and ``spectra`` where its data are.

    Parameters
    ----------
    timeout
        Seconds for a whole call.
    """

    abilities: ClassVar[frozenset[Ability]] = frozenset(
        {"submit", "update", "delete", "retrieve", "retrieve_log"}
    )

    def __init__(self, timeout: float = 10.0) -> None:
        self._timeout = timeout

    def form(self, instrument: Document) -> Document:
        """Ask for exposures in the instrument's filters."""
        return forms.imaging(instrument)

    async def submit(self, endpoint: Endpoint, request: Document) -> Outcome:
        """Post the request."""
        return await self._call("submit", endpoint, {"request": request})

    async def update(self, endpoint: Endpoint, request: Document) -> Outcome:
        """Post the request as it is now."""
        return await self._call("update", endpoint, {"request": request})

    async def cancel(self, endpoint: Endpoint, request: Document) -> Outcome:
        """Post that it is taken back."""
        return await self._call("cancel", endpoint, {"request": request})

    async def poll(self, endpoint: Endpoint, request: Document) -> Outcome:
        """Ask for its status and data; a facility that is away leaves them as they were."""
        return await self._call("poll", endpoint, {"request": request})

    async def log(self, endpoint: Endpoint, start: datetime, end: datetime) -> Outcome:
        """Ask for the log of a span of time."""
        return await self._call("log", endpoint, {"start_date": start, "end_date": end})

    async def _call(self, action: Action, endpoint: Endpoint, about: Document) -> Outcome:
        headers = {"Content-Type": "application/json"}
        if endpoint.token:
            headers["Authorization"] = f"Bearer {endpoint.token}"
        body = dumps({"action": action} | about)
        most = _MOST_LOG if action == "log" else _MOST
        try:
            async with asyncio.timeout(self._timeout):
                code, answer = await self._post(endpoint.url, headers, body, most)
        # the error's own words may hold the address
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol, httpx.InvalidURL):
            return _failure(action, _AWAY)
        except (TimeoutError, httpx.TimeoutException):
            why = f"the facility did not answer within {self._timeout:g} s"
            return _failure(action, why, uncertain=True)
        except httpx.HTTPError:
            return _failure(action, _AWAY, uncertain=True)
        if not 200 <= code < 300:
            return _failure(action, f"the facility answered HTTP {code}", {"status_code": code})
        answer = _without(answer, endpoint.token)
        response = {"status_code": code, "content": answer}
        return Outcome(True, _status(answer) or _DONE[action], response, links_in(answer))

    async def _post(self, url: str, headers: dict[str, str], body: str, most: int) -> tuple[int, Document]:
        # a redirect would carry the request and its token to where no allocation sent it; so would a proxy
        async with (
            httpx.AsyncClient(timeout=self._timeout, follow_redirects=False, trust_env=False) as client,
            client.stream("POST", url, headers=headers, content=body) as response,
        ):
            content = b""
            async for chunk in response.aiter_bytes():
                content += chunk
                if len(content) > most:
                    return response.status_code, {}
            return response.status_code, _parsed(content)


def _parsed(content: bytes) -> Document:
    try:
        found = json.loads(content, parse_constant=_refuse)
        # what cannot be stored is no answer either: halves of a letter, numbers without end
        json.dumps(found, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def _without(value: Any, token: str) -> Any:
    """Return an answer in which a token that was sent does not stand."""
    if len(token) < _SECRET:
        return value
    if isinstance(value, str):
        return value.replace(token, "***")
    if isinstance(value, list):
        return [_without(one, token) for one in value]
    if isinstance(value, dict):
        return {key.replace(token, "***"): _without(one, token) for key, one in value.items()}
    return value


def _status(answer: Document) -> str | None:
    status = answer.get("status")
    return status.strip()[:_LONGEST] or None if isinstance(status, str) else None


def _failure(
    action: Action, why: str, response: Document | None = None, *, uncertain: bool = False
) -> Outcome:
    what = _FAILED.get(action)
    status = f"{what}: {why}" if what else None
    return Outcome(False, status, {"error": why} | (response or {}), uncertain=uncertain)
