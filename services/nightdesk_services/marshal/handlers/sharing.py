"""Saving sources to groups, and sharing data with them."""

from __future__ import annotations

from nightdesk_services.marshal.handlers.base import ApiHandler, needs
from nightdesk_services.marshal.handlers.routes import OBJECT, Routes
from nightdesk_services.marshal.models.sharing import SharingPost, SourceGroupPatch, SourceGroupsPost


class SourceGroups(ApiHandler):
    """The groups of sources."""

    @needs("sources", "write", acl="Upload data")
    async def post(self) -> None:
        """Save or propose a source to some, take it out of others."""
        await self.marshal.source_groups.post(self.access, self.body(SourceGroupsPost))
        self.answer()


class SourceGroup(ApiHandler):
    """A source in one group."""

    @needs("sources", "write", acl="Upload data")
    async def patch(self, obj_id: str) -> None:
        """Accept or decline it, or take it out."""
        await self.marshal.source_groups.change(self.access, obj_id, self.body(SourceGroupPatch))
        self.answer()


class Sharing(ApiHandler):
    """Photometry and spectra."""

    @needs("sources", "write", acl="Upload data")
    async def post(self) -> None:
        """Share some with further groups."""
        await self.marshal.sharing.share(self.access, self.body(SharingPost))
        self.answer()


ROUTES: Routes = [
    ("source_groups", SourceGroups),
    (f"source_groups/{OBJECT}", SourceGroup),
    ("sharing", Sharing),
]
