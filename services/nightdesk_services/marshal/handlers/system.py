"""The service itself, and who is asking."""

from __future__ import annotations

from importlib.metadata import version

from nightdesk.surveys import SURVEYS

from nightdesk_services.marshal.handlers.base import ANY, PUBLIC, ApiHandler, needs
from nightdesk_services.marshal.handlers.routes import Routes
from nightdesk_services.marshal.services import shapes


class Health(ApiHandler):
    """Whether the marshal can do its work."""

    @needs(PUBLIC)
    async def get(self) -> None:
        """Answer when the store does."""
        await self.marshal.store.ping()
        self.answer(
            {"listening": self.marshal.changes.listening.is_set(), "clients": self.marshal.events.clients}
        )


class SysInfo(ApiHandler):
    """What runs here."""

    @needs(ANY)
    async def get(self) -> None:
        """Answer with the version and the surveys."""
        self.answer({"version": version("nightdesk"), "surveys": list(SURVEYS)})


class Profile(ApiHandler):
    """Who is asking."""

    @needs(ANY)
    async def get(self) -> None:
        """Answer with the person, their groups, streams and scopes."""
        access = self.access
        self.answer(
            {
                "id": access.user_id,
                "username": access.username,
                "is_bot": access.bot,
                "roles": ["Super admin"] if access.super_admin else ["Full user"],
                "permissions": sorted(access.identity.scopes),
                "groups": shapes.groups(access, access.memberships),
                "streams": [
                    shapes.named(stream)
                    for stream_id, stream in sorted(access.directory.streams.items())
                    if stream_id in access.stream_ids
                ],
            }
        )


class Users(ApiHandler):
    """Everybody who has logged in."""

    @needs("groups", "read")
    async def get(self) -> None:
        """Answer with their ids and names."""
        users = await self.marshal.people.users()
        self.answer({"users": [shapes.named(user, "settled") for user in users], "totalMatches": len(users)})


ROUTES: Routes = [
    ("sysinfo", SysInfo),
    ("internal/profile", Profile),
    ("user", Users),
]
