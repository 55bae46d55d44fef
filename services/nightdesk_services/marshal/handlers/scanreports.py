"""Reports of scanning."""

from __future__ import annotations

from nightdesk_services.marshal.handlers.base import ApiHandler, needs
from nightdesk_services.marshal.handlers.routes import ID, Routes
from nightdesk_services.marshal.models import scanreports as models


class ScanReports(ApiHandler):
    """All reports."""

    @needs("candidates", "read")
    async def get(self) -> None:
        """List one page."""
        query = self.query(models.ScanReportsQuery)
        self.answer(await self.marshal.scan_reports.listing(self.access, query))

    @needs("sources", "write")
    async def post(self) -> None:
        """Make one."""
        await self.marshal.scan_reports.create(self.access, self.body(models.ScanReportPost))
        self.answer()


class ScanReportItems(ApiHandler):
    """The candidates of a report."""

    @needs("candidates", "read")
    async def get(self, number: str) -> None:
        """List them."""
        self.answer(await self.marshal.scan_reports.items(self.access, int(number)))


class ScanReportItem(ApiHandler):
    """One candidate of a report."""

    @needs("sources", "write")
    async def patch(self, number: str, item: str) -> None:
        """Say something of it."""
        comment = self.body(models.ItemPatch).comment
        await self.marshal.scan_reports.comment(self.access, int(number), int(item), comment)
        self.answer()


ROUTES: Routes = [
    ("candidates/scan_reports", ScanReports),
    (f"candidates/scan_reports/{ID}/items", ScanReportItems),
    (f"candidates/scan_reports/{ID}/items/{ID}", ScanReportItem),
]
