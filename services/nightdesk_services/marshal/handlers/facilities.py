"""Telescopes, instruments and allocations."""

from __future__ import annotations

from nightdesk_services.marshal.handlers.base import ApiHandler, needs
from nightdesk_services.marshal.handlers.routes import ID, Routes
from nightdesk_services.marshal.models import facilities as models


class Telescopes(ApiHandler):
    """All telescopes."""

    @needs("facilities", "read")
    async def get(self) -> None:
        """List them."""
        self.answer(await self.marshal.telescopes.listing(self.query(models.TelescopesQuery)))

    @needs("facilities", "write", acl="Manage telescopes")
    async def post(self) -> None:
        """Add one."""
        self.answer({"id": await self.marshal.telescopes.create(self.body(models.TelescopePost))})


class Telescope(ApiHandler):
    """One telescope."""

    @needs("facilities", "read")
    async def get(self, number: str) -> None:
        """Show it."""
        self.answer(await self.marshal.telescopes.get(int(number)))

    @needs("facilities", "write", acl="Manage telescopes")
    async def put(self, number: str) -> None:
        """Change it."""
        await self.marshal.telescopes.change(int(number), self.body(models.TelescopePut))
        self.answer()

    @needs("facilities", "write", acl="Manage telescopes")
    async def delete(self, number: str) -> None:
        """Remove it."""
        await self.marshal.telescopes.remove(int(number))
        self.answer()


class Instruments(ApiHandler):
    """All instruments."""

    @needs("facilities", "read")
    async def get(self) -> None:
        """List them."""
        self.answer(await self.marshal.instruments.listing(self.query(models.InstrumentsQuery).name))

    @needs("facilities", "write", acl="Manage instruments")
    async def post(self) -> None:
        """Add one."""
        self.answer({"id": await self.marshal.instruments.create(self.body(models.InstrumentPost))})


class Instrument(ApiHandler):
    """One instrument."""

    @needs("facilities", "read")
    async def get(self, number: str) -> None:
        """Show it."""
        self.answer(await self.marshal.instruments.get(int(number), self.query(models.InstrumentQuery)))

    @needs("facilities", "write", acl="Manage instruments")
    async def put(self, number: str) -> None:
        """Change it."""
        await self.marshal.instruments.change(int(number), self.body(models.InstrumentPut))
        self.answer()

    @needs("facilities", "write", acl="Manage instruments")
    async def delete(self, number: str) -> None:
        """Remove it."""
        await self.marshal.instruments.remove(int(number))
        self.answer()


class InstrumentFields(ApiHandler):
    """The fields of an instrument."""

    @needs("facilities", "write", acl="Manage instruments")
    async def delete(self, number: str) -> None:
        """Remove them."""
        await self.marshal.instruments.remove_fields(int(number))
        self.answer()


class InstrumentLogs(ApiHandler):
    """The logs of an instrument."""

    @needs("facilities", "read")
    async def get(self, number: str) -> None:
        """List them."""
        self.answer(await self.marshal.instruments.logs(int(number), self.query(models.Span)))

    @needs("facilities", "write", acl="Upload data")
    async def post(self, number: str) -> None:
        """Keep one."""
        self.answer({"id": await self.marshal.instruments.add_log(int(number), self.body(models.LogPost))})


class InstrumentStatus(ApiHandler):
    """What an instrument does now."""

    @needs("facilities", "write", acl="Upload data")
    async def put(self, number: str) -> None:
        """Note it."""
        await self.marshal.instruments.set_status(int(number), self.body(models.StatusPut).status)
        self.answer()


class Allocations(ApiHandler):
    """The allocations of the person's groups."""

    @needs("facilities", "read")
    async def get(self) -> None:
        """List them."""
        self.answer(await self.marshal.allocations.listing(self.access, self.query(models.AllocationsQuery)))

    @needs("facilities", "write", acl="Manage allocations")
    async def post(self) -> None:
        """Add one."""
        post = self.body(models.AllocationPost)
        self.answer({"id": await self.marshal.allocations.create(self.access, post)})


class Allocation(ApiHandler):
    """One allocation."""

    @needs("facilities", "read")
    async def get(self, number: str) -> None:
        """Show it."""
        query = self.query(models.AllocationQuery)
        self.answer(await self.marshal.allocations.get(self.access, int(number), query))

    @needs("facilities", "write", acl="Manage allocations")
    async def put(self, number: str) -> None:
        """Change it."""
        await self.marshal.allocations.change(self.access, int(number), self.body(models.AllocationPut))
        self.answer()

    @needs("facilities", "write", acl="Manage allocations")
    async def delete(self, number: str) -> None:
        """Remove it."""
        await self.marshal.allocations.remove(self.access, int(number))
        self.answer()


ROUTES: Routes = [
    ("telescope", Telescopes),
    (f"telescope/{ID}", Telescope),
    ("instrument", Instruments),
    (f"instrument/{ID}", Instrument),
    (f"instrument/{ID}/fields", InstrumentFields),
    (f"instrument/{ID}/log", InstrumentLogs),
    (f"instrument/{ID}/status", InstrumentStatus),
    ("allocation", Allocations),
    (f"allocation/{ID}", Allocation),
]
