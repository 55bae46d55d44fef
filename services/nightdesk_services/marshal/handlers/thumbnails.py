"""Thumbnails and where their pictures lie."""

from __future__ import annotations

from nightdesk_services.marshal.handlers.base import ApiHandler, needs
from nightdesk_services.marshal.handlers.routes import ID, Routes
from nightdesk_services.marshal.models import thumbnails as models


class Thumbnails(ApiHandler):
    """All thumbnails."""

    @needs("sources", "write", acl="Upload data")
    async def post(self) -> None:
        """Add one."""
        self.answer(
            {"id": await self.marshal.thumbnails.create(self.access, self.body(models.ThumbnailPost))}
        )


class Thumbnail(ApiHandler):
    """One thumbnail."""

    @needs("sources", "read")
    async def get(self, number: str) -> None:
        """Show it."""
        self.answer(await self.marshal.thumbnails.get(self.access, int(number)))

    @needs("sources", "write")
    async def put(self, number: str) -> None:
        """Change its record."""
        put = self.body(models.ThumbnailPut)
        await self.marshal.thumbnails.change(self.access, int(number), put)
        self.answer()

    @needs("sources", "write")
    async def delete(self, number: str) -> None:
        """Remove it."""
        await self.marshal.thumbnails.remove(self.access, int(number))
        self.answer()


class ThumbnailImage(ApiHandler):
    """A thumbnail's picture."""

    @needs("sources", "read")
    async def get(self, number: str) -> None:
        """Send it."""
        body = await self.marshal.thumbnails.image(self.access, int(number))
        self.set_header("Content-Type", "image/png")
        # a picture never changes, and its number is never used again
        self.set_header("Cache-Control", "private, max-age=3600")
        self.set_header("Content-Security-Policy", "default-src 'none'; sandbox")
        self.finish(body)


class ThumbnailPaths(ApiHandler):
    """Where pictures lie."""

    @needs("system", "read", acl="System admin")
    async def get(self) -> None:
        """Count them."""
        self.answer(await self.marshal.thumbnails.paths(self.query(models.PathsQuery)))

    @needs("system", "write", acl="System admin")
    async def patch(self) -> None:
        """Move some to where they should lie."""
        self.answer(await self.marshal.thumbnails.move(self.query(models.PathsPage)))

    @needs("system", "write", acl="System admin")
    async def delete(self) -> None:
        """Remove empty folders."""
        await self.marshal.thumbnails.prune()
        self.answer()


ROUTES: Routes = [
    ("thumbnail", Thumbnails),
    (f"thumbnail/{ID}", Thumbnail),
    (f"thumbnail/{ID}/image", ThumbnailImage),
    ("thumbnailPath", ThumbnailPaths),
]
