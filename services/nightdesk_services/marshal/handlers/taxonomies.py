"""Taxonomies: what classifications may say."""

from __future__ import annotations

from nightdesk_services.marshal.handlers.base import ApiHandler, needs
from nightdesk_services.marshal.handlers.routes import ID, Routes
from nightdesk_services.marshal.models.taxonomies import TaxonomyPost, TaxonomyPut


class Taxonomies(ApiHandler):
    """All of them."""

    @needs("sources", "read")
    async def get(self) -> None:
        """List them."""
        self.answer(await self.marshal.taxonomies.listing(self.access))

    @needs("sources", "write", acl="Post taxonomy")
    async def post(self) -> None:
        """Add one."""
        made = await self.marshal.taxonomies.create(self.access, self.body(TaxonomyPost))
        self.answer({"taxonomy_id": made})


class Taxonomy(ApiHandler):
    """One taxonomy."""

    @needs("sources", "read")
    async def get(self, number: str) -> None:
        """Show it."""
        self.answer(await self.marshal.taxonomies.get(self.access, int(number)))

    @needs("sources", "write", acl="Post taxonomy")
    async def put(self, number: str) -> None:
        """Change what is said of it."""
        await self.marshal.taxonomies.change(self.access, int(number), self.body(TaxonomyPut))
        self.answer()

    @needs("sources", "write", acl="Delete taxonomy")
    async def delete(self, number: str) -> None:
        """Remove it."""
        await self.marshal.taxonomies.remove(self.access, int(number))
        self.answer()


ROUTES: Routes = [
    ("taxonomy", Taxonomies),
    (f"taxonomy/{ID}", Taxonomy),
]
