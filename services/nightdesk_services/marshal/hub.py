"""JupyterHub's own API, as the marshal may use it: who there is, and in which groups."""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

import httpx

from nightdesk_services.marshal.exceptions import Unavailable

_PAGE: Final = 200
_PAGED: Final = "application/jupyterhub-pagination+json"


@dataclass(frozen=True)
class HubUser:
    """What the hub says of a user."""

    admin: bool
    roles: frozenset[str]


class HubApi:
    """The hub, asked with the service's own token.

    Parameters
    ----------
    url
        Of the API, as in ``JUPYTERHUB_API_URL``.
    timeout
        Longest wait for an answer [s].
    """

    def __init__(self, url: str, token: str, timeout: float = 5.0) -> None:
        self._http = httpx.AsyncClient(
            base_url=url, headers={"Authorization": f"token {token}", "Accept": _PAGED}, timeout=timeout
        )

    @classmethod
    def from_environment(cls, timeout: float) -> HubApi | None:
        """Return the hub that started this process, None if none did."""
        url, token = os.environ.get("JUPYTERHUB_API_URL"), os.environ.get("JUPYTERHUB_API_TOKEN")
        return cls(url, token, timeout) if url and token else None

    async def users(self) -> dict[str, HubUser]:
        """Return all users by name."""
        return {
            one["name"]: HubUser(bool(one.get("admin")), frozenset(one.get("roles") or ()))
            for one in await self._all("/users")
        }

    async def groups(self) -> dict[str, frozenset[str]]:
        """Return the members of all groups by name."""
        return {one["name"]: frozenset(one.get("users") or ()) for one in await self._all("/groups")}

    async def create(self, group: str) -> None:
        """Make a group."""
        await self._ask("POST", f"/groups/{quote(group, safe='')}", {})

    async def delete(self, group: str) -> None:
        """Remove a group."""
        await self._ask("DELETE", f"/groups/{quote(group, safe='')}")

    async def add(self, group: str, users: Collection[str]) -> None:
        """Take users into a group."""
        await self._ask("POST", f"/groups/{quote(group, safe='')}/users", {"users": sorted(users)})

    async def remove(self, group: str, users: Collection[str]) -> None:
        """Take users out of a group."""
        await self._ask("DELETE", f"/groups/{quote(group, safe='')}/users", {"users": sorted(users)})

    async def close(self) -> None:
        """End all connections."""
        await self._http.aclose()

    async def _all(self, path: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        while True:
            answer = (await self._ask("GET", f"{path}?offset={len(found)}&limit={_PAGE}")).json()
            found += answer["items"]
            if not answer["items"] or answer["_pagination"]["next"] is None:
                return found

    async def _ask(self, method: str, path: str, body: Any = None) -> httpx.Response:
        try:
            answer = await self._http.request(method, path, json=body)
            answer.raise_for_status()
        except httpx.HTTPError as error:
            raise Unavailable(f"the hub does not {method} {path.partition('?')[0]}: {error}") from error
        return answer
