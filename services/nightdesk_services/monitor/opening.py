"""The door of the service: it is open at once, and the page is loaded when the first person comes.

Panel, Bokeh and the hub's client take seconds of a core to import, which the start of the desk has better
use for.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
from typing import Any

from tornado.httputil import HTTPMessageDelegate, HTTPServerRequest
from tornado.routing import Router
from tornado.web import Application, HTTPError, RequestHandler

from nightdesk_services.monitor.config import MonitorConfig

log = logging.getLogger(__name__)


class Doorway(Router):
    """Routes to the page once it is loaded, until then to a handler that loads it."""

    def __init__(self, config: MonitorConfig) -> None:
        self._config = config
        self._lock = asyncio.Lock()
        self._page: Any = None
        known = [(rf"{config.prefix}/health", _Health), (r".*", _Opening)]
        self._door = Application(known, doorway=self)
        self._health = f"{config.prefix}/health"

    @property
    def opened(self) -> bool:
        """Whether the page is loaded."""
        return self._page is not None

    def find_handler(self, request: HTTPServerRequest, **kwargs: Any) -> HTTPMessageDelegate | None:
        """Return who answers a request."""
        to_page = self.opened and request.path != self._health
        application: Application = self._page.application if to_page else self._door
        return application.find_handler(request, **kwargs)

    async def open(self) -> None:
        """Load the page, once."""
        async with self._lock:
            if self.opened:
                return
            site = await asyncio.to_thread(importlib.import_module, "nightdesk_services.monitor.site")
            self._page = site.Site(self._config)
            log.info("the page is loaded")

    async def close(self) -> None:
        """End the page's sessions."""
        if self._page is not None:
            await self._page.close()


class _Health(RequestHandler):
    """GET health: whether the service answers."""

    def get(self) -> None:
        """Say so."""
        self.set_header("Cache-Control", "no-store")
        self.write({"status": "ok"})


class _Opening(RequestHandler):
    """Anything else, before the page is loaded."""

    async def get(self) -> None:
        """Load the page, then have the browser ask again."""
        await self.application.settings["doorway"].open()
        path = self.request.uri or "/"
        if path.startswith("//"):
            raise HTTPError(400)
        self.redirect(path)
