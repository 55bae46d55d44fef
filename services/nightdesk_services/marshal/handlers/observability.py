"""When sources can be observed."""

from __future__ import annotations

from nightdesk_services.marshal.handlers.base import ApiHandler, needs
from nightdesk_services.marshal.handlers.routes import OBJECT, Routes
from nightdesk_services.marshal.models.finders import ObservabilityQuery
from nightdesk_services.marshal.services.drawing import content_type


class Observability(ApiHandler):
    """When an object is up, for every telescope."""

    @needs("sources", "read")
    async def get(self, obj_id: str) -> None:
        """Plot the next 24 hours."""
        query = self.query(ObservabilityQuery)
        name, body = await self.marshal.observability.plot(self.access, obj_id, query)
        self.send_file(name, content_type(query.type), body, shown=True)


ROUTES: Routes = [(f"sources/{OBJECT}/observability", Observability)]
