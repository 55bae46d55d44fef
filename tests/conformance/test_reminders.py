"""Reminders through the official client."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from skyportal_py.reminders import ReminderPost, ReminderUpdate

from tests.conformance.conftest import Desk
from tests.conformance.facilities import user_id
from tests.conformance.things import club, refused, shift, source, spectrum

LATER = datetime(2030, 5, 1, 4, 30, tzinfo=UTC)


def post(text: str = "observe again", at: datetime = LATER, **fields: Any) -> ReminderPost:
    return ReminderPost(text=text, next_reminder=at.isoformat(), **fields)


@pytest.mark.parametrize("kind", ["source", "spectra", "shift"])
def test_reminders_on_things_of_every_type(desk: Desk, kind: Any) -> None:
    ana, ben, cleo = (desk.client(who) for who in ("ana", "ben", "cleo"))
    group = club(desk, "ben")
    ana_id, ben_id, cleo_id = (user_id(desk, who) for who in ("ana", "ben", "cleo"))
    make: dict[str, Any] = {"source": source, "spectra": spectrum, "shift": shift}
    key, other = str(make[kind](desk, group)), str(make[kind](desk, group))
    on: dict[str, Any] = {"resource_type": kind}
    (mine,) = ana.post_reminder(key, post(), **on).reminder_ids
    found = ana.fetch_reminder(key, mine, **on)
    assert (found.text, found.next_reminder, found.user_id) == ("observe again", LATER, ana_id)
    assert (found.reminder_delay, found.number_of_reminders, found.bot) == (1, 1, False)
    field = {"source": "obj_id", "spectra": "spectrum_id", "shift": "shift_id"}[kind]
    assert str(getattr(found, field)) == key
    assert (found.user or {})["username"] == "ana"
    assert group in [one.id for one in found.groups or []]

    both = ana.post_reminder(
        key,
        post("call", reminder_delay=0.5, number_of_reminders=3, group_ids=[group], user_ids=[ana_id, ben_id]),
        **on,
    ).reminder_ids
    assert len(both) == 2
    listed = ben.fetch_reminders(key, **on)
    assert (listed.resource_id, listed.resource_type) == (key, kind)
    assert [(one.id, one.user_id) for one in listed.reminders if one.text == "call"] == [
        (both[0], ana_id),
        (both[1], ben_id),
    ]
    assert ben.fetch_reminders(other, **on).reminders == []
    refused(404, ben.fetch_reminder, other, mine, **on)
    assert "user_ids" in refused(
        400, ana.post_reminder, key, post(group_ids=[group], user_ids=[cleo_id]), **on
    )
    refused(404, cleo.fetch_reminders, key, **on)
    refused(404, cleo.fetch_reminder, key, mine, **on)
    refused(404, cleo.post_reminder, key, post(), **on)
    refused(404, cleo.update_reminder, key, mine, ReminderUpdate(text="x"), **on)
    refused(404, cleo.delete_reminder, key, mine, **on)
    refused(403, ben.update_reminder, key, both[0], ReminderUpdate(text="x"), **on)
    refused(403, ben.delete_reminder, key, both[0], **on)

    change = ReminderUpdate(text="call now", number_of_reminders=2, user_ids=[ben_id], group_ids=[group])
    ana.update_reminder(key, both[1], change, **on)
    changed = ben.fetch_reminder(key, both[1], **on)
    assert (changed.text, changed.number_of_reminders, changed.reminder_delay) == ("call now", 2, 0.5)
    # who is not named is oneself, as in SkyPortal
    ana.update_reminder(key, both[1], ReminderUpdate(text="mine"), **on)
    assert ana.fetch_reminder(key, both[1], **on).user_id == ana_id
    ana.delete_reminder(key, both[1], **on)
    refused(404, ana.fetch_reminder, key, both[1], **on)


def test_one_sees_ones_own_reminder_and_not_those_of_other_groups(desk: Desk) -> None:
    obj_id, ana = source(desk), desk.client()
    user_id(desk, "cleo")
    (mine,) = ana.post_reminder(obj_id, post("private")).reminder_ids
    assert desk.client("cleo").fetch_reminders(obj_id).reminders == []
    refused(404, desk.client("cleo").fetch_reminder, obj_id, mine)
    (theirs,) = desk.client("cleo").post_reminder(obj_id, post("mine", group_ids=[1])).reminder_ids
    assert [one.id for one in ana.fetch_reminders(obj_id).reminders] == [mine, theirs]


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"text": " "}, "text"),
        ({"next_reminder": "soon"}, "next_reminder"),
        ({"reminder_delay": 0}, "reminder_delay"),
        ({"number_of_reminders": 0}, "number_of_reminders"),
        ({"group_ids": [10**6]}, "group_ids"),
        ({"user_ids": [10**6]}, "user_ids"),
    ],
)
def test_what_is_wrong_is_named(desk: Desk, fields: dict[str, Any], wrong: str) -> None:
    bad = post().model_copy(update=fields)
    status = 403 if wrong == "group_ids" else 400
    assert wrong in refused(status, desk.client().post_reminder, source(desk), bad)


@pytest.mark.parametrize("kind", ["gcn_event", "earthquake", "spectra", "shift"])
def test_what_is_not_there_reminds_nobody(desk: Desk, kind: Any) -> None:
    refused(404, desk.client().post_reminder, "987654", post(), resource_type=kind)
    refused(403, desk.client("viewer").post_reminder, source(desk), post())


def test_a_due_reminder_becomes_one_message(desk: Desk) -> None:
    ana, obj_id = desk.client(), source(desk)
    begun = datetime.now(UTC)
    (made,) = ana.post_reminder(obj_id, post("now", begun, number_of_reminders=2)).reminder_ids
    deadline = time.monotonic() + 20
    while ana.fetch_reminder(obj_id, made).number_of_reminders == 2 and time.monotonic() < deadline:
        time.sleep(0.1)
    after = ana.fetch_reminder(obj_id, made)
    assert after.number_of_reminders == 1
    assert after.next_reminder is not None
    assert abs(after.next_reminder - begun - timedelta(days=1)) < timedelta(seconds=1)
    told = ana.get("/api/internal/notifications").raise_for_status().json()["data"]
    (message,) = [one for one in told if one["url"] == f"/source/{obj_id}"]
    assert (message["text"], message["kind"], message["viewed"]) == ("now", "reminder", False)
    assert message["user_id"] == user_id(desk, "ana")
