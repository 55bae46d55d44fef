"""The people who are told: what they may see at this moment, where and when they want to be told."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import cached_property
from zoneinfo import ZoneInfo

from nightdesk.scopes import VIEWER_SCOPES

from nightdesk_services.marshal.access import Access, Document, Identity, barred
from nightdesk_services.marshal.services.people import PeopleService
from nightdesk_services.marshal.services.standing import scopes_of
from nightdesk_services.marshal.storage.notification_settings import NotificationSettings
from nightdesk_services.notifier.services.timing import Quiet, clock_of


@dataclass(frozen=True)
class Receiver:
    """One person."""

    access: Access
    user: Document
    settings: Document

    @cached_property
    def zone(self) -> ZoneInfo:
        """Their time zone."""
        return ZoneInfo(self.settings.get("time_zone") or "UTC")

    @cached_property
    def quiet(self) -> Quiet | None:
        """When they are told nothing, but in their inbox."""
        hours = self.settings.get("quiet_hours")
        return Quiet(clock_of(hours["start"]), clock_of(hours["end"]), self.zone) if hours else None


class Receivers:
    """Knows everybody; what it knows is some seconds old at most, or fresh after `forget`."""

    def __init__(self, people: PeopleService, settings: NotificationSettings, cache_seconds: float) -> None:
        self._people = people
        self._settings = settings
        self._cache_seconds = cache_seconds
        self._known: dict[int, Document] | None = None
        self._expires = 0.0

    def forget(self) -> None:
        """Read all anew at the next question."""
        self._people.forget()
        self._known = None

    async def get(self, user_id: int) -> Receiver | None:
        """Return a person with what they may see, as the hub let them when they last came.

        None if they are not, or no more, on this desk.
        """
        directory = await self._people.directory()
        user = directory.users.get(user_id)
        if user is None or barred(user):
            return None
        seen = scopes_of(user)
        scopes = frozenset(VIEWER_SCOPES) if seen is None else seen
        access = Access(user_id, Identity(user["username"], False, scopes), directory)
        return Receiver(access, user, (await self._all()).get(user_id, {}))

    async def _all(self) -> dict[int, Document]:
        if self._known is None or time.monotonic() > self._expires:
            self._known = {one["_id"]: one for one in await self._settings.all()}
            self._expires = time.monotonic() + self._cache_seconds
        return self._known
