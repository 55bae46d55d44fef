"""Alerts and cutouts."""

from __future__ import annotations

from nightdesk_services.marshal.handlers.base import ApiHandler, needs
from nightdesk_services.marshal.handlers.routes import CUTOUT, OBJECT, Routes, candid_of
from nightdesk_services.marshal.models.archive import AlertQuery, AlertsQuery, ImageQuery

# A cutout never changes; the answer depends on who asks, so only their own cache may keep it.
_FOREVER = "private, max-age=31536000, immutable"


class Alerts(ApiHandler):
    """Alerts of a span of time or a cone."""

    @needs("stream", "read")
    async def get(self) -> None:
        """List them as flat rows."""
        self.answer(await self.marshal.archive.table(self.access, self.query(AlertsQuery)))


class ObjectAlerts(ApiHandler):
    """Alerts of one object."""

    @needs("stream", "read")
    async def get(self, obj_id: str) -> None:
        """List them, and the object's history."""
        self.answer(await self.marshal.archive.of_object(self.access, obj_id, self.query(AlertQuery)))


class CutoutPng(ApiHandler):
    """A cutout as a picture."""

    @needs("candidates", "read")
    async def get(self, survey: str, candid: str, kind: str) -> None:
        """Draw it."""
        query = self.query(ImageQuery)
        drawn = await self.marshal.archive.picture(self.access, survey, candid_of(candid), kind, query)
        self.set_header("Content-Type", "image/png")
        self.set_header("Cache-Control", _FOREVER)
        self.finish(drawn)


class CutoutFits(ApiHandler):
    """A cutout as a file."""

    @needs("candidates", "read")
    async def get(self, survey: str, candid: str, kind: str) -> None:
        """Send it."""
        data = await self.marshal.archive.fits(self.access, survey, candid_of(candid), kind)
        self.set_header("Cache-Control", _FOREVER)
        self.send_file(f"{survey}_{candid}_{kind}.fits", "application/fits", data)


ROUTES: Routes = [
    ("alerts", Alerts),
    (f"alerts/{OBJECT}", ObjectAlerts),
    (f"cutouts/{CUTOUT}/png", CutoutPng),
    (f"cutouts/{CUTOUT}/fits", CutoutFits),
]
