"""What all handlers share."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from nightdesk.scopes import Action, scope
from tornado.web import HTTPError, RequestHandler

from nightdesk_services.broker.application import Parts
from nightdesk_services.broker.models.errors import StoreUnavailableError, StreamUnavailableError

Result = TypeVar("Result")


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

    def check_xsrf_cookie(self) -> None:
        """Nothing: only a token in a header is taken, which no foreign page can send."""

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Answer errors in the envelope of the other services."""
        error = kwargs.get("exc_info", (None, None, None))[1]
        message = getattr(error, "log_message", None) or self._reason
        self.finish({"status": "error", "message": message})

    def answer(self, data: Any) -> None:
        """Send data."""
        self.set_header("Content-Type", "application/json")
        self.finish(json.dumps({"status": "success", "data": data}, default=_plain, allow_nan=False))

    def body(self) -> dict[str, Any]:
        """Return the request's JSON.

        Raises
        ------
        HTTPError
            415 or 400 if it is none. The type is asked for so that no foreign page can post it unasked.
        """
        kind = self.request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            raise HTTPError(415, "send JSON: Content-Type: application/json")
        try:
            sent = json.loads(self.request.body or b"{}")
        except ValueError as error:
            raise HTTPError(400, "the body is not JSON") from error
        if not isinstance(sent, dict):
            raise HTTPError(400, "the body must be a JSON object")
        return sent

    def whole(self, name: str, default: int, most: int) -> int:
        """Return a whole number of the address, from 0 to `most`."""
        text = self.get_query_argument(name, str(default))
        if not text.isdecimal() or int(text) > most:
            raise HTTPError(400, f"{name} must be a number from 0 to {most}")
        return int(text)

    async def ask(self, question: Callable[..., Result], *arguments: Any) -> Result:
        """Ask a service that waits for the store or the stream.

        Raises
        ------
        HTTPError
            503 if one of the two does not answer.
        """
        try:
            return await asyncio.to_thread(question, *arguments)
        except StoreUnavailableError as error:
            raise HTTPError(503, "the document store does not answer now") from error
        except StreamUnavailableError as error:
            raise HTTPError(503, "the stream does not answer now") from error

    async def require(self, area: str, action: Action = "read") -> str:
        """Demand a hub token with a scope; behind no hub there is none to ask for.

        Returns
        -------
        name
            Of the token's owner.

        Raises
        ------
        HTTPError
            401 without a valid token, 403 without the scope.
        """
        if not os.environ.get("JUPYTERHUB_API_TOKEN"):
            return "local"
        from jupyterhub.services.auth import HubAuth

        kind, _, token = self.request.headers.get("Authorization", "").partition(" ")
        auth = self.application.settings.setdefault("hub_auth", HubAuth(cache_max_age=60))
        user = None
        if kind.lower() in ("token", "bearer") and token:
            user = await asyncio.to_thread(auth.user_for_token, token.strip())
        if not user:
            raise HTTPError(401, "a hub token is needed: Authorization: token ...")
        wanted = scope(area, action)
        if wanted not in user.get("scopes", ()):
            raise HTTPError(403, f"the token lacks the scope {wanted}")
        return str(user["name"])


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    msg = f"{type(value).__name__} cannot be JSON"
    raise TypeError(msg)
