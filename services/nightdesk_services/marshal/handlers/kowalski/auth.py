"""Who somebody is, and whether anybody is here."""

from __future__ import annotations

import json

from nightdesk_services.marshal.exceptions import Unauthenticated
from nightdesk_services.marshal.handlers.base import ANY, PUBLIC, needs
from nightdesk_services.marshal.handlers.kowalski.base import KowalskiHandler
from nightdesk_services.marshal.handlers.routes import Routes
from nightdesk_services.marshal.models.kowalski import LoginPost


class Ping(KowalskiHandler):
    """A sign of life."""

    @needs(ANY)
    async def get(self) -> None:
        """Greet."""
        await self.tell("greetings from Nightdesk!")


class Login(KowalskiHandler):
    """A name, and a token in the place of a password: nobody has another password here."""

    @needs(PUBLIC)
    async def post(self) -> None:
        """Return the token, if it is that person's."""
        sent = self.body(LoginPost)
        identity = await self.marshal.authenticator.identify(sent.password)
        if identity is None or identity.username != sent.username:
            raise Unauthenticated("wrong credentials: the password is a token of yours")
        self.set_header("Content-Type", "application/json")
        self.finish(json.dumps({"status": "success", "token": sent.password}))


ROUTES: Routes = [("", Ping), ("api/?", Ping), ("api/auth", Login)]
