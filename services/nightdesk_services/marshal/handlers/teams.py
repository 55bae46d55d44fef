"""Teams of groups."""

from __future__ import annotations

from nightdesk_services.marshal.handlers.base import ApiHandler, needs
from nightdesk_services.marshal.handlers.routes import ID, Routes
from nightdesk_services.marshal.models.teams import TeamPost, TeamPut


class Teams(ApiHandler):
    """The teams of a person."""

    @needs("groups", "read")
    async def get(self) -> None:
        """List them."""
        self.answer(await self.marshal.teams.listing(self.access))

    @needs("groups", "write")
    async def post(self) -> None:
        """Make one."""
        self.answer({"id": await self.marshal.teams.create(self.access, self.body(TeamPost))})


class Team(ApiHandler):
    """One team."""

    @needs("groups", "read")
    async def get(self, number: str) -> None:
        """Show it with its members."""
        self.answer(await self.marshal.teams.get(self.access, int(number)))

    @needs("groups", "write")
    async def put(self, number: str) -> None:
        """Change it."""
        await self.marshal.teams.change(self.access, int(number), self.body(TeamPut))
        self.answer({"id": int(number)})

    @needs("groups", "write")
    async def delete(self, number: str) -> None:
        """Remove it."""
        await self.marshal.teams.remove(self.access, int(number))
        self.answer()


ROUTES: Routes = [
    ("teams", Teams),
    (f"teams/{ID}", Team),
]
