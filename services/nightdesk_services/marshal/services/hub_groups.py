"""Groups follow JupyterHub's and JupyterHub's follow ours: at sign-in, after changes, and again and again."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress

from nightdesk_services.common.tasks import begun, ended
from nightdesk_services.marshal.access import Identity
from nightdesk_services.marshal.exceptions import Unavailable
from nightdesk_services.marshal.hub import HubApi
from nightdesk_services.marshal.services.group_sync import GroupSync
from nightdesk_services.marshal.services.people import PeopleService
from nightdesk_services.marshal.storage.hub_groups import HubGroupLinks
from nightdesk_services.marshal.storage.people import People
from nightdesk_services.marshal.storage.store import Store

log = logging.getLogger(__name__)

_GATHER = 0.2


class HubGroups:
    """When groups are brought together; without a hub, never."""

    def __init__(
        self,
        *,
        store: Store,
        hub: HubApi | None,
        links: HubGroupLinks,
        storage: People,
        people: PeopleService,
        interval: float,
    ) -> None:
        self._store = store
        self._hub = hub
        self._sync = GroupSync(hub, links, storage, people) if hub is not None else None
        self._people = people
        self._interval = interval
        self._lock = asyncio.Lock()
        self._wake = asyncio.Event()
        # the hub's word on people's groups, as they last brought it and as it was last acted on
        self._seen: dict[str, frozenset[str]] = {}
        self._agreed: dict[str, frozenset[str]] = {}
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Follow the hub from now on, if there is one; harmless where it has begun."""
        if self._sync is None or self._task is not None:
            return
        self._people.follow(self._wake.set, self.signed_in)
        self._task = begun(self._follow())

    async def stop(self) -> None:
        """Follow no more."""
        await ended(self._task)
        if self._hub is not None:
            await self._hub.close()

    async def signed_in(self, identity: Identity) -> None:
        """Bring groups together if somebody comes with other groups than before."""
        if identity.groups is None or self._seen.get(identity.username) == identity.groups:
            return
        if identity.groups != self._agreed.get(identity.username):
            await self._try()
        self._seen[identity.username] = identity.groups

    async def sync(self) -> None:
        """Bring all groups together, and take note of whom the hub has taken something from.

        Raises
        ------
        Unavailable
            If the hub or the store does not answer.
        """
        if self._sync is None:
            return
        async with self._lock:
            with self._store.bounded():
                self._agreed = await self._sync.run()

    async def _follow(self) -> None:
        while True:
            await self._try()
            # not `wait_for`, which before Python 3.12 may lose a cancellation
            with suppress(TimeoutError):
                async with asyncio.timeout(self._interval):
                    await self._wake.wait()
            # changes often come in crowds
            await asyncio.sleep(_GATHER)
            self._wake.clear()

    async def _try(self) -> None:
        try:
            await self.sync()
        except Unavailable as error:
            log.warning("groups do not follow the hub now: %s", error.message)
        except Exception:
            log.exception("groups cannot follow the hub")
