"""What all handlers share."""

from __future__ import annotations

import asyncio
import os
from typing import Any

from nightdesk.scopes import scope
from tornado.web import HTTPError, RequestHandler

from nightdesk_services.broker.application import Parts


class Handler(RequestHandler):
    """A handler that answers in JSON."""

    @property
    def parts(self) -> Parts:
        """The service's parts."""
        parts: Parts = self.application.settings["parts"]
        return parts

    def set_default_headers(self) -> None:
        """Nothing here may be cached."""
        self.set_header("Cache-Control", "no-store")

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Answer errors in the envelope of the other services."""
        error = kwargs.get("exc_info", (None, None, None))[1]
        message = getattr(error, "log_message", None) or self._reason
        self.finish({"status": "error", "message": message})

    async def require(self, area: str) -> None:
        """Demand a hub token that may read an area; behind no hub there is none to ask for.

        Raises
        ------
        HTTPError
            401 without a valid token, 403 without the scope.
        """
        if not os.environ.get("JUPYTERHUB_API_TOKEN"):
            return
        from jupyterhub.services.auth import HubAuth

        kind, _, token = self.request.headers.get("Authorization", "").partition(" ")
        auth = self.application.settings.setdefault("hub_auth", HubAuth(cache_max_age=60))
        user = None
        if kind.lower() in ("token", "bearer") and token:
            user = await asyncio.to_thread(auth.user_for_token, token.strip())
        if not user:
            raise HTTPError(401, "a hub token is needed: Authorization: token ...")
        wanted = scope(area, "read")
        if wanted not in user.get("scopes", ()):
            raise HTTPError(403, f"the token lacks the scope {wanted}")
