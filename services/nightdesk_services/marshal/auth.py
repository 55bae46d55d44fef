"""Whom a token belongs to: the hub says, and its word is trusted for some seconds; our own we know."""

from __future__ import annotations

import asyncio
from typing import Any, Protocol

from jupyterhub.services.auth import HubAuth
from nightdesk.scopes import custom_scopes
from tornado.web import HTTPError

from nightdesk_services.marshal.access import Identity
from nightdesk_services.marshal.config import MarshalConfig
from nightdesk_services.marshal.exceptions import Unavailable
from nightdesk_services.marshal.services.tokens import PREFIX, TokenService
from nightdesk_services.marshal.storage.store import Store


class Authenticator(Protocol):
    """Knows the owner of a token."""

    async def identify(self, token: str) -> Identity | None:
        """Return the owner, None if nobody's."""
        ...


class HubAuthenticator:
    """Asks JupyterHub; address and own token come from the ``JUPYTERHUB_*`` environment."""

    def __init__(self, config: MarshalConfig, **hub: Any) -> None:
        self._hub = HubAuth(cache_max_age=config.token_cache, **hub)
        self._timeout = config.hub_timeout
        self._asking: dict[str, asyncio.Task[Identity | None]] = {}

    async def identify(self, token: str) -> Identity | None:
        """Return the owner of a token, None if nobody's.

        Raises
        ------
        Unavailable
            If the hub does not answer in time.
        """
        # A page opens with dozens of requests at once: the hub is asked once.
        task = self._asking.get(token)
        if task is None:
            task = self._asking[token] = asyncio.create_task(self._ask(token))
            task.add_done_callback(lambda _: self._asking.pop(token, None))
        return await asyncio.shield(task)

    async def _ask(self, token: str) -> Identity | None:
        try:
            model = await asyncio.wait_for(self._hub.user_for_token(token, sync=False), self._timeout)
        except (HTTPError, TimeoutError, OSError) as error:
            raise Unavailable("the hub does not answer, so nobody can be identified now") from error
        if model is None:
            return None
        held = frozenset(name for name in custom_scopes() if self._hub.check_scopes({name}, model))
        return Identity(
            name=model["name"],
            admin=bool(model.get("admin")),
            scopes=held,
            kind="service" if model.get("kind") == "service" else "user",
            token_id=str(model.get("token_id") or ""),
            groups=frozenset(model["groups"]) if "groups" in model else None,
        )


class TokenAuthenticator:
    """Takes the marshal's own tokens too; all others are the hub's to know."""

    def __init__(self, hub: Authenticator, tokens: TokenService, store: Store) -> None:
        self._hub = hub
        self._tokens = tokens
        self._store = store

    async def identify(self, token: str) -> Identity | None:
        """Return the owner of a token, None if nobody's."""
        if not token.startswith(PREFIX):
            return await self._hub.identify(token)
        with self._store.bounded():
            return await self._tokens.identify(token)


def bare_token(header: str) -> str:
    """Return the token of an Authorization header that may lack its scheme; empty if there is none."""
    scheme, _, token = header.strip().partition(" ")
    if not token:
        return scheme
    return token.strip() if scheme.lower() in ("token", "bearer") else ""
