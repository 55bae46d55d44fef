"""Who is looking at an object now: told to those who look at it too."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import Protocol

from nightdesk_services.marshal.access import Access, Document, Identity
from nightdesk_services.marshal.exceptions import Denied, NotFound
from nightdesk_services.marshal.services.objects import ObjectService
from nightdesk_services.marshal.services.people import PeopleService
from nightdesk_services.marshal.storage.store import Store, now

MOST = 50
"""Most objects that a connection may look at."""


class Viewer(Protocol):
    """One open connection."""

    identity: Identity

    def send(self, message: Document) -> None:
        """Send a message."""
        ...


class PresenceService:
    """Knows what the open connections of this process look at; nothing of it is stored."""

    def __init__(self, store: Store, people: PeopleService, objects: ObjectService) -> None:
        self._store = store
        self._people = people
        self._objects = objects
        self._looking: dict[Viewer, frozenset[str]] = {}
        self._turn = asyncio.Lock()

    async def look(self, viewer: Viewer, obj_ids: Collection[str]) -> None:
        """Note what a connection looks at from now on, and tell those who look at the same."""
        before = self._looking.pop(viewer, frozenset())
        after = frozenset(sorted(obj_ids)[:MOST])
        if after:
            self._looking[viewer] = after
        # one after another, so that nobody is told the older state last
        async with self._turn:
            for obj_id in sorted(before | after):
                await self._tell(obj_id)

    async def leave(self, viewer: Viewer) -> None:
        """Forget a connection that ended."""
        if viewer in self._looking:
            await self.look(viewer, ())

    async def _tell(self, obj_id: str) -> None:
        watching: list[tuple[Viewer, Access]] = []
        with self._store.bounded():
            for viewer in [one for one, looked in self._looking.items() if obj_id in looked]:
                access = await self._entitled(viewer.identity, obj_id)
                if access is not None:
                    watching.append((viewer, access))
        people = {access.user_id: access.author for _, access in watching}
        data = {"people": [people[i] for i in sorted(people)]}
        for viewer, _ in watching:
            viewer.send({"type": "presence", "action": "update", "obj_id": obj_id, "data": data, "at": now()})

    async def _entitled(self, identity: Identity, obj_id: str) -> Access | None:
        """Return somebody's rights if they may know of an object, now and not when they began to look."""
        try:
            access = await self._people.access(identity)
            await self._objects.holders(access, obj_id)
        except (Denied, NotFound):
            return None
        return access
