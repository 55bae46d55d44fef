"""Classifications, filter hits, follow-up requests, shifts and admissions."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from nightdesk_services.marshal.storage.documents import Documents

from tests.services.marshal.world import PEOPLE, candidate, night
from tests.services.notifier.conftest import Office
from tests.services.notifier.servers import Hook, MailServer


async def listen(office: Office, hook: Hook, *people: str) -> dict[str, int]:
    """Give some of the people a webhook each."""
    return {who: await office.address(who, webhook=f"http://{hook.host}/{who}") for who in people}


def told(hook: Hook) -> list[tuple[str, str]]:
    return sorted(zip(hook.paths, (post["title"] for post in hook.posts), strict=True))


async def test_classes_of_followed_sources(office: Office, club: int, hook: Hook) -> None:
    await listen(office, hook, "ana", "ben", "cleo")
    await office.rule("ana", "classification")
    await office.rule("ben", "classification", classifications=["Ia", "II"])
    await office.rule("cleo", "classification")
    obj_id = await office.source("C1", 1, "ana", "ben", "cleo")
    post: dict[str, Any] = {"obj_id": obj_id, "taxonomy_id": 1, "group_ids": [club]}

    async def classify(name: str, **fields: Any) -> int:
        made = await office.desk.ok("ana", "POST", "classification", post | {"classification": name} | fields)
        return int(made["classification_id"])

    number = await classify("Ia", probability=0.75)
    await classify("Ic")
    await office.heard()
    await office.deliver()
    assert told(hook) == [("/ben", "C1 is classified as Ia")]
    assert hook.posts[0]["message"] == "by ana, probability 0.75"
    # another probability is no new class, another class is
    await office.desk.ok("ana", "PUT", f"classification/{number}", {"probability": 0.9})
    await office.heard()
    await office.deliver()
    assert len(hook.posts) == 1
    await office.desk.ok("ana", "PUT", f"classification/{number}", {"classification": "II", "taxonomy_id": 1})
    await office.heard()
    await office.deliver()
    assert [post["title"] for post in hook.posts[1:]] == ["C1 is classified as II"]


async def test_filter_hits_are_told_once_a_night_to_who_may_see_the_alert(
    office: Office, club: int, hook: Hook
) -> None:
    await listen(office, hook, "ana", "ben", "cleo")
    await office.rule("ana", "filter_hit", filter_ids=[1])
    await office.rule("ben", "filter_hit", group_ids=[club])
    await office.rule("cleo", "filter_hit", group_ids=[1])
    database = office.desk.database
    database["filters"].insert_one({"_id": 50, "name": "Club's own", "group_id": club, "stream_id": 1})
    row = night("ZTF")[0][1] | {"programid": 1}
    name = row["objectId"]
    database["candidates"].insert_many(
        [
            candidate(row, "ZTF", 1),
            candidate(row | {"candid": row["candid"] + 1, "jd": row["jd"] + 0.01}, "ZTF", 1),
            candidate(row | {"candid": row["candid"] + 2}, "ZTF", 50, group=club),
            # a partnership's alert, which nobody's stream brings
            candidate(row | {"candid": row["candid"] + 3, "programid": 2}, "ZTF", 50, group=club)
            | {"objectId": "ZTFsecret"},
            candidate(row | {"candid": row["candid"] + 4}, "ZTF", 2) | {"objectId": "ZTFother"},
        ]
    )
    await office.heard()
    await office.deliver()
    posts = dict(zip(hook.paths, hook.posts, strict=True))
    assert set(posts) == {"/ana", "/ben", "/cleo"}
    assert posts["/ana"]["title"] == f"{name} passed Likely transients (ZTF)"
    assert "mag (difference)" in posts["/ana"]["message"] and "RA " in posts["/ana"]["message"]
    assert posts["/ben"]["title"] == f"{name} passed Club's own"
    assert posts["/cleo"]["title"].startswith("2 notifications")
    assert "Club's own" not in str(posts["/ana"]) + str(posts["/cleo"])
    assert "ZTFsecret" not in str(hook.posts)
    # the next night it is told again
    database["candidates"].insert_one(
        candidate(row | {"candid": row["candid"] + 5, "jd": row["jd"] + 1}, "ZTF", 50, group=club)
    )
    await office.heard()
    await office.deliver()
    assert [path for path in hook.paths if path == "/ben"] == ["/ben", "/ben"]


async def test_a_request_has_a_new_status(office: Office, club: int, hook: Hook) -> None:
    ids = await listen(office, hook, "ana", "ben", "cleo")
    await office.rule("ana", "followup")
    await office.rule("ben", "followup", group_ids=[club])
    await office.rule("cleo", "followup")
    await office.source("R1", club)
    requests = Documents(office.desk.marshal.store, "followup_requests")
    made = await requests.insert(
        {
            "obj_id": "R1",
            "allocation_id": 1,
            "group_ids": [club],
            "requester_id": ids["ana"],
            "watchers": [{"user_id": ids["cleo"]}],
            "status": "submitting",
        }
    )
    await office.heard()
    await office.deliver()
    assert hook.posts == []
    number = made["_id"]
    await requests.change(number, {"status": "submitted"})
    await office.heard()
    await office.deliver()
    expected = [(f"/{who}", "Follow-up of R1: submitted") for who in ("ana", "ben")]
    assert told(hook) == expected, "cleo watches it and is not in its group any more"
    await requests.change(number, {"comment": "no new status"})
    await requests.change(number, {"status": "submitted"})
    await office.heard()
    await office.deliver()
    assert len(hook.posts) == 2
    # the same again, after another try
    await requests.change(number, {"status": "submitting"})
    await office.heard()
    await requests.change(number, {"status": "submitted"})
    await office.heard()
    await office.deliver()
    assert told(hook) == sorted(expected * 2)


async def test_shifts_begin_soon_change_and_end(office: Office, club: int, hook: Hook) -> None:
    ids = await listen(office, hook, "ana", "ben", "cleo")
    await office.desk.ok("ben", "PATCH", "notification_rules/settings", {"time_zone": "America/New_York"})
    for who in ("ana", "ben", "cleo"):
        await office.rule(who, "shift", lead_minutes=30 if who == "ben" else None)
    start = office.hour + timedelta(hours=3)
    times = {"start_date": start.isoformat(), "end_date": (start + timedelta(hours=6)).isoformat()}
    post = {"name": "Late", "group_id": club, "shift_admins": [ids["ben"]]} | times
    number = (await office.desk.ok("ana", "POST", "shifts", post))["id"]
    await office.heard()
    await office.deliver()
    assert told(hook) == [(f"/{who}", "You are in the new shift Late") for who in ("ana", "ben")]
    (ben,) = [post for path, post in zip(hook.paths, hook.posts, strict=True) if path == "/ben"]
    assert ben["message"].splitlines() == [
        "2031-01-02 06:00 to 2031-01-02 12:00 UTC (2031-01-02 01:00 in America/New_York)",
        "with ana, ben",
    ]
    assert office.notifier is not None

    async def look(**later: float) -> list[tuple[str, str]]:
        before = len(hook.posts)
        office.hour += timedelta(**later)
        assert office.notifier is not None
        await office.notifier.clock.look()
        await office.deliver()
        return sorted(
            (path, post["title"]) for path, post in list(zip(hook.paths, hook.posts, strict=True))[before:]
        )

    assert await look(minutes=119) == []
    assert await look(minutes=1) == [("/ana", "Your shift Late begins soon")]
    assert await look(minutes=30) == [("/ben", "Your shift Late begins soon")]
    assert await look(minutes=1) == []
    # what nobody is told of, and what those are who are in it or were
    await office.desk.ok("ana", "PATCH", f"shifts/{number}", {"description": "bring tea"})
    await office.desk.ok("ana", "PATCH", f"shifts/{number}", {"name": "Later"})
    await office.heard()
    assert await look() == [(f"/{who}", "The shift Later was changed") for who in ("ana", "ben")]
    await office.desk.ok("ana", "DELETE", f"shifts/{number}/users/{ids['ben']}")
    await office.heard()
    assert await look() == [
        ("/ana", "The shift Later was changed"),
        ("/ben", "You are no longer in the shift Later"),
    ]
    await office.desk.ok("ana", "DELETE", f"shifts/{number}")
    await office.heard()
    assert await look() == [("/ana", "The shift Later is cancelled")]


async def test_who_asks_to_join_and_who_was_let_in(
    office: Office, club: int, hook: Hook, mail: MailServer
) -> None:
    ids = await listen(office, hook, "ana", "ben", "cleo")
    for who in ("ana", "ben", "cleo"):
        await office.rule(who, "admission", "webhook", "inbox")
    post = {"name": "Open", "private": False}
    group = (await office.desk.ok("ana", "POST", "groups", post))["id"]
    ask = {"groupID": group, "userID": ids["cleo"]}
    number = (await office.desk.ok("cleo", "POST", "group_admission_requests", ask))["id"]
    await office.heard()
    await office.deliver()
    assert told(hook) == [("/ana", "cleo asks to join the group Open")]
    await office.desk.ok("ana", "PATCH", f"group_admission_requests/{number}", {"status": "accepted"})
    await office.heard()
    await office.deliver()
    assert told(hook)[1:] == [("/cleo", "Your request to join the group Open is accepted")]
    # the inbox has what the marshal left there, once
    assert len(await office.inbox("ana")) == len(await office.inbox("cleo")) == 1
    assert PEOPLE["ben"].name == "ben" and await office.inbox("ben") == []
