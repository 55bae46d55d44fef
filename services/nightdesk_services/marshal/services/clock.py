"""The clock that looks for reminders whose time has come."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from nightdesk_services.common.tasks import Background
from nightdesk_services.marshal.access import Document
from nightdesk_services.marshal.exceptions import Unavailable
from nightdesk_services.marshal.services.people import PeopleService
from nightdesk_services.marshal.services.reminders import may_read
from nightdesk_services.marshal.storage.notifications import Notifications
from nightdesk_services.marshal.storage.reminders import Reminders
from nightdesk_services.marshal.storage.store import Store, now

log = logging.getLogger(__name__)

_MOST = 200
"""Most reminders of one look; the rest waits for the next."""


class ReminderClock(Background):
    """Turns due reminders into messages, each once, however many marshals there are and whenever they end.

    Parameters
    ----------
    interval
        Seconds from one look to the next.
    time
        Tells the time.
    """

    def __init__(
        self,
        store: Store,
        reminders: Reminders,
        notifications: Notifications,
        people: PeopleService,
        *,
        interval: float = 5.0,
        time: Callable[[], datetime] = now,
    ) -> None:
        self._store = store
        self._reminders = reminders
        self._notifications = notifications
        self._people = people
        self._interval = interval
        self._time = time

    async def look(self) -> int:
        """Leave a message for every reminder that is due; return how many were."""
        due = await self._reminders.due(self._time(), _MOST)
        for reminder in due:
            try:
                await self._remind(reminder)
            except (KeyError, TypeError, ValueError):
                # one odd reminder must not silence all that follow
                log.exception("reminder %s cannot be read; it is switched off", reminder["_id"])
                await self._reminders.change(reminder["_id"], {"number_of_reminders": 0})
        return len(due)

    async def _run(self) -> None:
        while True:
            try:
                with self._store.bounded():
                    await self.look()
            except Unavailable as error:
                log.warning("reminders wait: %s", error.message)
            except Exception:
                log.exception("reminders could not be given")
            await asyncio.sleep(self._interval)

    async def _remind(self, reminder: Document) -> None:
        directory = await self._people.directory()
        if not may_read(directory, reminder["user_id"], reminder["group_ids"]):
            # its user has left the groups that it was for
            await self._reminders.change(reminder["_id"], {"number_of_reminders": 0})
            return
        number = await self._reminders.claim(reminder, await self._notifications.reserve())
        if number is None:
            return
        await self._notifications.put(
            number, reminder["user_id"], reminder["text"], reminder["url"], "reminder"
        )
        after = {
            "number_of_reminders": reminder["number_of_reminders"] - 1,
            "next_reminder": _following(reminder, self._time()),
        }
        await self._reminders.left(reminder["_id"], number, after)


def _following(reminder: Document, time: datetime) -> datetime:
    """Return the next time of a reminder's rhythm; what was missed while no marshal ran is told once."""
    delay = timedelta(days=reminder["reminder_delay"])
    steps = max((time - reminder["next_reminder"]) // delay, 0) + 1
    found: datetime = reminder["next_reminder"] + steps * delay
    return found
