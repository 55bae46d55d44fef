"""Comments, classifications, annotations, lists and the desk."""

from __future__ import annotations

from nightdesk_services.marshal.handlers.base import ApiHandler, needs
from nightdesk_services.marshal.handlers.routes import ID, OBJECT, Routes
from nightdesk_services.marshal.models.words import (
    ClassificationPost,
    CommentPost,
    CommentPut,
    ListingPost,
    ListingsQuery,
    Selection,
)


class Comments(ApiHandler):
    """The comments on an object."""

    @needs("comments", "read")
    async def get(self, obj_id: str) -> None:
        """List them."""
        self.answer(await self.marshal.comments.listing(self.access, obj_id))

    @needs("comments", "write")
    async def post(self, obj_id: str) -> None:
        """Say something."""
        made = await self.marshal.comments.create(self.access, obj_id, self.body(CommentPost))
        self.answer({"comment_id": made})


class Comment(ApiHandler):
    """One comment."""

    @needs("comments", "read")
    async def get(self, obj_id: str, comment_id: str) -> None:
        """Show it."""
        self.answer(await self.marshal.comments.get(self.access, obj_id, int(comment_id)))

    @needs("comments", "write")
    async def put(self, obj_id: str, comment_id: str) -> None:
        """Change it."""
        put = self.body(CommentPut)
        await self.marshal.comments.change(self.access, obj_id, int(comment_id), put)
        self.answer()

    @needs("comments", "write")
    async def delete(self, obj_id: str, comment_id: str) -> None:
        """Take it back."""
        await self.marshal.comments.remove(self.access, obj_id, int(comment_id))
        self.answer()


class SourceClassifications(ApiHandler):
    """The classifications of an object."""

    @needs("sources", "read")
    async def get(self, obj_id: str) -> None:
        """List them."""
        self.answer(await self.marshal.classifications.listing(self.access, obj_id))


class Classifications(ApiHandler):
    """New classifications."""

    @needs("sources", "write")
    async def post(self) -> None:
        """Classify an object."""
        made = await self.marshal.classifications.create(self.access, self.body(ClassificationPost))
        self.answer({"classification_id": made})


class Classification(ApiHandler):
    """One classification."""

    @needs("sources", "write")
    async def delete(self, classification_id: str) -> None:
        """Take it back."""
        await self.marshal.classifications.remove(self.access, int(classification_id))
        self.answer()


class Taxonomies(ApiHandler):
    """What classifications may say."""

    @needs("sources", "read")
    async def get(self, taxonomy_id: str | None = None) -> None:
        """List taxonomies, or show one."""
        if taxonomy_id is None:
            self.answer(await self.marshal.classifications.taxonomies(self.access))
        else:
            self.answer(await self.marshal.classifications.taxonomy(self.access, int(taxonomy_id)))


class Annotations(ApiHandler):
    """What programs found out about an object."""

    @needs("sources", "read")
    async def get(self, obj_id: str) -> None:
        """List it."""
        self.answer(await self.marshal.annotations.listing(self.access, obj_id))


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
    (f"sources/{OBJECT}/comments", Comments),
    (f"sources/{OBJECT}/comments/{ID}", Comment),
    (f"sources/{OBJECT}/classifications", SourceClassifications),
    (f"sources/{OBJECT}/annotations", Annotations),
    ("classification", Classifications),
    (f"classification/{ID}", Classification),
    ("taxonomy", Taxonomies),
    (f"taxonomy/{ID}", Taxonomies),
    ("listing", Listings),
    (f"listing/{ID}", Listing),
    ("desk/selection", DeskSelection),
]
