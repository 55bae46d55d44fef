"""Default follow-up requests."""

from __future__ import annotations

from nightdesk_services.marshal.handlers.base import ApiHandler, needs
from nightdesk_services.marshal.handlers.routes import ID, Routes
from nightdesk_services.marshal.models.followup import DefaultPost


class Defaults(ApiHandler):
    """Requests that are made of themselves when a source is saved."""

    @needs("facilities", "read")
    async def get(self) -> None:
        """List them."""
        self.answer(await self.marshal.followup.defaults.listing(self.access))

    @needs("facilities", "write", acl="Upload data")
    async def post(self) -> None:
        """Add one."""
        post = self.body(DefaultPost)
        self.answer({"id": await self.marshal.followup.defaults.create(self.access, post)})


class Default(ApiHandler):
    """One default request."""

    @needs("facilities", "read")
    async def get(self, number: str) -> None:
        """Show it."""
        self.answer(await self.marshal.followup.defaults.get(self.access, int(number)))

    @needs("facilities", "write", acl="Upload data")
    async def delete(self, number: str) -> None:
        """Remove it."""
        await self.marshal.followup.defaults.remove(self.access, int(number))
        self.answer()


ROUTES: Routes = [
    ("default_followup_request", Defaults),
    (f"default_followup_request/{ID}", Default),
]
