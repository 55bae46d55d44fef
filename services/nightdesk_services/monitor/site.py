"""The page as a Tornado application: Panel's sessions behind the hub's login."""

from __future__ import annotations

import os
from typing import Any

import panel as pn
from bokeh.server.tornado import BokehTornado
from jupyterhub.services.auth import HubOAuth, HubOAuthCallbackHandler
from panel.io.application import build_applications

# Panel's handlers take the place of Bokeh's when this is imported
from panel.io.server import INDEX_HTML  # noqa: F401
from tornado.ioloop import IOLoop

from nightdesk_services.monitor.broker import BrokerClient
from nightdesk_services.monitor.config import MonitorConfig
from nightdesk_services.monitor.download import DownloadHandler
from nightdesk_services.monitor.feed import Feed
from nightdesk_services.monitor.gate import Gate, LoginHandler
from nightdesk_services.monitor.page import build


class Callback(HubOAuthCallbackHandler):  # type: ignore[misc]
    """GET oauth_callback: the way back from the hub."""

    def initialize(self, hub: HubOAuth) -> None:
        """Take the hub."""
        self.hub_auth = hub


class Site:
    """The application and what its sessions share."""

    def __init__(self, config: MonitorConfig) -> None:
        self._broker = BrokerClient(config.broker, config.token)
        feed = Feed(self._broker)
        hub = HubOAuth(cache_max_age=60)
        pn.config.design = pn.theme.Native

        def page() -> Any:
            return build(feed, self._broker, config.prefix)

        self.application = BokehTornado(
            build_applications({"/": page}, title="Stream", location=False),
            prefix=config.prefix,
            auth_provider=Gate(hub, config.prefix),
            extra_websocket_origins=config.origins,
            extra_patterns=[
                ("/oauth_callback", Callback, {"hub": hub}),
                ("/login", LoginHandler, {"hub": hub, "prefix": config.prefix}),
                ("/packets/([0-9a-f]{64})", DownloadHandler, {"hub": hub, "broker": self._broker}),
            ],
            # both would put the person's cookies into the page
            include_headers=[],
            include_cookies=[],
            sign_sessions=True,
            secret_key=os.urandom(32),
            cookie_secret=os.urandom(32),
            use_index=False,
            keep_alive_milliseconds=20_000,
            unused_session_lifetime_milliseconds=15_000,
            check_unused_sessions_milliseconds=5_000,
            websocket_max_message_size_bytes=2**20,
        )
        self.application.initialize(IOLoop.current())
        self.application.start()

    async def close(self) -> None:
        """End the sessions and the connections to the broker."""
        self.application.stop(wait=False)
        await self._broker.close()
