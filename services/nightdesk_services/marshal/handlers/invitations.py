"""Invitations to this desk's groups."""

from __future__ import annotations

from nightdesk_services.marshal.handlers.base import ApiHandler, needs
from nightdesk_services.marshal.handlers.routes import ID, Routes
from nightdesk_services.marshal.models.invitations import (
    Acceptance,
    InvitationPatch,
    InvitationPost,
    InvitationsQuery,
)

MANAGE = "Manage users"


class Invitations(ApiHandler):
    """The invitations that a person sent."""

    @needs("groups", "read", acl=MANAGE)
    async def get(self) -> None:
        """List them."""
        query = self.query(InvitationsQuery)
        self.answer(await self.marshal.invitations.listing(self.access, query))

    @needs("groups", "write", acl=MANAGE)
    async def post(self) -> None:
        """Invite somebody."""
        post = self.body(InvitationPost)
        self.answer({"id": await self.marshal.invitations.create(self.access, post)})


class Accepted(ApiHandler):
    """The other end of an invitation."""

    @needs("groups", "write")
    async def post(self) -> None:
        """Take what one was invited to."""
        token = self.body(Acceptance).token
        self.answer(await self.marshal.invitations.accept(self.access, token))


class Invitation(ApiHandler):
    """One invitation."""

    @needs("groups", "write", acl=MANAGE)
    async def patch(self, number: str) -> None:
        """Change it."""
        patch = self.body(InvitationPatch)
        await self.marshal.invitations.change(self.access, int(number), patch)
        self.answer()

    @needs("groups", "write", acl=MANAGE)
    async def delete(self, number: str) -> None:
        """Take it back."""
        await self.marshal.invitations.remove(self.access, int(number))
        self.answer()


ROUTES: Routes = [
    ("invitations", Invitations),
    ("invitations/accept", Accepted),
    (f"invitations/{ID}", Invitation),
]
