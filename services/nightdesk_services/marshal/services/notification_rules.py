"""Rules of what a person is told by which channel; the notifier follows them."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import timedelta
from typing import Any, Final

from nightdesk.settings import Settings

from nightdesk_services.marshal.access import Access, Document
from nightdesk_services.marshal.exceptions import Conflict, Invalid, absent
from nightdesk_services.marshal.models.notification_rules import (
    OPTIONS,
    NotificationSettingsPatch,
    RuleFields,
    RulePatch,
    RulePost,
)
from nightdesk_services.marshal.services import shapes
from nightdesk_services.marshal.services.webhooks import webhook
from nightdesk_services.marshal.storage.documents import Documents
from nightdesk_services.marshal.storage.notification_settings import NotificationSettings
from nightdesk_services.marshal.storage.outbox import Outbox
from nightdesk_services.marshal.storage.store import now

MEMBER: Final = re.compile(r"[UW][A-Z0-9]{5,20}")
"""A Slack member's id."""
SLACK: Final = "hooks.slack.com"
"""Where Slack takes what comes to incoming webhooks."""
_MOST: Final = 100
"""Most rules of one person."""
_TESTS: Final = 10
"""Most tests that one may ask for in an hour."""
_SHOWN: Final = ("kind", "channel", "state", "attempts", "error", "created_at", "due", "ended_at")
_SETTINGS: Final = ("time_zone", "quiet_hours", "per_hour", "slack", "webhook")


class NotificationRuleService:
    """Everybody's rules, settings and messages are theirs alone, also from administrators."""

    def __init__(
        self,
        rules: Documents,
        settings: NotificationSettings,
        outbox: Outbox,
        filters: Documents,
        site: Settings,
    ) -> None:
        self._rules = rules
        self._settings = settings
        self._outbox = outbox
        self._filters = filters
        self._site = site

    async def listing(self, access: Access) -> list[Document]:
        """Return one's rules."""
        return [shapes.named(one) for one in await self._rules.find({"user_id": access.user_id})]

    async def get(self, access: Access, number: int) -> Document:
        """Return one of one's rules."""
        return shapes.named(await self._own(access, number))

    async def create(self, access: Access, post: RulePost) -> int:
        """Add a rule and return its id."""
        await self._check(access, post.kind, post)
        if post.kind == "filter_hit" and not (post.filter_ids or post.group_ids):
            raise Invalid("filter_ids: say which filters, or group_ids")
        if await self._rules.count({"user_id": access.user_id}) >= _MOST:
            raise Conflict(f"you have {_MOST} rules already; remove one first")
        made = await self._rules.insert(post.model_dump() | {"user_id": access.user_id})
        return int(made["_id"])

    async def change(self, access: Access, number: int, patch: RulePatch) -> None:
        """Change one of one's rules."""
        rule = await self._own(access, number)
        await self._check(access, rule["kind"], patch)
        fields = patch.model_dump(exclude_unset=True)
        for name in ("channels", "active"):
            if name in fields and fields[name] is None:
                raise Invalid(f"{name}: cannot be null")
        after = rule | fields
        if rule["kind"] == "filter_hit" and not (after.get("filter_ids") or after.get("group_ids")):
            raise Invalid("filter_ids: say which filters, or group_ids")
        await self._rules.change(number, fields)

    async def remove(self, access: Access, number: int) -> None:
        """Remove one of one's rules; what waits because of it is still told."""
        await self._own(access, number)
        await self._rules.remove({"_id": number, "user_id": access.user_id})

    async def settings(self, access: Access) -> Document:
        """Return when and where one is told, and which channels one has set up."""
        found = await self._settings.of(access.user_id)
        shown = {name: found.get(name) for name in _SETTINGS}
        user = access.directory.users.get(access.user_id, {})
        return shown | {
            "time_zone": shown["time_zone"] or "UTC",
            "email": user.get("contact_email"),
            "phone": user.get("contact_phone"),
            "webhook_hosts": sorted(self._site.notify_hosts),
        }

    async def change_settings(self, access: Access, patch: NotificationSettingsPatch) -> None:
        """Change when and where one is told."""
        site = self._site
        if patch.webhook is not None:
            webhook(patch.webhook, site.notify_hosts, site.notify_schemes, "webhook")
        if patch.slack is not None and not MEMBER.fullmatch(patch.slack):
            place = webhook(patch.slack, site.notify_hosts, site.notify_schemes, "slack")
            if place.host != SLACK:
                raise Invalid(f"slack: give a member id or an address at {SLACK}; others are a webhook")
        await self._settings.change(access.user_id, patch.model_dump(exclude_unset=True))

    async def test(self, access: Access, channel: str) -> None:
        """Send oneself a message, whatever the quiet hours."""
        time = now()
        sent = await self._outbox.count(access.user_id, "test", time - timedelta(hours=1))
        if sent >= _TESTS:
            raise Conflict(f"channel: you asked for {sent} tests within an hour; wait a little")
        subject = f"test:{time.isoformat()}"
        await self._outbox.put(subject, access.user_id, channel, kind="test", about={}, time=time)

    async def deliveries(self, access: Access, most: int) -> list[Document]:
        """Return what became of one's latest messages, newest first."""
        found = await self._outbox.of(access.user_id, most)
        return [{name: one.get(name) for name in _SHOWN} for one in found]

    async def _own(self, access: Access, number: int) -> Document:
        found = await self._rules.one({"_id": number, "user_id": access.user_id})
        if found is None:
            raise absent(f"notification rule {number}")
        return found

    async def _check(self, access: Access, kind: str, fields: RuleFields) -> None:
        options = frozenset().union(*OPTIONS.values())
        for name in sorted(fields.model_fields_set & options):
            if name not in OPTIONS[kind] and getattr(fields, name) is not None:
                raise Invalid(f"{name}: a rule of kind {kind} has none")
        if fields.group_ids:
            access.chosen(fields.group_ids)
        if fields.filter_ids:
            await self._check_filters(access, fields.filter_ids)

    async def _check_filters(self, access: Access, filter_ids: Collection[int]) -> None:
        found: dict[int, Any] = await self._filters.by_id(filter_ids)
        for number in filter_ids:
            if number not in found or not access.sees([found[number]["group_id"]]):
                raise absent(f"filter {number}", "filter_ids")
