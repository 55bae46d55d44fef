"""From an occasion to entries in people's outboxes: who is told, by which channel, and from when on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from nightdesk_services.marshal.access import Document
from nightdesk_services.marshal.storage.outbox import Outbox
from nightdesk_services.notifier.models.occasion import Occasion
from nightdesk_services.notifier.services.kinds.base import Kind
from nightdesk_services.notifier.services.metrics import Metrics
from nightdesk_services.notifier.services.receivers import Receiver, Receivers
from nightdesk_services.notifier.services.timing import clock_of, following

INBOX: Final = "inbox"


@dataclass(frozen=True)
class _Plan:
    due: datetime
    digest: str | None


class Queueing:
    """Fills the outbox; what is noticed twice is stored once."""

    def __init__(
        self, outbox: Outbox, receivers: Receivers, metrics: Metrics, time: Callable[[], datetime]
    ) -> None:
        self._outbox = outbox
        self._receivers = receivers
        self._metrics = metrics
        self._time = time

    async def tell(self, kind: Kind, occasion: Occasion) -> int:
        """Store an occasion for everybody who asked and may see it; return how many entries are new."""
        time, new = self._time(), 0
        for (user_id, channel), plan in (await self._plans(kind, occasion, time)).items():
            stored = await self._outbox.put(
                occasion.subject,
                user_id,
                channel,
                kind=kind.name,
                about=occasion.about,
                time=time,
                due=plan.due,
                digest=plan.digest,
            )
            new += stored
        self._metrics.queued.labels(kind.name).inc(new)
        return new

    async def _plans(self, kind: Kind, occasion: Occasion, time: datetime) -> dict[tuple[int, str], _Plan]:
        """Return who is told by which channel and when; of several rules the earliest counts."""
        plans: dict[tuple[int, str], _Plan] = {}
        for rule in occasion.rules:
            receiver = await self._receivers.get(rule["user_id"])
            if receiver is None or not kind.allows(receiver) or not kind.sees(receiver, occasion.document):
                continue
            for channel in rule["channels"]:
                if channel == INBOX and kind.inboxed:
                    continue
                plan, place = await self._plan(rule, channel, receiver, time), (rule["user_id"], channel)
                if place not in plans or plan.due < plans[place].due:
                    plans[place] = plan
        return plans

    async def _plan(self, rule: Document, channel: str, receiver: Receiver, time: datetime) -> _Plan:
        digest = rule.get("digest")
        # the inbox disturbs nobody
        if channel == INBOX:
            return _Plan(time, None)
        due, name = time, None
        if digest is not None and digest.get("daily"):
            name = f"daily {digest['daily']}"
            due = following(time, clock_of(digest["daily"]), receiver.zone)
        elif digest is not None:
            name = f"{digest['minutes']} minutes"
            gathering = await self._outbox.window(receiver.access.user_id, channel, name)
            due = gathering or time + timedelta(minutes=digest["minutes"])
        return _Plan(receiver.quiet.until(due) if receiver.quiet else due, name)
