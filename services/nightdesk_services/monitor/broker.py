"""What the page asks the broker."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import httpx

Document = dict[str, Any]


class BrokerError(Exception):
    """The broker is away or refuses; the message is for people."""


class BrokerClient:
    """The broker's API.

    Parameters
    ----------
    url
        Of the API, without a slash at its end.
    token
        The service's own; what changes something is asked with the person's.
    """

    def __init__(self, url: str, token: str) -> None:
        self._http = httpx.AsyncClient(
            base_url=f"{url}/", timeout=httpx.Timeout(10, connect=2), trust_env=False
        )
        self._token = token

    async def status(self) -> Document:
        """Return counts, rates and workers."""
        return await self._json("GET", "status")

    async def history(self, since: float) -> Document:
        """Return the samples after a Unix time as columns."""
        return await self._json("GET", "history", params={"since": repr(since)})

    async def summary(self, night: str = "") -> Document:
        """Return the summary of a night, or of tonight."""
        return await self._json("GET", "summary", params={"night": night})

    async def quarantine(self, survey: str, kind: str, skip: int, limit: int) -> Document:
        """Return a page of the quarantine."""
        asked = {"survey": survey, "kind": kind, "skip": skip, "limit": limit}
        return await self._json("GET", "quarantine", params=asked)

    async def retry(self, ids: Sequence[str], token: str) -> Document:
        """Send packets again, in a person's name."""
        return await self._json("POST", "quarantine/retry", token=token, json={"ids": list(ids)})

    async def delete(self, ids: Sequence[str], token: str) -> Document:
        """Delete packets, in a person's name."""
        return await self._json("POST", "quarantine/delete", token=token, json={"ids": list(ids)})

    async def payload(self, digest: str, token: str) -> httpx.Response:
        """Return the answer that holds a packet's bytes."""
        return await self._ask("GET", f"quarantine/{digest}/payload", token=token)

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _json(self, method: str, path: str, **how: Any) -> Document:
        answer = await self._ask(method, path, **how)
        data: Document = answer.json()["data"]
        return data

    async def _ask(self, method: str, path: str, token: str = "", **how: Any) -> httpx.Response:
        held = token or self._token
        headers = {"Authorization": f"token {held}"} if held else {}
        try:
            answer = await self._http.request(method, path, headers=headers, **how)
        except httpx.TimeoutException as error:
            raise BrokerError("the broker does not answer in time") from error
        except httpx.TransportError as error:
            raise BrokerError("the broker is not reachable") from error
        if answer.is_success:
            return answer
        try:
            message = str(answer.json()["message"])
        except (ValueError, KeyError, TypeError):
            message = f"the broker answered {answer.status_code}"
        raise BrokerError(message)
