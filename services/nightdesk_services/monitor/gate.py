"""Who looks: the hub's OAuth login, for pages, WebSockets and downloads alike."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from bokeh.server.auth_provider import AuthProvider
from jupyterhub.services.auth import HubOAuth, HubOAuthenticated
from nightdesk.scopes import scope
from tornado.web import HTTPError, RequestHandler, authenticated
from tornado.websocket import WebSocketHandler

READ = scope("stream", "read")
WRITE = scope("stream", "write")


@dataclass(frozen=True)
class Viewer:
    """A person who is logged in and may look."""

    name: str
    may_write: bool
    token: str = field(repr=False)
    """The person's own OAuth token, limited to the stream's scopes; it stays in this process."""


async def viewer_of(hub: HubOAuth, handler: RequestHandler) -> Viewer | None:
    """Return who sent a request, None if nobody that is logged in.

    Raises
    ------
    HTTPError
        403 if the person may not look.
    """
    model = await hub.get_user(handler, sync=False)
    if not model:
        return None
    if not hub.check_scopes(hub.access_scopes, model) or READ not in model["scopes"]:
        raise HTTPError(403, f"{model['name']} may not see the stream")
    return Viewer(model["name"], WRITE in model["scopes"], hub.get_token(handler) or "")


class Gate(AuthProvider):
    """Bokeh's hooks, answered by the hub."""

    def __init__(self, hub: HubOAuth, prefix: str) -> None:
        self._hub = hub
        self._prefix = prefix
        super().__init__()

    @property
    def get_user_async(self) -> Callable[[Any], Awaitable[Any]]:
        """Gives the person of a request, and keeps them with it for the session that it may begin."""
        return self._user

    @property
    def get_login_url(self) -> Callable[[Any], str]:
        """Gives the place that sends a browser to the hub and back."""
        return self._login_url

    def _login_url(self, handler: RequestHandler) -> str:
        return f"{self._prefix}/login?next={quote(handler.request.uri or '', safe='')}"

    async def _user(self, handler: RequestHandler) -> Viewer | None:
        viewer = await viewer_of(self._hub, handler)
        if viewer is None:
            if isinstance(handler, WebSocketHandler) or handler.request.method != "GET":
                raise HTTPError(403, "log in first")
            # at once, for what Panel makes of the address depends on a slash at its end
            handler.redirect(self._login_url(handler))
        handler.request.viewer = viewer  # type: ignore[attr-defined]
        return viewer


class LoginHandler(HubOAuthenticated, RequestHandler):  # type: ignore[misc]
    """GET login: to the hub, and back to the page."""

    def initialize(self, hub: HubOAuth, prefix: str) -> None:
        """Take the hub."""
        self.hub_auth = hub
        self._prefix = prefix

    @authenticated
    def get(self) -> None:
        """Go to where the person wanted to go, if that is here."""
        wanted = self.get_query_argument("next", "")
        inside = wanted.startswith(f"{self._prefix}/") and "\\" not in wanted
        self.redirect(wanted if inside else f"{self._prefix}/")
