"""Photometry: uploaded points, light curves, and marks on points."""

from __future__ import annotations

from nightdesk.scopes import scope

from nightdesk_services.marshal.handlers.base import ApiHandler, declared, needs
from nightdesk_services.marshal.handlers.routes import ID, OBJECT, Routes
from nightdesk_services.marshal.handlers.rows import RowsHandler
from nightdesk_services.marshal.models import photometry as models

_READ, _WRITE = scope("sources", "read"), scope("sources", "write")
_UPLOAD = "Upload data"
_PATIENCE = 30.0
"""Seconds that ten thousand points may take."""


class Photometry(ApiHandler):
    """Points that people upload."""

    @declared(_WRITE, _UPLOAD)
    async def post(self) -> None:
        """Add new ones."""
        self.access.require_acl(_UPLOAD)
        post = self.body(models.PhotometryPost)
        with self.marshal.store.bounded(_PATIENCE):
            self.answer(await self.marshal.measurements.posts.post(self.access, post))

    @declared(_WRITE, _UPLOAD)
    async def put(self) -> None:
        """Add those that are new, and show those that are there to further groups."""
        self.access.require_acl(_UPLOAD)
        post, query = self.body(models.PhotometryPost), self.query(models.UpsertQuery)
        with self.marshal.store.bounded(_PATIENCE):
            self.answer(await self.marshal.measurements.posts.upsert(self.access, post, query))


class Point(ApiHandler):
    """One point."""

    @needs("sources", "read")
    async def get(self, number: str) -> None:
        """Show it."""
        query = self.query(models.PointQuery)
        self.answer(await self.marshal.measurements.photometry.point(self.access, int(number), query))

    @needs("sources", "write", acl="Upload data")
    async def patch(self, number: str) -> None:
        """Change it."""
        patch = self.body(models.PhotometryPatch)
        await self.marshal.measurements.edits.change(self.access, int(number), patch)
        self.answer()

    @needs("sources", "write", acl="Upload data")
    async def delete(self, number: str) -> None:
        """Remove it."""
        await self.marshal.measurements.edits.remove(self.access, int(number))
        self.answer()


class Range(RowsHandler):
    """Points of a span of time."""

    @declared(_READ)
    async def get(self) -> None:
        """List them, written as they are read."""
        body, query = self.body(models.RangeBody), self.query(models.PointQuery)
        await self.stream_rows(self.marshal.measurements.photometry.range(self.access, body, query))


class Many(RowsHandler):
    """Light curves of many objects at once."""

    @declared(_READ)
    async def post(self) -> None:
        """List their points object by object, written as they are read."""
        body, query = self.body(models.ManyBody), self.query(models.CurveQuery)
        await self.stream_rows(self.marshal.measurements.photometry.many(self.access, body.obj_ids, query))


class Origins(ApiHandler):
    """Where uploaded points come from."""

    @needs("sources", "read")
    async def get(self) -> None:
        """List the origins of those that the person sees."""
        self.answer(await self.marshal.measurements.photometry.origins(self.access))


class BulkDelete(ApiHandler):
    """All points of one upload."""

    @needs("sources", "write", acl="Delete bulk photometry")
    async def delete(self, upload_id: str) -> None:
        """Remove them."""
        count = await self.marshal.measurements.edits.remove_upload(self.access, upload_id)
        self.answer(f"Deleted {count} photometry point(s).")


class Validation(ApiHandler):
    """Whether a point can be trusted."""

    @needs("sources", "write", acl="Manage sources")
    async def post(self, number: str) -> None:
        """Validate or reject it."""
        body = self.body(models.ValidationBody)
        mark = await self.marshal.measurements.validations.set(self.access, int(number), body, new=True)
        self.answer({"id": mark})

    @needs("sources", "write", acl="Manage sources")
    async def patch(self, number: str) -> None:
        """Change the mark that it has."""
        body = self.body(models.ValidationBody)
        mark = await self.marshal.measurements.validations.set(self.access, int(number), body, new=False)
        self.answer({"id": mark})

    @needs("sources", "write", acl="Manage sources")
    async def delete(self, number: str) -> None:
        """Take the mark away."""
        self.answer({"id": await self.marshal.measurements.validations.remove(self.access, int(number))})


class LightCurve(RowsHandler):
    """A light curve."""

    @needs("sources", "read")
    async def get(self, obj_id: str) -> None:
        """List its points."""
        query = self.query(models.CurveQuery)
        rows = await self.marshal.measurements.photometry.encoded(self.access, obj_id, query)
        await self.answer_rows(rows)

    @needs("sources", "write", acl="Delete bulk photometry")
    async def delete(self, obj_id: str) -> None:
        """Remove the points that were uploaded."""
        count = await self.marshal.measurements.edits.remove_of(self.access, obj_id)
        self.answer(f"Deleted {count} photometry point(s) of {obj_id}.")


class Copy(ApiHandler):
    """The points of another object."""

    @needs("sources", "write", acl="Upload data")
    async def post(self, obj_id: str) -> None:
        """Copy them to this one."""
        body = self.body(models.CopyBody)
        self.answer({"count": await self.marshal.measurements.edits.copy(self.access, obj_id, body)})


ROUTES: Routes = [
    ("photometry", Photometry),
    ("photometry/range", Range),
    ("photometry/sources", Many),
    ("photometry/origins", Origins),
    (r"photometry/bulk_delete/([\w\-]+)", BulkDelete),
    (f"photometry/{ID}", Point),
    (f"photometry/{ID}/validation", Validation),
    (f"sources/{OBJECT}/photometry", LightCurve),
    (f"sources/{OBJECT}/copy_photometry", Copy),
]
