"""The service itself."""

from __future__ import annotations

from nightdesk_services.marshal.handlers.base import ANY, PUBLIC, ApiHandler, needs
from nightdesk_services.marshal.handlers.routes import Routes
from nightdesk_services.marshal.services.system import enums


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
    """What code runs here."""

    @needs(ANY)
    async def get(self) -> None:
        """Answer with its newest commits."""
        self.answer({"gitlog": await self.marshal.system.gitlog()})


class DbInfo(ApiHandler):
    """The store."""

    @needs(ANY)
    async def get(self) -> None:
        """Answer with its state."""
        self.answer(await self.marshal.system.dbinfo())


class AltdataInfo(ApiHandler):
    """What sources carry besides."""

    @needs("sources", "read")
    async def get(self) -> None:
        """Answer with its keys."""
        self.answer(await self.marshal.system.altdata(self.access))


class AnnotationsInfo(ApiHandler):
    """What annotations there are."""

    @needs("sources", "read")
    async def get(self) -> None:
        """Answer with their origins and keys."""
        self.answer(await self.marshal.system.annotations(self.access))


class Config(ApiHandler):
    """What clients may build on."""

    @needs(ANY)
    async def get(self) -> None:
        """Answer with it."""
        self.answer(self.marshal.system.config(self.access))


class DbStats(ApiHandler):
    """How much of everything there is."""

    @needs("groups", "read", acl="System admin")
    async def get(self) -> None:
        """Answer with the counts."""
        self.answer(await self.marshal.system.statistics())


class EnumTypes(ApiHandler):
    """What fields of requests take."""

    @needs(ANY)
    async def get(self) -> None:
        """Answer with the lists of values."""
        self.answer(enums())


ROUTES: Routes = [
    ("sysinfo", SysInfo),
    ("config", Config),
    ("db_stats", DbStats),
    ("enum_types", EnumTypes),
    ("internal/dbinfo", DbInfo),
    ("internal/altdata_info", AltdataInfo),
    ("internal/annotations_info", AnnotationsInfo),
]
