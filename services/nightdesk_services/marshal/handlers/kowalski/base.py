"""What every route of Kowalski's API does: take a bare token, answer as Kowalski does."""

from __future__ import annotations

import asyncio
from typing import Any

from nightdesk_services.marshal import extended
from nightdesk_services.marshal.access import Identity
from nightdesk_services.marshal.auth import bare_token
from nightdesk_services.marshal.exceptions import Unauthenticated
from nightdesk_services.marshal.handlers.base import ApiHandler
from nightdesk_services.marshal.services.kowalski.limits import sendable


class KowalskiHandler(ApiHandler):
    """A route of Kowalski's API."""

    async def identify(self) -> Identity:
        """Return the owner of the request's token, which `penquins` sends without a scheme."""
        token = bare_token(self.request.headers.get("Authorization", ""))
        identity = await self.marshal.authenticator.identify(token) if token else None
        if identity is None:
            raise Unauthenticated("token is invalid")
        return identity

    async def tell(self, message: str, data: Any = None) -> None:
        """Answer with MongoDB's extended JSON, in which times and cutouts come back as what they were."""
        self._answered = data if isinstance(data, dict) else None
        text = await asyncio.to_thread(
            extended.dumps, {"status": "success", "message": message, "data": data}
        )
        sendable(len(text))
        self.set_header("Content-Type", "application/json")
        self.finish(text)
