"""When sources can be observed."""

from __future__ import annotations

from nightdesk_services.marshal.handlers.base import needs
from nightdesk_services.marshal.handlers.finders import ChartHandler
from nightdesk_services.marshal.handlers.routes import OBJECT, Routes
from nightdesk_services.marshal.models.finders import ObservabilityQuery


class Observability(ChartHandler):
    """When an object is up, for every telescope."""

    @needs("sources", "read")
    async def get(self, obj_id: str) -> None:
        """Plot the next 24 hours."""
        query = self.query(ObservabilityQuery)
        name, body = await self.marshal.observability.plot(self.access, obj_id, query)
        self.send(name, query.type, body)


ROUTES: Routes = [(f"sources/{OBJECT}/observability", Observability)]
