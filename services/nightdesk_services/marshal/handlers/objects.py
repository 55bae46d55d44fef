"""Candidates and sources."""

from __future__ import annotations

from nightdesk_services.marshal.exceptions import NotFound
from nightdesk_services.marshal.handlers.base import ApiHandler, needs
from nightdesk_services.marshal.handlers.routes import OBJECT, Routes
from nightdesk_services.marshal.models.candidates import CandidatesQuery
from nightdesk_services.marshal.models.sources import (
    PhotometryQuery,
    SourceFields,
    SourcePost,
    SourcesQuery,
    UnsaveQuery,
)


class Candidates(ApiHandler):
    """What filters passed."""

    @needs("candidates", "read")
    async def get(self) -> None:
        """List one page."""
        self.answer(await self.marshal.candidates.listing(self.access, self.query(CandidatesQuery)))


class Candidate(ApiHandler):
    """One candidate object."""

    @needs("candidates", "read")
    async def get(self, obj_id: str) -> None:
        """Show it."""
        self.answer(await self.marshal.candidates.get(self.access, obj_id))

    @needs("candidates", "read")
    async def head(self, obj_id: str) -> None:
        """Tell whether there is one."""
        await self.marshal.candidates.get(self.access, obj_id)


class Sources(ApiHandler):
    """Saved sources."""

    @needs("sources", "read")
    async def get(self) -> None:
        """List one page."""
        self.answer(await self.marshal.sources.listing(self.access, self.query(SourcesQuery)))

    @needs("sources", "write")
    async def post(self) -> None:
        """Save an object."""
        self.answer(await self.marshal.sources.save(self.access, self.body(SourcePost)))


class Source(ApiHandler):
    """One source."""

    @needs("sources", "read")
    async def get(self, obj_id: str) -> None:
        """Show it."""
        self.answer(await self.marshal.sources.get(self.access, obj_id))

    @needs("sources", "read")
    async def head(self, obj_id: str) -> None:
        """Tell whether it is saved."""
        if await self.marshal.sources.saved(self.access, obj_id) is None:
            raise NotFound(f"no source {obj_id}")

    @needs("sources", "write")
    async def patch(self, obj_id: str) -> None:
        """Change what is known of it."""
        await self.marshal.sources.change(self.access, obj_id, self.body(SourceFields))
        self.answer()

    @needs("sources", "write")
    async def delete(self, obj_id: str) -> None:
        """Take it out of a group."""
        group_id = self.query(UnsaveQuery).group_id
        await self.marshal.sources.unsave(self.access, obj_id, group_id)
        self.answer()


class Photometry(ApiHandler):
    """A light curve."""

    @needs("sources", "read")
    async def get(self, obj_id: str) -> None:
        """List its points."""
        self.answer(await self.marshal.photometry.points(self.access, obj_id, self.query(PhotometryQuery)))


ROUTES: Routes = [
    ("candidates", Candidates),
    (f"candidates/{OBJECT}", Candidate),
    ("sources", Sources),
    (f"sources/{OBJECT}", Source),
    (f"sources/{OBJECT}/photometry", Photometry),
]
