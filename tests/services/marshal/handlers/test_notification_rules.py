"""Rules of what one is told: one's own, checked, and nobody else's."""

from __future__ import annotations

from typing import Any

import pytest
from nightdesk.settings import Settings

from tests.services.marshal.conftest import Desk

RULES = "notification_rules"
EMPTY = dict.fromkeys(("group_ids", "filter_ids", "classifications", "lists", "lead_minutes", "digest"))


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """A desk whose users may use webhooks of one host."""
    return settings.model_copy(update={"notify_hosts": ["hooks.example.org", "hooks.slack.com"]})


async def add(desk: Desk, who: str = "ana", **fields: Any) -> int:
    rule = {"kind": "mention", "channels": ["email"]} | fields
    return int((await desk.ok(who, "POST", RULES, rule))["id"])


async def test_rules_are_made_changed_and_removed(desk: Desk) -> None:
    number = await add(desk, kind="comment", channels=["email", "inbox", "email"], digest={"minutes": 10})
    rule = await desk.ok("ana", "GET", f"{RULES}/{number}")
    assert (rule["kind"], rule["channels"], rule["active"]) == ("comment", ["email", "inbox"], True)
    assert rule["digest"] == {"minutes": 10, "daily": None}
    await desk.ok("ana", "PATCH", f"{RULES}/{number}", {"lists": ["watchlist"], "digest": {"daily": "07:30"}})
    changed = await desk.ok("ana", "GET", f"{RULES}/{number}")
    assert (changed["lists"], changed["digest"]["daily"]) == (["watchlist"], "07:30")
    assert changed["channels"] == ["email", "inbox"]
    await desk.ok("ana", "PATCH", f"{RULES}/{number}", {"lists": None, "digest": None, "active": False})
    (shown,) = await desk.ok("ana", "GET", RULES)
    assert {name: shown[name] for name in EMPTY} == EMPTY
    assert shown["active"] is False
    await desk.ok("ana", "DELETE", f"{RULES}/{number}")
    assert await desk.ok("ana", "GET", RULES) == []
    await desk.error(404, "ana", "DELETE", f"{RULES}/{number}")


async def test_rules_are_nobody_elses(desk: Desk) -> None:
    number = await add(desk)
    for who in ("ben", "root"):
        assert await desk.ok(who, "GET", RULES) == []
        for method, body in (("GET", None), ("PATCH", {"active": False}), ("DELETE", None)):
            await desk.error(404, who, method, f"{RULES}/{number}", body)
    assert len(await desk.ok("ana", "GET", RULES)) == 1
    await desk.error(403, "viewer", "POST", RULES, {"kind": "mention", "channels": ["email"]})


@pytest.mark.parametrize(
    ("field", "rule"),
    [
        ("kind", {"kind": "weather", "channels": ["email"]}),
        ("channels", {"kind": "mention", "channels": []}),
        ("channels", {"kind": "mention", "channels": ["pigeon"]}),
        ("filter_ids", {"kind": "comment", "channels": ["email"], "filter_ids": [1]}),
        ("classifications", {"kind": "comment", "channels": ["email"], "classifications": ["Ia"]}),
        ("lead_minutes", {"kind": "mention", "channels": ["email"], "lead_minutes": 5}),
        ("filter_ids", {"kind": "filter_hit", "channels": ["email"]}),
        ("filter_ids", {"kind": "filter_hit", "channels": ["email"], "filter_ids": [99]}),
        ("filter_ids", {"kind": "filter_hit", "channels": ["email"], "filter_ids": [2**70]}),
        ("digest", {"kind": "mention", "channels": ["email"], "digest": {}}),
        ("digest", {"kind": "mention", "channels": ["email"], "digest": {"minutes": 5, "daily": "07:00"}}),
        ("digest.daily", {"kind": "mention", "channels": ["email"], "digest": {"daily": "24:00"}}),
        ("user_id", {"kind": "mention", "channels": ["email"], "user_id": 1}),
    ],
)
async def test_what_is_wrong_is_named(desk: Desk, field: str, rule: dict[str, Any]) -> None:
    assert field in await desk.error(400, "ana", "POST", RULES, rule)


async def test_only_ones_own_groups_and_filters_are_followed(desk: Desk, club: int) -> None:
    desk.database["filters"].insert_one({"_id": 50, "name": "secret", "group_id": club, "stream_id": 1})
    await add(desk, "ben", kind="filter_hit", filter_ids=[50], group_ids=[club])
    rule = {"kind": "filter_hit", "channels": ["inbox"]}
    refused = await desk.error(400, "cleo", "POST", RULES, rule | {"filter_ids": [50]})
    missing = await desk.error(400, "cleo", "POST", RULES, rule | {"filter_ids": [51]})
    assert refused.replace("50", "51") == missing
    await desk.error(403, "cleo", "POST", RULES, rule | {"group_ids": [club]})
    number = await add(desk, "cleo", kind="filter_hit", filter_ids=[1])
    await desk.error(403, "cleo", "PATCH", f"{RULES}/{number}", {"group_ids": [club]})
    assert "filter_ids" in await desk.error(400, "cleo", "PATCH", f"{RULES}/{number}", {"filter_ids": []})
    assert "channels" in await desk.error(400, "cleo", "PATCH", f"{RULES}/{number}", {"channels": None})


async def test_settings_say_when_and_where(desk: Desk) -> None:
    await desk.ok("ana", "PATCH", "internal/profile", {"contact_email": "ana@example.org"})
    before = await desk.ok("ana", "GET", f"{RULES}/settings")
    assert (before["time_zone"], before["quiet_hours"], before["email"]) == ("UTC", None, "ana@example.org")
    assert before["webhook_hosts"] == ["hooks.example.org", "hooks.slack.com"]
    wanted = {
        "time_zone": "America/Los_Angeles",
        "quiet_hours": {"start": "22:00", "end": "07:00"},
        "per_hour": 5,
        "webhook": "https://hooks.example.org/ana",
        "slack": "U0123ABCD",
    }
    await desk.ok("ana", "PATCH", f"{RULES}/settings", wanted)
    after = await desk.ok("ana", "GET", f"{RULES}/settings")
    assert {name: after[name] for name in wanted} == wanted
    assert (await desk.ok("ben", "GET", f"{RULES}/settings"))["webhook"] is None
    await desk.ok("ana", "PATCH", f"{RULES}/settings", {"webhook": None, "quiet_hours": None})
    cleared = await desk.ok("ana", "GET", f"{RULES}/settings")
    assert (cleared["webhook"], cleared["quiet_hours"], cleared["per_hour"]) == (None, None, 5)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("time_zone", "Mars/Olympus"),
        ("time_zone", "../../etc/passwd"),
        ("quiet_hours", {"start": "22:00"}),
        ("quiet_hours", {"start": "10pm", "end": "07:00"}),
        ("per_hour", 0),
        ("webhook", "https://elsewhere.example.org/"),
        ("webhook", "http://hooks.example.org/"),
        ("slack", "https://elsewhere.example.org/"),
        ("slack", "#general"),
    ],
)
async def test_wrong_settings_are_named(desk: Desk, field: str, value: Any) -> None:
    assert field in await desk.error(400, "ana", "PATCH", f"{RULES}/settings", {field: value})


async def test_a_test_waits_for_the_notifier_and_is_seen_by_its_owner_alone(desk: Desk) -> None:
    await desk.ok("ana", "POST", f"{RULES}/test", {"channel": "email"})
    (entry,) = await desk.ok("ana", "GET", f"{RULES}/deliveries")
    assert (entry["kind"], entry["channel"], entry["state"]) == ("test", "email", "waiting")
    assert await desk.ok("root", "GET", f"{RULES}/deliveries") == []
    for _ in range(9):
        await desk.ok("ana", "POST", f"{RULES}/test", {"channel": "inbox"})
    assert "channel" in await desk.error(409, "ana", "POST", f"{RULES}/test", {"channel": "email"})
    assert len(await desk.ok("ana", "GET", f"{RULES}/deliveries", limit=5)) == 5
    await desk.error(400, "ana", "GET", f"{RULES}/deliveries", limit=0)


async def test_there_is_an_end_to_rules(desk: Desk) -> None:
    for _ in range(100):
        await add(desk)
    assert "100" in await desk.error(409, "ana", "POST", RULES, {"kind": "mention", "channels": ["email"]})
    await add(desk, "ben")
