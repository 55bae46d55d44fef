"""``events``: one WebSocket from the browser, one to the marshal, joined and re-joined."""

from __future__ import annotations

import asyncio
import json
import random
from contextlib import suppress
from typing import Any

from jupyter_server.auth.decorator import ws_authenticated
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.utils import ensure_async
from tornado import web
from tornado.websocket import WebSocketClientConnection, WebSocketClosedError, WebSocketHandler

from nightdesk_lab.marshal import Marshal, MarshalUnavailableError

FIRST_WAIT = 0.5
LONGEST_WAIT = 15.0


class EventsHandler(JupyterHandler, WebSocketHandler):
    """Relay the marshal's events; say ``{"type": "link", "state": "up"|"down"}`` about the far connection."""

    auth_resource = "nightdesk"
    task: asyncio.Task[None] | None = None
    upstream: WebSocketClientConnection | None = None
    said: str | bytes | None = None

    @ws_authenticated
    async def get(self, *args: Any, **kwargs: Any) -> None:
        """Check who asks, then upgrade."""
        if not await ensure_async(
            self.authorizer.is_authorized(self, self.current_user, "read", self.auth_resource)
        ):
            raise web.HTTPError(403)
        result = super().get(*args, **kwargs)
        if result is not None:
            await result

    def open(self, *args: str, **kwargs: str) -> None:
        """Start relaying."""
        self.task = asyncio.create_task(self._relay(self.settings["nightdesk_marshal"]))

    async def on_message(self, message: str | bytes) -> None:
        """Pass on what the browser says, now and to every connection that follows: what it shows."""
        self.said = message
        await self._pass_on()

    def on_close(self) -> None:
        """Let go of the marshal when the browser goes."""
        if self.task is not None:
            self.task.cancel()

    async def _relay(self, marshal: Marshal) -> None:
        wait = FIRST_WAIT
        with suppress(WebSocketClosedError):
            while True:
                reason = "The marshal closed the live connection"
                try:
                    upstream = self.upstream = await marshal.events()
                except MarshalUnavailableError as error:
                    reason = str(error)
                else:
                    wait = FIRST_WAIT
                    try:
                        await self._say({"type": "link", "state": "up"})
                        await self._pass_on()
                        while (message := await upstream.read_message()) is not None:
                            await self.write_message(message)
                    finally:
                        self.upstream = None
                        upstream.close()
                await self._say({"type": "link", "state": "down", "message": reason, "retry": wait})
                # Jitter, so that a restarted marshal does not meet everybody at once.
                await asyncio.sleep(wait * random.uniform(0.7, 1.3))
                wait = min(wait * 2, LONGEST_WAIT)

    async def _pass_on(self) -> None:
        if self.upstream is not None and self.said is not None:
            # a connection that just broke hears it when it is back
            with suppress(WebSocketClosedError):
                await self.upstream.write_message(self.said)

    async def _say(self, message: dict[str, Any]) -> None:
        await self.write_message(json.dumps(message))
