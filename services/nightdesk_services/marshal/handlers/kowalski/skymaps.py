"""Sky maps that queries name."""

from __future__ import annotations

from nightdesk_services.marshal.handlers.base import needs
from nightdesk_services.marshal.handlers.kowalski.base import KowalskiHandler
from nightdesk_services.marshal.handlers.routes import Routes
from nightdesk_services.marshal.models.kowalski import SkymapGet, SkymapPut


class Skymap(KowalskiHandler):
    """A sky map's contours."""

    @needs("stream", "read")
    async def get(self) -> None:
        """Show them."""
        found = await self.marshal.kowalski.skymaps.get(self.query(SkymapGet))
        await self.tell("found skymap", found)

    @needs("sources", "write")
    async def put(self) -> None:
        """Keep some."""
        made = await self.marshal.kowalski.skymaps.put(self.access, self.body(SkymapPut))
        await self.tell(f"added skymap for {made['dateobs']} with contours {made['contours']}", made)

    @needs("sources", "write")
    async def delete(self) -> None:
        """Forget them."""
        await self.marshal.kowalski.skymaps.remove(self.access, self.body(SkymapGet))
        await self.tell("deleted 1 skymap")


ROUTES: Routes = [("api/skymap", Skymap)]
