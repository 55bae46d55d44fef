"""Alert streams and who has which."""

from __future__ import annotations

from nightdesk_services.marshal.handlers.base import ApiHandler, needs
from nightdesk_services.marshal.handlers.routes import ID, Routes
from nightdesk_services.marshal.models.streams import StreamPatch, StreamPost, StreamUser

ADMIN = "System admin"


class Streams(ApiHandler):
    """The streams of a person."""

    @needs("groups", "read")
    async def get(self) -> None:
        """List them."""
        self.answer(self.marshal.streams.listing(self.access))

    @needs("groups", "write", acl=ADMIN)
    async def post(self) -> None:
        """Make one."""
        self.answer({"id": await self.marshal.streams.create(self.access, self.body(StreamPost))})


class Stream(ApiHandler):
    """One stream."""

    @needs("groups", "read")
    async def get(self, stream_id: str) -> None:
        """Show it."""
        self.answer(self.marshal.streams.get(self.access, int(stream_id)))

    @needs("groups", "write", acl=ADMIN)
    async def patch(self, stream_id: str) -> None:
        """Change it."""
        await self.marshal.streams.change(self.access, int(stream_id), self.body(StreamPatch))
        self.answer()

    @needs("groups", "write", acl=ADMIN)
    async def delete(self, stream_id: str) -> None:
        """Remove it."""
        await self.marshal.streams.remove(self.access, int(stream_id))
        self.answer()


class StreamUsers(ApiHandler):
    """Who has a stream in their own right."""

    @needs("groups", "write")
    async def post(self, stream_id: str) -> None:
        """Grant it to somebody."""
        user_id = self.body(StreamUser).user_id
        self.answer(await self.marshal.streams.grant(self.access, int(stream_id), user_id))


class StreamUserOne(ApiHandler):
    """One who has a stream."""

    @needs("groups", "write", acl=ADMIN)
    async def delete(self, stream_id: str, user_id: str) -> None:
        """Take it from them."""
        await self.marshal.streams.revoke(self.access, int(stream_id), int(user_id))
        self.answer()


ROUTES: Routes = [
    ("streams", Streams),
    (f"streams/{ID}", Stream),
    (f"streams/{ID}/users", StreamUsers),
    (f"streams/{ID}/users/{ID}", StreamUserOne),
]
