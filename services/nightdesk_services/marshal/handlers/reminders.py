"""Reminders on things of every type."""

from __future__ import annotations

from nightdesk_services.marshal.handlers.base import needs
from nightdesk_services.marshal.handlers.routes import ID, OBJECT, Routes
from nightdesk_services.marshal.handlers.things import ThingHandler
from nightdesk_services.marshal.models.reminders import ReminderPatch, ReminderPost


class Reminders(ThingHandler):
    """The reminders on a thing."""

    @needs("comments", "read")
    async def get(self, key: str) -> None:
        """List them."""
        self.answer(await self.marshal.reminders.listing(self.access, self.kind, key))

    @needs("comments", "write", acl="Comment")
    async def post(self, key: str) -> None:
        """Add one for each of some users."""
        post = self.body(ReminderPost)
        self.answer({"reminder_ids": await self.marshal.reminders.create(self.access, self.kind, key, post)})


class Reminder(ThingHandler):
    """One reminder."""

    @needs("comments", "read")
    async def get(self, key: str, number: str) -> None:
        """Show it."""
        self.answer(await self.marshal.reminders.get(self.access, self.kind, key, int(number)))

    @needs("comments", "write")
    async def patch(self, key: str, number: str) -> None:
        """Change it."""
        patch = self.body(ReminderPatch)
        await self.marshal.reminders.change(self.access, self.kind, key, int(number), patch)
        self.answer()

    @needs("comments", "write")
    async def delete(self, key: str, number: str) -> None:
        """Remove it."""
        await self.marshal.reminders.remove(self.access, self.kind, key, int(number))
        self.answer()


_KINDS = ("source", "spectra", "gcn_event", "shift", "earthquake")

ROUTES: Routes = [
    (f"{kind}/{OBJECT}/reminders{rest}", handler)
    for kind in _KINDS
    for rest, handler in (("", Reminders), (f"/{ID}", Reminder))
]
