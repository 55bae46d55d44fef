"""The bytes of a quarantined packet, for a browser."""

from __future__ import annotations

from jupyterhub.services.auth import HubOAuth
from tornado.web import HTTPError, RequestHandler

from nightdesk_services.monitor.broker import BrokerClient, BrokerError
from nightdesk_services.monitor.gate import Viewer, viewer_of


class DownloadHandler(RequestHandler):
    """GET packets/<id>: as a file."""

    def initialize(self, hub: HubOAuth, broker: BrokerClient) -> None:
        """Take the hub and the broker."""
        self._hub = hub
        self._broker = broker

    async def get(self, digest: str) -> None:
        """Answer with the packet, asked for in the person's name."""
        viewer: Viewer | None = await viewer_of(self._hub, self)
        if viewer is None:
            raise HTTPError(403, "log in first")
        try:
            answer = await self._broker.payload(digest, viewer.token)
        except BrokerError as error:
            self.set_status(502)
            self.set_header("Content-Type", "text/plain; charset=utf-8")
            self.finish(str(error))
            return
        self.set_header("Content-Type", "application/octet-stream")
        self.set_header("Content-Disposition", answer.headers["Content-Disposition"])
        self.set_header("Cache-Control", "private, no-store")
        self.set_header("X-Content-Type-Options", "nosniff")
        self.finish(answer.content)
