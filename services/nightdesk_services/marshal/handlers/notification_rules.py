"""What one is told, where and when."""

from __future__ import annotations

from nightdesk_services.marshal.handlers.base import ANY, ApiHandler, needs
from nightdesk_services.marshal.handlers.routes import ID, Routes
from nightdesk_services.marshal.models.notification_rules import (
    DeliveriesQuery,
    NotificationSettingsPatch,
    RulePatch,
    RulePost,
    TestPost,
)


class NotificationRules(ApiHandler):
    """One's rules."""

    @needs(ANY)
    async def get(self) -> None:
        """List them."""
        self.answer(await self.marshal.notification_rules.listing(self.access))

    @needs("comments", "write")
    async def post(self) -> None:
        """Add one."""
        self.answer({"id": await self.marshal.notification_rules.create(self.access, self.body(RulePost))})


class NotificationRule(ApiHandler):
    """One rule."""

    @needs(ANY)
    async def get(self, number: str) -> None:
        """Show it."""
        self.answer(await self.marshal.notification_rules.get(self.access, int(number)))

    @needs("comments", "write")
    async def patch(self, number: str) -> None:
        """Change it."""
        await self.marshal.notification_rules.change(self.access, int(number), self.body(RulePatch))
        self.answer()

    @needs("comments", "write")
    async def delete(self, number: str) -> None:
        """Remove it."""
        await self.marshal.notification_rules.remove(self.access, int(number))
        self.answer()


class NotificationSettings(ApiHandler):
    """When and where one is told: time zone, quiet hours, addresses."""

    @needs(ANY)
    async def get(self) -> None:
        """Show it."""
        self.answer(await self.marshal.notification_rules.settings(self.access))

    @needs("comments", "write")
    async def patch(self) -> None:
        """Change it."""
        patch = self.body(NotificationSettingsPatch)
        await self.marshal.notification_rules.change_settings(self.access, patch)
        self.answer()


class NotificationTest(ApiHandler):
    """A message to oneself."""

    @needs("comments", "write")
    async def post(self) -> None:
        """Send one by a channel."""
        await self.marshal.notification_rules.test(self.access, self.body(TestPost).channel)
        self.answer()


class NotificationDeliveries(ApiHandler):
    """What became of one's messages."""

    @needs(ANY)
    async def get(self) -> None:
        """List the latest."""
        query = self.query(DeliveriesQuery)
        self.answer(await self.marshal.notification_rules.deliveries(self.access, query.limit))


ROUTES: Routes = [
    ("notification_rules", NotificationRules),
    ("notification_rules/settings", NotificationSettings),
    ("notification_rules/test", NotificationTest),
    ("notification_rules/deliveries", NotificationDeliveries),
    (f"notification_rules/{ID}", NotificationRule),
]
