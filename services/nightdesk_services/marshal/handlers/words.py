"""Lists and the desk."""

from __future__ import annotations

from nightdesk_services.marshal.handlers.base import ApiHandler, needs
from nightdesk_services.marshal.handlers.routes import ID, Routes
from nightdesk_services.marshal.models.words import (
    ListingPatch,
    ListingPost,
    ListingsQuery,
    Selection,
)


class Listings(ApiHandler):
    """Personal lists."""

    @needs("candidates", "read")
    async def get(self) -> None:
        """List one's own entries."""
        name = self.query(ListingsQuery).list_name
        self.answer(await self.marshal.listings.of(self.access, None, name))

    @needs("candidates", "write")
    async def post(self) -> None:
        """Put an object on a list."""
        self.answer({"id": await self.marshal.listings.add(self.access, self.body(ListingPost))})

    @needs("candidates", "write")
    async def delete(self) -> None:
        """Take an object off a list; body or address names both."""
        which = self.body(ListingPost) if self.request.body else self.query(ListingPost)
        await self.marshal.listings.remove_named(self.access, which)
        self.answer()


class Listing(ApiHandler):
    """One user's lists, or one entry: SkyPortal gives both the same address."""

    @needs("candidates", "read")
    async def get(self, user_id: str) -> None:
        """List a user's entries."""
        name = self.query(ListingsQuery).list_name
        self.answer(await self.marshal.listings.of(self.access, int(user_id), name))

    @needs("candidates", "write")
    async def patch(self, listing_id: str) -> None:
        """Move an entry."""
        await self.marshal.listings.change(self.access, int(listing_id), self.body(ListingPatch))
        self.answer()

    @needs("candidates", "write")
    async def delete(self, listing_id: str) -> None:
        """Take an entry off its list."""
        await self.marshal.listings.remove(self.access, int(listing_id))
        self.answer()


class DeskSelection(ApiHandler):
    """What the person has selected; their own, so reading candidates is enough to set it."""

    @needs("candidates", "read")
    async def get(self) -> None:
        """Show it."""
        self.answer(await self.marshal.desks.selection(self.access))

    @needs("candidates", "read")
    async def put(self) -> None:
        """Set it."""
        self.answer(await self.marshal.desks.select(self.access, self.body(Selection).ids))


ROUTES: Routes = [
    ("listing", Listings),
    (f"listing/{ID}", Listing),
    ("desk/selection", DeskSelection),
]
