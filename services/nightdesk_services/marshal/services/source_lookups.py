"""Looking up what others call a source: asked for at once, answered in the background."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

from nightdesk_services.common.tasks import Background
from nightdesk_services.marshal.access import Access, Document, Identity
from nightdesk_services.marshal.exceptions import Invalid, MarshalError, NotFound, Unavailable
from nightdesk_services.marshal.models.sources import MpcBody, TnsQuery
from nightdesk_services.marshal.services.notices import NoticeService
from nightdesk_services.marshal.services.people import PeopleService
from nightdesk_services.marshal.services.source_minor_planets import (
    CODES,
    GEOCENTRE,
    REACH_ARCSEC,
    MinorPlanets,
)
from nightdesk_services.marshal.services.source_names import TransientNames
from nightdesk_services.marshal.services.sources import SourceService
from nightdesk_services.marshal.storage.source_lookups import SourceLookups
from nightdesk_services.marshal.storage.sources import Sources
from nightdesk_services.marshal.storage.store import Store

log = logging.getLogger(__name__)

_INTERVAL: Final = 30.0
"""Seconds after which requests are looked for that another process left behind."""
_RETRY: Final = 1.0
"""Seconds until what could not be finished is tried again."""


@dataclass(frozen=True)
class Answer:
    """How a request ended."""

    status: str
    """``found``, ``nothing`` or ``failed``."""
    outcome: str
    fields: Document = field(default_factory=dict)
    """What it tells of the source."""


class SourceLookupService(Background):
    """Keeps requests until they are answered, writes what was found on the source and tells who asked."""

    def __init__(
        self,
        *,
        store: Store,
        lookups: SourceLookups,
        service: SourceService,
        sources: Sources,
        people: PeopleService,
        notices: NoticeService,
        names: TransientNames,
        minor_planets: MinorPlanets,
    ) -> None:
        self._store = store
        self._lookups = lookups
        self._service = service
        self._sources = sources
        self._people = people
        self._notices = notices
        self._names = names
        self._minor_planets = minor_planets
        self._kinds: dict[str, Callable[[Access, Document, Document], Awaitable[Answer]]] = {
            "tns": self._tns,
            "mpc": self._mpc,
        }
        self._begun: Document | None = None
        """What is being answered, and is again if the store went away meanwhile."""
        self._asked = asyncio.Event()

    async def ask_tns(self, access: Access, obj_id: str, query: TnsQuery) -> None:
        """Queue a look into the table of the Transient Name Server.

        Raises
        ------
        NotFound
            If the table is not loaded on this desk.
        """
        await self._service.changeable(access, obj_id)
        self._names.table()
        await self._put(access, obj_id, "tns", {"radius": query.radius})

    async def ask_mpc(self, access: Access, obj_id: str, body: MpcBody) -> None:
        """Queue a search for known minor planets at a source's place.

        Raises
        ------
        Invalid
            If the observatory is none whose alerts come here.
        """
        await self._service.changeable(access, obj_id)
        if body.obscode not in (GEOCENTRE, *CODES.values()):
            surveys = ", ".join(f"{code} ({name})" for name, code in CODES.items())
            raise Invalid(
                "obscode: no orbits are kept on this desk, so minor planets are known as the surveys saw"
                f" them: give {surveys}, or {GEOCENTRE} for all"
            )
        await self._put(access, obj_id, "mpc", body.model_dump())

    async def work(self) -> bool:
        """Answer the oldest request; False if there is none."""
        request = self._begun or await self._lookups.take()
        if request is None:
            return False
        self._begun = request
        try:
            answer = await self._answer(request)
        except Unavailable:
            raise
        except MarshalError as error:
            answer = Answer("failed", error.message)
        except Exception:
            log.exception("the lookup %s failed", request["_id"])
            answer = Answer("failed", "something went wrong here; the log of the marshal says what")
        obj_id = request["obj_id"]
        if answer.fields:
            await self._sources.change(obj_id, answer.fields)
        await self._lookups.end(request["_id"], answer.status, answer.outcome)
        self._begun = None
        text = f"{request['kind'].upper()} of {obj_id}: {answer.outcome}"
        await self._notices.tell(request["user_id"], text, f"/source/{obj_id}", "lookup")
        return True

    async def _put(self, access: Access, obj_id: str, kind: str, asked: Document) -> None:
        await self._lookups.put(obj_id, kind, asked, access.user_id)
        self._asked.set()

    async def _run(self) -> None:
        while True:
            self._asked.clear()
            try:
                more = True
                while more:
                    with self._store.bounded():
                        more = await self.work()
            except Unavailable as error:
                log.warning("lookups wait: %s", error.message)
            except Exception:
                log.exception("lookups cannot be answered")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._asked.wait(), _RETRY if self._begun else _INTERVAL)

    async def _answer(self, request: Document) -> Answer:
        directory = await self._people.directory()
        user = directory.users.get(request["user_id"])
        if user is None:
            raise NotFound("who asked is no longer there")
        access = Access(user["_id"], Identity(user["username"], False, frozenset()), directory)
        source = await self._service.require(access, request["obj_id"])
        return await self._kinds[request["kind"]](access, source, request["asked"])

    async def _tns(self, access: Access, source: Document, asked: Document) -> Answer:
        found = await self._names.near(source["ra"], source["dec"], asked["radius"])
        if found is None:
            return Answer("nothing", f"no object of the table lies within {asked['radius']:g} arcsec")
        return Answer("found", f"it is {found['tns_name']}", found)

    async def _mpc(self, access: Access, source: Document, asked: Document) -> Answer:
        radius = min(asked["search_radius"] * 60, REACH_ARCSEC)
        search = await self._minor_planets.near(
            access,
            source["_id"],
            date=asked["date"],
            radius=radius,
            limit=asked["limiting_magnitude"],
            obscode=asked["obscode"],
        )
        if search.found is None:
            when = " within an hour of that date" if asked["date"] else ""
            return Answer(
                "nothing",
                f"in {search.alerts} alerts{when} the surveys know no minor planet within {radius:g} arcsec;"
                " no orbits are kept on this desk to look further",
            )
        name = search.found.name
        aliases = source.get("aliases", [])
        fields = {
            "is_roid": True,
            "mpc_name": name,
            "aliases": aliases if name in aliases else [*aliases, name],
        }
        return Answer("found", f"it is {name}, {search.found.offset:.1f} arcsec off", fields)
