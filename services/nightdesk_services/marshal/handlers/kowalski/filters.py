"""Filters as Kowalski keeps them."""

from __future__ import annotations

from nightdesk.scopes import scope

from nightdesk_services.marshal.handlers.base import declared, needs
from nightdesk_services.marshal.handlers.kowalski.base import KowalskiHandler
from nightdesk_services.marshal.handlers.routes import ID, Routes
from nightdesk_services.marshal.models.kowalski import FilterChange, FilterSave, FilterTry


class Filters(KowalskiHandler):
    """Pipelines of filters."""

    @needs("filters", "write")
    async def post(self) -> None:
        """Save a pipeline as a filter's next version."""
        made = await self.marshal.kowalski.filters.save(self.access, self.body(FilterSave))
        await self.tell(f"saved new filter version: {made['fid']}", made)

    @needs("filters", "write")
    async def patch(self) -> None:
        """Switch a filter on or off, or go back to another version."""
        sent = self.body(FilterChange)
        changed = await self.marshal.kowalski.filters.change(self.access, sent)
        await self.tell(f"Updated filter id {sent.filter_id}", changed)


class Filter(KowalskiHandler):
    """One filter."""

    @needs("filters", "read")
    async def get(self, filter_id: str) -> None:
        """Show it with its versions."""
        found = await self.marshal.kowalski.filters.get(self.access, int(filter_id))
        await self.tell(f"Retrieved filter id {filter_id}", found)

    @needs("filters", "write")
    async def delete(self, filter_id: str) -> None:
        """Remove it."""
        await self.marshal.kowalski.filters.remove(self.access, int(filter_id))
        await self.tell(f"Removed filter id {filter_id}")


class FilterTest(KowalskiHandler):
    """A filter on stored alerts."""

    @declared(scope("filters", "read"))
    async def post(self, filter_id: str) -> None:
        """Show what passes."""
        passed = await self.marshal.kowalski.trial.run(self.access, int(filter_id), self.body(FilterTry))
        await self.tell("filter test successful", passed)


ROUTES: Routes = [
    ("api/filters", Filters),
    (f"api/filters/{ID}", Filter),
    (f"api/filters/{ID}/test", FilterTest),
]
