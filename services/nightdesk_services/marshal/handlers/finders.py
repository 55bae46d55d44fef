"""Finding charts, offset stars and positions."""

from __future__ import annotations

import base64

from nightdesk_services.marshal.handlers.base import ApiHandler, needs
from nightdesk_services.marshal.handlers.routes import OBJECT, Routes
from nightdesk_services.marshal.models import finders as models
from nightdesk_services.marshal.services.drawing import content_type


class Finder(ApiHandler):
    """The finding chart of an object."""

    @needs("sources", "read")
    async def get(self, obj_id: str) -> None:
        """Draw it."""
        query = self.query(models.FinderQuery)
        made = await self.marshal.finders.chart(self.access, obj_id, query)
        if query.as_json:
            chart = base64.b64encode(made.body).decode()
            self.answer({"finding_chart": chart, "starlist": list(made.lines)})
        else:
            self.send_file(made.name, content_type(made.kind), made.body, shown=True)


class UnsourcedFinder(ApiHandler):
    """The finding chart of any place."""

    @needs("sources", "read")
    async def get(self) -> None:
        """Draw it."""
        made = await self.marshal.finders.unsourced(self.query(models.UnsourcedQuery))
        self.send_file(made.name, content_type(made.kind), made.body, shown=True)


class Facilities(ApiHandler):
    """The telescopes that charts are made for."""

    @needs("sources", "read")
    async def get(self) -> None:
        """List what they can acquire."""
        self.answer(self.marshal.finders.facilities())


class Offsets(ApiHandler):
    """The offset stars of an object."""

    @needs("sources", "read")
    async def get(self, obj_id: str) -> None:
        """List them as a telescope reads them."""
        query = self.query(models.OffsetsQuery)
        self.answer(await self.marshal.finders.offsets(self.access, obj_id, query))


class Position(ApiHandler):
    """Where an object is by its light curve."""

    @needs("sources", "read")
    async def get(self, obj_id: str) -> None:
        """Work it out."""
        query = self.query(models.PositionQuery)
        self.answer(await self.marshal.positions.get(self.access, obj_id, query))


ROUTES: Routes = [
    (f"sources/{OBJECT}/finder", Finder),
    (f"sources/{OBJECT}/offsets", Offsets),
    (f"sources/{OBJECT}/position", Position),
    ("unsourced_finder", UnsourcedFinder),
    ("finder_chart/facilities", Facilities),
]
