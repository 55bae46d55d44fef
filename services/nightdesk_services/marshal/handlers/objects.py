"""Candidates and objects."""

from __future__ import annotations

from nightdesk_services.marshal.handlers.base import ApiHandler, needs
from nightdesk_services.marshal.handlers.routes import ID, OBJECT, Routes
from nightdesk_services.marshal.models import candidates as models


class Candidates(ApiHandler):
    """What filters passed."""

    @needs("candidates", "read")
    async def get(self) -> None:
        """List one page."""
        query = self.query(models.CandidatesQuery)
        self.answer(await self.marshal.candidates.listing(self.access, query))

    @needs("sources", "write")
    async def post(self) -> None:
        """Note that an object passed filters."""
        post = self.body(models.CandidatePost)
        self.answer({"ids": await self.marshal.passages.post(self.access, post)})


class Candidate(ApiHandler):
    """One candidate object."""

    @needs("candidates", "read")
    async def get(self, obj_id: str) -> None:
        """Show it."""
        query = self.query(models.CandidateQuery)
        self.answer(await self.marshal.candidates.get(self.access, obj_id, query))

    @needs("candidates", "read")
    async def head(self, obj_id: str) -> None:
        """Tell whether there is one."""
        await self.marshal.candidates.get(self.access, obj_id, models.CandidateQuery(extras=True))


class Passage(ApiHandler):
    """What an object passed of one filter."""

    @needs("sources", "write")
    async def delete(self, obj_id: str, filter_id: str) -> None:
        """Remove it."""
        await self.marshal.passages.remove(self.access, obj_id, int(filter_id))
        self.answer()


class Passages(ApiHandler):
    """Passages of filters one by one."""

    @needs("candidates", "read")
    async def get(self) -> None:
        """List one page."""
        self.answer(await self.marshal.passages.rows(self.access, self.query(models.RowsQuery)))


class OldCandidates(ApiHandler):
    """Candidates that passed long ago and that nobody has saved."""

    @needs("sources", "write", acl="System admin")
    async def post(self) -> None:
        """Remove some."""
        self.answer(await self.marshal.passages.clean(self.body(models.BulkDelete)))


class Obj(ApiHandler):
    """One object, saved or not."""

    @needs("sources", "write", acl="Manage sources")
    async def delete(self, obj_id: str) -> None:
        """Remove it, if nothing was said or measured of it."""
        await self.marshal.removal.remove(self.access, obj_id)
        self.answer()


ROUTES: Routes = [
    (f"objs/{OBJECT}", Obj),
    ("candidates", Candidates),
    ("candidates_filter", Passages),
    ("candidates/bulk_delete", OldCandidates),
    (f"candidates/{OBJECT}/{ID}", Passage),
    (f"candidates/{OBJECT}", Candidate),
]
