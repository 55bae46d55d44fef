"""Observing runs, their targets, and shifts."""

from __future__ import annotations

from nightdesk_services.marshal.handlers.base import ApiHandler, needs
from nightdesk_services.marshal.handlers.routes import ID, Routes
from nightdesk_services.marshal.models import runs as models


class Runs(ApiHandler):
    """The runs that the person may see."""

    @needs("facilities", "read")
    async def get(self) -> None:
        """List them."""
        self.answer(await self.marshal.runs.listing(self.access))

    @needs("facilities", "write", acl="Upload data")
    async def post(self) -> None:
        """Add one."""
        self.answer({"id": await self.marshal.runs.create(self.access, self.body(models.RunPost))})


class Run(ApiHandler):
    """One run."""

    @needs("facilities", "read")
    async def get(self, number: str) -> None:
        """Show it."""
        self.answer(await self.marshal.runs.get(self.access, int(number)))

    @needs("facilities", "write", acl="Upload data")
    async def put(self, number: str) -> None:
        """Change it."""
        await self.marshal.runs.change(self.access, int(number), self.body(models.RunPut))
        self.answer()

    @needs("facilities", "write", acl="Upload data")
    async def delete(self, number: str) -> None:
        """Remove it."""
        await self.marshal.runs.remove(self.access, int(number))
        self.answer()


class RunNotObserved(ApiHandler):
    """The targets of a run that have some status."""

    @needs("facilities", "write", acl="Upload data")
    async def put(self, number: str) -> None:
        """Give them another."""
        change = self.body(models.NotObserved)
        self.answer({"changed": await self.marshal.runs.restatus(self.access, int(number), change)})


class Assignments(ApiHandler):
    """The targets of all runs."""

    @needs("facilities", "read")
    async def get(self) -> None:
        """List them."""
        self.answer(await self.marshal.runs.assignments(self.access))

    @needs("facilities", "write", acl="Upload data")
    async def post(self) -> None:
        """Add one."""
        self.answer({"id": await self.marshal.runs.assign(self.access, self.body(models.AssignmentPost))})


class Assignment(ApiHandler):
    """One target of a run."""

    @needs("facilities", "read")
    async def get(self, number: str) -> None:
        """Show it."""
        self.answer(await self.marshal.runs.assignment(self.access, int(number)))

    @needs("facilities", "write", acl="Upload data")
    async def put(self, number: str) -> None:
        """Change it."""
        await self.marshal.runs.change_assignment(self.access, int(number), self.body(models.AssignmentPut))
        self.answer()

    @needs("facilities", "write", acl="Upload data")
    async def delete(self, number: str) -> None:
        """Take it off."""
        await self.marshal.runs.remove_assignment(self.access, int(number))
        self.answer()


class Shifts(ApiHandler):
    """The shifts of the person's groups."""

    @needs("facilities", "read")
    async def get(self) -> None:
        """List them."""
        self.answer(await self.marshal.shifts.listing(self.access, self.query(models.ShiftsQuery)))

    @needs("facilities", "write", acl="Manage shifts")
    async def post(self) -> None:
        """Add one."""
        self.answer({"id": await self.marshal.shifts.create(self.access, self.body(models.ShiftPost))})


class Shift(ApiHandler):
    """One shift."""

    @needs("facilities", "read")
    async def get(self, number: str) -> None:
        """Show it."""
        self.answer(await self.marshal.shifts.get(self.access, int(number)))

    @needs("facilities", "write", acl="Manage shifts")
    async def patch(self, number: str) -> None:
        """Change it."""
        await self.marshal.shifts.change(self.access, int(number), self.body(models.ShiftPatch))
        self.answer()

    @needs("facilities", "write", acl="Manage shifts")
    async def delete(self, number: str) -> None:
        """Remove it."""
        await self.marshal.shifts.remove(self.access, int(number))
        self.answer()


class ShiftUsers(ApiHandler):
    """The people of a shift."""

    @needs("facilities", "write", acl="Manage shifts")
    async def post(self, number: str) -> None:
        """Take somebody in."""
        post = self.body(models.ShiftUserPost)
        self.answer(await self.marshal.shifts.add(self.access, int(number), post))


class ShiftUser(ApiHandler):
    """Somebody's part in a shift."""

    @needs("facilities", "write", acl="Manage shifts")
    async def patch(self, number: str, user_id: str) -> None:
        """Change it."""
        patch = self.body(models.ShiftUserPatch)
        await self.marshal.shifts.change_member(self.access, int(number), int(user_id), patch)
        self.answer()

    @needs("facilities", "write", acl="Manage shifts")
    async def delete(self, number: str, user_id: str) -> None:
        """End it."""
        await self.marshal.shifts.remove_member(self.access, int(number), int(user_id))
        self.answer()


class ShiftSummary(ApiHandler):
    """What shifts there were."""

    @needs("facilities", "read")
    async def get(self, number: str | None = None) -> None:
        """Tell of one, or of a span of time."""
        query = self.query(models.SummaryQuery)
        one = None if number is None else int(number)
        self.answer(await self.marshal.shifts.summary(self.access, one, query))


ROUTES: Routes = [
    ("observing_run", Runs),
    (f"observing_run/{ID}", Run),
    (f"observing_run/{ID}/not_observed", RunNotObserved),
    ("assignment", Assignments),
    (f"assignment/{ID}", Assignment),
    ("shifts", Shifts),
    ("shifts/summary", ShiftSummary),
    (f"shifts/summary/{ID}", ShiftSummary),
    (f"shifts/{ID}", Shift),
    (f"shifts/{ID}/users", ShiftUsers),
    (f"shifts/{ID}/users/{ID}", ShiftUser),
]
