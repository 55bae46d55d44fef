"""When letters go out, what becomes of those that are not taken, and that each goes out once."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from nightdesk.settings import Settings

from tests.services.notifier.conftest import RULES, Office, until
from tests.services.notifier.servers import Hook, MailServer


async def test_quiet_hours_hold_back_all_but_the_inbox(office: Office, club: int, hook: Hook) -> None:
    # it is 03:00 UTC, 19:00 in California
    await office.address(
        "ben",
        webhook=f"http://{hook.host}/",
        time_zone="America/Los_Angeles",
        quiet_hours={"start": "18:30", "end": "07:00"},
    )
    await office.rule("ben", "comment", "webhook", "inbox")
    obj_id = await office.source("Q1", club, "ben")
    await office.comment("ana", obj_id, "one")
    await office.comment("ana", obj_id, "two")
    await office.heard()
    await office.deliver()
    assert hook.posts == []
    assert len(await office.inbox("ben")) == 1
    await office.deliver(hours=11, minutes=59)
    assert hook.posts == []
    await office.deliver(minutes=1)
    (post,) = hook.posts
    assert post["title"].startswith("2 notifications")
    assert "one" in post["message"] and "two" in post["message"]


async def test_quiet_hours_that_were_set_meanwhile_count(office: Office, club: int, hook: Hook) -> None:
    await office.address("ben", webhook=f"http://{hook.host}/")
    await office.rule("ben", "comment")
    await office.comment("ana", await office.source("Q2", club, "ben"), "one")
    await office.heard()
    hours = {"start": "02:00", "end": "04:00"}
    await office.desk.ok("ben", "PATCH", f"{RULES}/settings", {"quiet_hours": hours})
    await office.deliver(minutes=59)
    assert hook.posts == []
    # a test does not wait
    await office.desk.ok("ben", "POST", f"{RULES}/test", {"channel": "webhook"})
    await office.deliver()
    assert [post["kind"] for post in hook.posts] == ["test"]
    await office.deliver(minutes=1)
    assert [post["kind"] for post in hook.posts] == ["test", "comment"]


async def test_a_digest_gathers_from_its_first_message(office: Office, club: int, hook: Hook) -> None:
    await office.address("ben", webhook=f"http://{hook.host}/")
    await office.rule("ben", "comment", digest={"minutes": 30})
    obj_id = await office.source("D1", club, "ben")
    for text in ("one", "two"):
        await office.comment("ana", obj_id, text)
        await office.heard()
        await office.deliver(minutes=14)
    await office.comment("ana", obj_id, "three")
    await office.heard()
    await office.deliver(minutes=1)
    assert hook.posts == []
    await office.deliver(minutes=1)
    (post,) = hook.posts
    assert post["title"].startswith("3 notifications")
    await office.comment("ana", obj_id, "four")
    await office.heard()
    await office.deliver(minutes=29)
    assert len(hook.posts) == 1
    await office.deliver(minutes=1)
    assert hook.posts[1]["message"] == "four"


async def test_a_daily_digest_comes_by_ones_own_clock(office: Office, club: int, mail: MailServer) -> None:
    # 03:00 UTC is noon in Tokyo
    await office.address("ben", time_zone="Asia/Tokyo")
    await office.rule("ben", "comment", "email", digest={"daily": "18:00"})
    await office.comment("ana", await office.source("D2", club, "ben"), "today")
    await office.heard()
    await office.deliver(hours=5, minutes=59)
    assert mail.mails == []
    await office.deliver(minutes=1)
    assert mail.subjects == [("ben@example.org", "ana commented on D2")]


async def test_a_dead_channel_blocks_nothing_and_is_tried_again(
    office: Office, club: int, hook: Hook, mail: MailServer
) -> None:
    await office.address("ben", webhook=f"http://{hook.host}/")
    await office.rule("ben", "comment", "email", "webhook")
    mail.stop()
    obj_id = await office.source("R1", club, "ben")
    await office.comment("ana", obj_id, "one")
    await office.heard()
    await office.deliver()
    assert [post["message"] for post in hook.posts] == ["one"]
    assert sorted(office.states()) == [("sent", 1), ("waiting", 1)]
    (waits,) = [e for e in await office.desk.ok("ben", "GET", f"{RULES}/deliveries") if e["error"]]
    assert waits["error"] == "the desk's mail server did not take it", "no server of the desk's is named"
    # what comes meanwhile waits for the same try
    await office.comment("ana", obj_id, "two")
    await office.heard()
    mail.start()
    await office.deliver(seconds=29)
    assert mail.mails == []
    await office.deliver(seconds=1)
    ((to, sent),) = mail.mails
    assert to == "ben@example.org"
    assert "one" in sent.get_content() and "two" in sent.get_content()
    assert {state for state, _ in office.states()} == {"sent"}
    await office.deliver(hours=5)
    assert len(mail.mails) == 1


async def test_after_many_tries_the_inbox_says_why(office: Office, club: int, hook: Hook) -> None:
    await office.address("ben", webhook=f"http://{hook.host}/")
    await office.rule("ben", "comment")
    hook.status = 503
    await office.comment("ana", await office.source("R2", club, "ben"), "lost?")
    await office.heard()
    await office.deliver()
    waits = []
    while office.states()[0][0] == "waiting":
        entry = office.desk.database["notification_outbox"].find_one()
        assert entry is not None
        waits.append(entry["due"] - office.hour)
        await office.deliver(seconds=(entry["due"] - office.hour).total_seconds())
    assert len(hook.posts) == 8 == office.config.settings.notify_attempts
    assert waits == [timedelta(seconds=min(30 * 2**n, 3600)) for n in range(7)]
    await office.deliver()
    (text,) = await office.inbox("ben")
    assert text.startswith("Could not be delivered by webhook: ")
    assert "503" in text and "ana commented on R2" in text
    assert sorted(office.states()) == [("failed", 8), ("sent", 1)]
    await office.deliver(hours=5)
    assert len(hook.posts) == 8 and len(await office.inbox("ben")) == 1


async def test_what_cannot_work_is_not_tried_again(office: Office, club: int, hook: Hook) -> None:
    await office.rule("ben", "comment", "email", "sms", "slack", "webhook")
    await office.comment("ana", await office.source("R3", club, "ben"), "nowhere to go")
    await office.heard()
    await office.deliver()
    assert office.states() and {state for state, _ in office.states() if state != "waiting"} == {"failed"}
    await office.deliver()
    (text,) = await office.inbox("ben")
    assert text.startswith("4 notifications: Could not be delivered by ")
    for why in (
        "no e-mail address in your profile",
        "no telephone number in your profile",
        "no Slack member id in your settings",
        "no webhook address in your settings",
    ):
        assert why in text


async def test_too_many_an_hour_become_one(office: Office, club: int, hook: Hook) -> None:
    await office.address("ben", webhook=f"http://{hook.host}/", per_hour=2)
    await office.rule("ben", "comment")
    obj_id = await office.source("L1", club, "ben")
    for number in range(5):
        await office.comment("ana", obj_id, f"number {number}")
        await office.heard()
        await office.deliver(minutes=1)
    assert [post["message"] for post in hook.posts] == ["number 0", "number 1"]
    await office.deliver(minutes=55)
    assert len(hook.posts) == 2
    await office.deliver(minutes=1)
    assert hook.posts[2]["title"].startswith("3 notifications")


async def test_a_slow_channel_keeps_nobody_else_waiting(office: Office, club: int, hook: Hook) -> None:
    for who in ("ana", "ben"):
        await office.address(who, webhook=f"http://{hook.host}/{who}")
    await office.rule("ana", "comment", "webhook")
    await office.rule("ben", "comment", "inbox")
    obj_id = await office.source("S1", club, "ana", "ben")
    hook.gate.clear()
    await office.desk.ok("root", "POST", f"sources/{obj_id}/comments", {"text": "x", "group_ids": [club]})
    await office.heard()
    notifier = office.notifier
    assert notifier is not None
    await notifier.dispatching.look()
    await until(lambda: office.desk.database["notifications"].count_documents({}) == 1)
    assert await office.inbox("ben") == ["root commented on S1\nx"]
    # nor does another look send it twice
    await notifier.dispatching.look()
    hook.gate.set()
    await notifier.dispatching.settle()
    assert hook.paths == ["/ana"]


async def test_a_sender_that_vanished_is_followed_by_another_with_the_same_letter(
    office: Office, club: int, hook: Hook, settings: Settings
) -> None:
    await office.address("ben", webhook=f"http://{hook.host}/")
    await office.rule("ben", "comment", "webhook", "inbox")
    obj_id = await office.source("V1", club, "ben")
    await office.comment("ana", obj_id, "one")
    await office.heard()
    await office.deliver()
    first = hook.posts[0]["id"]
    # as if the process had ended after the letter left and before that was noted
    office.desk.database["notification_outbox"].update_many(
        {}, {"$set": {"state": "sending", "lease": office.hour + timedelta(minutes=3)}}
    )
    await office.deliver(minutes=2)
    assert len(hook.posts) == 1
    await office.comment("ana", obj_id, "two")
    await office.heard()
    await office.deliver(minutes=1)
    assert sorted((post["id"] == first, post["message"]) for post in hook.posts) == [
        (False, "two"),
        (True, "one"),
        (True, "one"),
    ]
    # in the inbox nothing is there twice
    assert sorted(await office.inbox("ben")) == ["ana commented on V1\none", "ana commented on V1\ntwo"]


async def test_two_notifiers_send_each_letter_once(office: Office, club: int, hook: Hook) -> None:
    for who in ("ana", "ben"):
        await office.address(who, webhook=f"http://{hook.host}/{who}")
        await office.rule(who, "comment")
    other = Office(office.desk, office.config)
    await other.start()
    obj_id = await office.source("T1", club, "ana", "ben")
    for _ in range(3):
        await office.desk.ok("root", "POST", f"sources/{obj_id}/comments", {"text": "x", "group_ids": [club]})
    await office.heard()
    await asyncio.gather(office.deliver(), other.deliver())
    await other.stop()
    # the other has followed the sign for this one, too
    entries = list(office.desk.database["notification_outbox"].find({"channel": "webhook"}))
    assert len(entries) == 6 and {entry["state"] for entry in entries} == {"sent"}
    assert {entry["delivery"] for entry in entries} == {post["id"] for post in hook.posts}
    assert len({post["id"] for post in hook.posts}) == len(hook.posts)
    for path in ("/ana", "/ben"):
        texts = [
            f"{p['title']}\n{p['message']}" for q, p in zip(hook.paths, hook.posts, strict=True) if q == path
        ]
        assert "".join(texts).count("root commented on T1") >= 1
