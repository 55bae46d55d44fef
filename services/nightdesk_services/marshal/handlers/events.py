"""The WebSocket over which the marshal tells what changes."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import Any

from nightdesk.scopes import scope
from pydantic import ValidationError
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from nightdesk_services.marshal.access import Document, Identity
from nightdesk_services.marshal.encoding import dumps
from nightdesk_services.marshal.exceptions import MarshalError, Unavailable
from nightdesk_services.marshal.handlers.base import Secured, declared
from nightdesk_services.marshal.handlers.routes import Routes
from nightdesk_services.marshal.models.looking import Looking
from nightdesk_services.marshal.storage.store import now

log = logging.getLogger(__name__)

TOO_SLOW, RESTART, NO_LONGER = 1013, 1012, 4401
"""Close codes: come again and read anew (two reasons), and: the token is good no more."""


class Events(Secured, WebSocketHandler):
    """One listening client."""

    identity: Identity

    async def prepare(self) -> None:
        """Check the token before anything else."""
        await super().prepare()

    def check_origin(self, origin: str) -> bool:
        """Let every page try: a token in a header is needed, which no foreign page can send."""
        return True

    @declared(scope("candidates", "read"))
    async def get(self, *args: Any, **kwargs: Any) -> None:
        """Upgrade; not bounded by the store's patience, this runs as long as the connection."""
        await WebSocketHandler.get(self, *args, **kwargs)

    def open(self, *args: str, **kwargs: str) -> None:
        """Say hello, and listen from now on."""
        self.identity = self.access.identity
        self._waiting: asyncio.Queue[Document] = asyncio.Queue(self.marshal.config.push_queue)
        self.send({"type": "hello", "user": self.access.author, "at": now()})
        self.marshal.events.add(self)
        self._tasks = [asyncio.create_task(self._write()), asyncio.create_task(self._check())]

    async def on_message(self, message: str | bytes) -> None:
        """Take which objects the client looks at: ``{"type": "looking", "obj_ids": [...]}``."""
        try:
            looking = Looking.model_validate_json(message)
        except ValidationError:
            # a sign of life, or a client that speaks of what is not known here
            return
        try:
            await self.marshal.presence.look(self, looking.obj_ids)
        except Unavailable as error:
            log.warning("who looks at what is not told: %s", error.message)

    def on_close(self) -> None:
        """Stop telling."""
        self.marshal.events.drop(self)
        for task in getattr(self, "_tasks", ()):
            task.cancel()
        self._leaving = asyncio.create_task(self._leave())

    def send(self, message: Document) -> None:
        """Queue a message; who falls too far behind is closed and reads anew."""
        try:
            self._waiting.put_nowait(message)
        except asyncio.QueueFull:
            self.marshal.events.drop(self)
            self.close(TOO_SLOW, "too far behind; read anew")

    def restart(self) -> None:
        """Close, so that the client reads everything anew."""
        self.close(RESTART, "read anew")

    async def _leave(self) -> None:
        with suppress(Unavailable):
            await self.marshal.presence.leave(self)

    async def _write(self) -> None:
        try:
            while True:
                await self.write_message(dumps(await self._waiting.get()))
        except WebSocketClosedError:
            return

    async def _check(self) -> None:
        """Ask again and again whether the token is still good."""
        while True:
            await asyncio.sleep(self.marshal.config.token_cache)
            try:
                self.identity = await self.identify()
            except Unavailable:
                continue
            except MarshalError as error:
                self.close(NO_LONGER, error.message[:100])
                return


ROUTES: Routes = [
    ("events", Events),
]
