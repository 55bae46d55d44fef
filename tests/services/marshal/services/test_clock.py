"""Due reminders become messages: once, whatever ends in between."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from nightdesk_services.marshal.services.clock import ReminderClock
from nightdesk_services.marshal.storage.notifications import Notifications
from nightdesk_services.marshal.storage.reminders import Reminders

from tests.services.marshal.conftest import Desk

NIGHT = datetime(2031, 1, 2, 3, 0, tzinfo=UTC)


@pytest.fixture
def hour() -> list[datetime]:
    """The time that the clocks tell; later times are appended."""
    return [NIGHT]


def clock(desk: Desk, hour: list[datetime], notifications: Notifications | None = None) -> ReminderClock:
    store = desk.marshal.store
    told = notifications or Notifications(store)
    return ReminderClock(store, Reminders(store), told, desk.marshal.people, time=lambda: hour[-1])


async def remind(desk: Desk, at: datetime, who: str = "ana", group: int = 1, **fields: Any) -> int:
    user = (await desk.ok(who, "GET", "internal/profile"))["id"]
    reminder = {
        "obj_id": "X",
        "url": "/source/X",
        "text": "look",
        "next_reminder": at,
        "reminder_delay": 1.0,
        "number_of_reminders": 1,
        "user_id": user,
        "author": {"id": user, "username": who},
        "group_ids": [group],
        "leaving": None,
    }
    return await Reminders(desk.marshal.store).insert(reminder | fields)


def told(desk: Desk) -> Iterator[tuple[str, str]]:
    for one in desk.database["notifications"].find().sort("_id"):
        yield one["text"], one["kind"]


async def test_each_is_told_at_its_time(desk: Desk, hour: list[datetime]) -> None:
    number = await remind(desk, NIGHT, number_of_reminders=2)
    await remind(desk, NIGHT + timedelta(hours=1), text="later")
    one = clock(desk, hour)
    assert [await one.look(), await one.look()] == [1, 0]
    assert list(told(desk)) == [("look", "reminder")]
    hour.append(NIGHT + timedelta(days=1))
    assert [await one.look(), await one.look()] == [2, 0]
    assert [text for text, _ in told(desk)] == ["look", "look", "later"] or [
        text for text, _ in told(desk)
    ] == ["look", "later", "look"]
    hour.append(NIGHT + timedelta(days=9))
    assert await one.look() == 0
    stored = desk.database["reminders"].find_one({"_id": number})
    assert stored is not None and stored["number_of_reminders"] == 0


async def test_what_was_missed_is_told_once_and_keeps_its_rhythm(desk: Desk, hour: list[datetime]) -> None:
    number = await remind(desk, NIGHT - timedelta(days=3, hours=2), number_of_reminders=5)
    assert await clock(desk, hour).look() == 1
    assert len(list(told(desk))) == 1
    stored = desk.database["reminders"].find_one({"_id": number})
    assert stored is not None
    assert stored["next_reminder"] == NIGHT + timedelta(hours=22)
    assert stored["number_of_reminders"] == 4


async def test_clocks_at_the_same_time_tell_once(desk: Desk, hour: list[datetime]) -> None:
    for _ in range(20):
        await remind(desk, NIGHT)
    await asyncio.gather(*(clock(desk, hour).look() for _ in range(4)))
    assert len(list(told(desk))) == 20
    remaining = desk.database["reminders"].find({}, {"number_of_reminders": 1})
    assert {one["number_of_reminders"] for one in remaining} == {0}


class Ending(Notifications):
    """Ends the marshal before or after a message is stored."""

    def __init__(self, inner: Notifications, after: bool) -> None:
        super().__init__(inner._store)
        self._after = after

    async def put(self, number: int, user_id: int, text: str, url: str, kind: str) -> None:
        if self._after:
            await super().put(number, user_id, text, url, kind)
        raise ConnectionAbortedError


@pytest.mark.parametrize("after", [False, True])
async def test_a_marshal_that_ends_in_between_neither_loses_nor_doubles(
    desk: Desk, hour: list[datetime], after: bool
) -> None:
    await remind(desk, NIGHT)
    with pytest.raises(ConnectionAbortedError):
        await clock(desk, hour, Ending(Notifications(desk.marshal.store), after)).look()
    assert len(list(told(desk))) == int(after)
    assert await clock(desk, hour).look() == 1
    assert list(told(desk)) == [("look", "reminder")]
    assert await clock(desk, hour).look() == 0


async def test_who_left_the_group_is_told_nothing(desk: Desk, club: int, hour: list[datetime]) -> None:
    await remind(desk, NIGHT, "ben", club)
    await remind(desk, NIGHT, "ana", club, text="for ana")
    await desk.ok("ana", "DELETE", f"groups/{club}/users/{await user(desk, 'ben')}")
    await clock(desk, hour).look()
    assert [text for text, _ in told(desk)] == ["for ana"]
    assert await clock(desk, hour).look() == 0


async def user(desk: Desk, who: str) -> int:
    return int((await desk.ok(who, "GET", "internal/profile"))["id"])


async def test_it_runs_by_itself_and_survives_an_error(desk: Desk) -> None:
    await remind(desk, datetime.now(UTC), text="real")
    # a document that no clock can read
    desk.database["reminders"].insert_one(
        {"_id": 999, "next_reminder": datetime(2020, 1, 1, tzinfo=UTC), "number_of_reminders": 1}
    )
    store = desk.marshal.store
    one = ReminderClock(store, Reminders(store), Notifications(store), desk.marshal.people, interval=0.05)
    ana = await desk.listen("ana")
    one.start()
    one.start()
    assert (await ana.of("notification"))["data"]["text"] == "real"
    await one.stop()
    assert list(told(desk)) == [("real", "reminder")]
