"""What the desk has to tell the person."""

from __future__ import annotations

from nightdesk_services.marshal.handlers.base import ANY, ApiHandler, needs
from nightdesk_services.marshal.handlers.routes import ID, Routes
from nightdesk_services.marshal.models.notices import NoticePatch


class Notifications(ApiHandler):
    """All one's messages."""

    @needs(ANY)
    async def get(self) -> None:
        """List the latest."""
        self.answer(await self.marshal.notices.listing(self.access))

    @needs("comments", "write")
    async def patch(self) -> None:
        """Mark all as read or unread."""
        await self.marshal.notices.mark(self.access, None, self.body(NoticePatch).viewed)
        self.answer()

    @needs("comments", "write")
    async def delete(self) -> None:
        """Remove all."""
        await self.marshal.notices.remove(self.access, None)
        self.answer()


class Notification(ApiHandler):
    """One message."""

    @needs("comments", "write")
    async def patch(self, number: str) -> None:
        """Mark it as read or unread."""
        await self.marshal.notices.mark(self.access, int(number), self.body(NoticePatch).viewed)
        self.answer()

    @needs("comments", "write")
    async def delete(self, number: str) -> None:
        """Remove it."""
        await self.marshal.notices.remove(self.access, int(number))
        self.answer()


ROUTES: Routes = [
    ("internal/notifications", Notifications),
    ("internal/notifications/all", Notifications),
    (f"internal/notifications/{ID}", Notification),
]
