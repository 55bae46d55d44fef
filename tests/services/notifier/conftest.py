"""A notifier beside a running marshal, over the real store, with real servers to send to."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from nightdesk.settings import Settings
from nightdesk_services.notifier.config import NotifierConfig
from nightdesk_services.notifier.factory import Notifier

from tests.services.marshal.conftest import Desk, club, desk
from tests.services.notifier.servers import Hook, MailServer

__all__ = ["club", "desk"]

Document = dict[str, Any]
NIGHT = datetime(2031, 1, 2, 3, 0, tzinfo=UTC)
RULES = "notification_rules"


async def until(condition: Callable[[], Any], patience: float = 15) -> Any:
    """Wait until something is true, and return it."""
    end = time.monotonic() + patience
    while not (found := condition()):
        assert time.monotonic() < end, "this did not come true in time"
        await asyncio.sleep(0.02)
    return found


@dataclass
class Office:
    """A notifier that follows by itself and sends when told to, by a clock that the test sets."""

    desk: Desk
    config: NotifierConfig
    hour: datetime = NIGHT
    notifier: Notifier | None = None
    _task: asyncio.Task[None] | None = None
    _told: int = field(default=0)

    async def start(self) -> None:
        """Begin to follow, as a new process does."""
        self.notifier = Notifier.create(self.config, time=lambda: self.hour)
        self._task = asyncio.create_task(self.notifier.following.run())
        await asyncio.wait_for(self.notifier.following.listening.wait(), 10)

    async def stop(self) -> None:
        """End, as a process does that is told to."""
        if self._task is not None and self.notifier is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            await self.notifier.close()
            self._task = None

    async def heard(self) -> list[Document]:
        """Wait until all that was written so far was followed; return the outbox without the sign for it."""
        self._told += 1
        outbox, sign = self.desk.database["notification_outbox"], f"sign{self._told}"
        comments, rules = self.desk.database["comments"], self.desk.database[RULES]
        user = -self._told
        await asyncio.to_thread(self._sign, sign, user)
        await until(lambda: outbox.find_one({"_id": f"mention:comments:{sign}|1|sms"}))
        outbox.delete_one({"_id": f"mention:comments:{sign}|1|sms"})
        rules.delete_one({"_id": user})
        comments.delete_one({"_id": sign})
        return self._entries()

    def _sign(self, sign: str, number: int) -> None:
        database = self.desk.database
        first = database["users"].find_one(sort=[("_id", 1)])
        assert first is not None and first["_id"] == 1
        rule = {"_id": number, "user_id": 1, "kind": "mention", "channels": ["sms"], "active": True}
        database[RULES].insert_one(rule)
        comment = {"_id": sign, "mentions": [1], "group_ids": [1], "author": {"id": 0}, "obj_id": "X"}
        database["comments"].insert_one(comment)

    async def deliver(self, **later: float) -> None:
        """Send what is due, some time later."""
        assert self.notifier is not None
        self.hour += timedelta(**later)
        await self.notifier.dispatching.look()
        await self.notifier.dispatching.settle()

    async def rule(self, who: str, kind: str, *channels: str, **fields: Any) -> int:
        """Make a rule as one of the people."""
        rule = {"kind": kind, "channels": list(channels) or ["webhook"]} | fields
        return int((await self.desk.ok(who, "POST", RULES, rule))["id"])

    async def address(self, who: str, **fields: Any) -> int:
        """Give somebody addresses of their own; return their id."""
        await self.desk.ok(who, "PATCH", "internal/profile", {"contact_email": f"{who}@example.org"})
        await self.desk.ok(who, "PATCH", f"{RULES}/settings", fields)
        return int((await self.desk.ok(who, "GET", "internal/profile"))["id"])

    async def inbox(self, who: str) -> list[str]:
        """Return the texts in somebody's inbox, newest first."""
        return [one["text"] for one in await self.desk.ok(who, "GET", "internal/notifications")]

    async def source(self, obj_id: str, group: int, *followers: str, by: str = "ana") -> str:
        """Save a source to a group, and let some of the people follow it."""
        post = {"id": obj_id, "ra": 1.0, "dec": 1.0, "group_ids": [group]}
        await self.desk.ok(by, "POST", "sources", post)
        for who in followers:
            await self.desk.ok(who, "POST", "listing", {"obj_id": obj_id, "list_name": "favorites"})
        return obj_id

    async def comment(self, who: str, obj_id: str, text: str, **fields: Any) -> int:
        """Comment on a source."""
        made = await self.desk.ok(who, "POST", f"sources/{obj_id}/comments", {"text": text} | fields)
        return int(made["comment_id"])

    def states(self) -> list[tuple[str, int]]:
        """Return the states of the outbox's entries with how often they were tried."""
        return [(e["state"], e["attempts"]) for e in self._entries()]

    def _entries(self) -> list[Document]:
        """Return the outbox without signs: whoever begins where an earlier one was finds one again."""
        found = self.desk.database["notification_outbox"].find().sort("_id")
        return [one for one in found if not one["_id"].startswith("mention:comments:sign")]


@pytest.fixture
def mail() -> Iterator[MailServer]:
    """A running mail server."""
    server = MailServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture
async def hook() -> AsyncIterator[Hook]:
    """A running webhook."""
    server = Hook()
    server.start()
    yield server
    await server.stop()


@pytest.fixture
def settings(settings: Settings, mail: MailServer, hook: Hook) -> Settings:
    """A desk with a mail server, whose users' webhooks may go to the one above."""
    given = {"notify_email": mail.url, "notify_hosts": [hook.host], "notify_schemes": ["http", "https"]}
    known = {name: getattr(settings, name) for name in ("data_dir", "store_uri", "store_name")}
    return Settings(**known, **given)


@pytest.fixture
async def office(desk: Desk, club: int, settings: Settings) -> AsyncIterator[Office]:
    """A notifier that follows."""
    running = Office(desk, NotifierConfig(settings, save_every=0.05))
    await running.start()
    yield running
    await running.stop()
