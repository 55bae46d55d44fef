"""Photometric series."""

from __future__ import annotations

from nightdesk_services.marshal.handlers.base import ApiHandler, needs
from nightdesk_services.marshal.handlers.routes import ID, Routes
from nightdesk_services.marshal.models import photometric_series as models


class AllSeries(ApiHandler):
    """Long light curves, as tables."""

    @needs("sources", "read")
    async def get(self) -> None:
        """List one page."""
        query = self.query(models.SeriesPageQuery)
        self.answer(await self.marshal.measurements.series.page(self.access, query))

    @needs("sources", "write", acl="Upload data")
    async def post(self) -> None:
        """Add one."""
        post = self.body(models.SeriesPost)
        self.answer({"id": await self.marshal.measurements.series.create(self.access, post)})


class Series(ApiHandler):
    """One photometric series."""

    @needs("sources", "read")
    async def get(self, number: str) -> None:
        """Show it."""
        query = self.query(models.SeriesQuery)
        self.answer(await self.marshal.measurements.series.get(self.access, int(number), query.data_format))

    @needs("sources", "write", acl="Upload data")
    async def patch(self, number: str) -> None:
        """Change it."""
        patch = self.body(models.SeriesPatch)
        self.answer({"id": await self.marshal.measurements.series.change(self.access, int(number), patch)})

    @needs("sources", "write", acl="Upload data")
    async def delete(self, number: str) -> None:
        """Remove it."""
        await self.marshal.measurements.series.remove(self.access, int(number))
        self.answer()


ROUTES: Routes = [("photometric_series", AllSeries), (f"photometric_series/{ID}", Series)]
