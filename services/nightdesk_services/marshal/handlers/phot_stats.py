"""Statistics of photometry."""

from __future__ import annotations

from nightdesk_services.marshal.handlers.base import ApiHandler, needs
from nightdesk_services.marshal.handlers.routes import OBJECT, Routes
from nightdesk_services.marshal.models import phot_stats as models


class SourcePhotStat(ApiHandler):
    """The statistics of one source."""

    @needs("sources", "read")
    async def get(self, obj_id: str) -> None:
        """Show them."""
        self.answer(await self.marshal.measurements.stats.get(self.access, obj_id))

    @needs("sources", "write", acl="System admin")
    async def post(self, obj_id: str) -> None:
        """Make them; there must be none."""
        await self.marshal.measurements.stats.post(self.access, obj_id)
        self.answer()

    @needs("sources", "write", acl="System admin")
    async def put(self, obj_id: str) -> None:
        """Make them anew."""
        await self.marshal.measurements.stats.update(self.access, obj_id)
        self.answer()

    @needs("sources", "write", acl="System admin")
    async def delete(self, obj_id: str) -> None:
        """Remove them."""
        await self.marshal.measurements.stats.remove(self.access, obj_id)
        self.answer()


class PhotStats(ApiHandler):
    """The statistics of all sources."""

    @needs("sources", "read", acl="System admin")
    async def get(self) -> None:
        """Count the sources with and without them."""
        self.answer(await self.marshal.measurements.stats.counts(self.query(models.CountsQuery)))

    @needs("sources", "write", acl="System admin")
    async def post(self) -> None:
        """Make those of a page of sources that have none."""
        self.answer(await self.marshal.measurements.stats.make_page(self.query(models.BatchQuery)))

    @needs("sources", "write", acl="System admin")
    async def patch(self) -> None:
        """Make those of a page of sources anew."""
        self.answer(await self.marshal.measurements.stats.update_page(self.query(models.UpdateQuery)))


class Aggregate(ApiHandler):
    """Statistics of many sources."""

    @needs("sources", "read")
    async def get(self) -> None:
        """Return two or three of each source, for a plot."""
        query = self.query(models.AggregateQuery)
        self.answer(await self.marshal.measurements.stat_comparison.of(self.access, query))


ROUTES: Routes = [
    ("phot_stats", PhotStats),
    ("phot_stats/aggregate", Aggregate),
    (f"sources/{OBJECT}/phot_stat", SourcePhotStat),
]
