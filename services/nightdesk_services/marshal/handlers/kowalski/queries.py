"""Queries."""

from __future__ import annotations

from nightdesk.scopes import scope

from nightdesk_services.marshal.handlers.base import declared
from nightdesk_services.marshal.handlers.kowalski.base import KowalskiHandler
from nightdesk_services.marshal.handlers.routes import Routes
from nightdesk_services.marshal.models.kowalski import QueryPost


class Queries(KowalskiHandler):
    """Raw queries of alerts and catalogues."""

    @declared(scope("stream", "read"))
    async def post(self) -> None:
        """Answer one; it may take longer than other requests, as long as it says itself."""
        data = await self.marshal.kowalski.queries.answer(self.access, self.body(QueryPost))
        await self.tell("Successfully executed query", data)


ROUTES: Routes = [("api/queries", Queries)]
