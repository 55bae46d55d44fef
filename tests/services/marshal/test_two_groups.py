"""Two groups on one desk: what one holds, the other learns nothing of, by any route, search, count or event.

The proof is that nobody outside can tell what is there from what is not: each answer about a thing of the
club is the answer about a thing that never was, but for the name that was asked for.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from nightdesk.scopes import USER_SCOPES
from nightdesk_services.marshal.access import Identity
from nightdesk_services.marshal.app import API
from nightdesk_services.marshal.openapi import _models
from nightdesk_services.marshal.storage.store import COUNTED

from tests.services.marshal import inside, world
from tests.services.marshal.addresses import EVERYBODYS, GONE, everybodys, real
from tests.services.marshal.conftest import Desk
from tests.services.marshal.routes import Route, routes
from tests.services.marshal.things import MARK, OBJ, Things, everything

FIRST = 867_530_000
"""Ids of what the club's people make begin here, so that one of them is known in any text."""
ID = re.compile(r"8675[3-9]\d{4}")
GONE_ID = "899999999"


def unreal(text: str) -> str:
    """Return a text with names and ids of the club's replaced by those of nothing."""
    text = re.sub(r"ZTF18[a-z]{7}", "ZTF18vwykvwy", text.replace(MARK, GONE).replace("7003", "7903"))
    return ID.sub(GONE_ID, text)


def plain(answer: inside.Answer) -> tuple[int, str]:
    """Return status and text of an answer, without times and ids that differ from one asking to the next."""
    text = re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+(\+00:00|Z)?", "TIME", answer.text)
    return answer.status, re.sub(r'"(queryID|query_id)":"[^"]*"', "", text)


@pytest.fixture
async def things(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Things:
    """A desk with cleo's group and a source of hers, then all that ana's club holds."""
    monkeypatch.setattr(desk.marshal.store, "_timeout", 30.0)
    monkeypatch.setitem(world.PEOPLE, "gina", Identity("gina", False, frozenset(USER_SCOPES)))
    for name in ("root", "ana", "ben", "cleo", "viewer", "gina"):
        await desk.ok(name, "GET", "internal/profile")
    gina = (await desk.ok("gina", "GET", "internal/profile"))["id"]
    await desk.ok("root", "POST", f"user/{gina}/roles", {"roleIds": ["Group admin"]})
    own = (await desk.ok("cleo", "POST", "groups", {"name": "Others", "private": True}))["id"]
    await desk.ok("cleo", "POST", f"groups/{own}/users", {"username": "gina"})
    mine = {"id": "Other2026", "ra": 20.0, "dec": 3.0, "group_ids": [own]}
    await desk.ok("cleo", "POST", "sources", mine)
    await desk.ok("cleo", "POST", "sources/Other2026/comments", {"text": "mine", "group_ids": [own]})
    for name in COUNTED:
        if name not in ("users", "streams"):
            desk.database["counters"].update_one({"_id": name}, {"$set": {"value": FIRST}}, upsert=True)
    return await everything(desk)


def readings() -> list[Route]:
    return [one for one in routes() if one.method in ("GET", "HEAD") and one.template != "events"]


async def leaks(desk: Desk, who: str, method: str, address: str, query: str, body: Any = None) -> str:
    """Return how an answer tells something from nothing, empty if it does not."""
    there = await inside.ask(desk.application, who, method, address, body, query)
    sent = None if body is None else json.loads(unreal(json.dumps(body)))
    nowhere = await inside.ask(desk.application, who, method, unreal(address), sent, unreal(query))
    (status, told), (other, nothing) = plain(there), plain(nowhere)
    if (status, unreal(told)) == (other, unreal(nothing)):
        return ""
    return f"{who}: {method} {address}?{query}: {status} {told[:300]}\n    but {other} {nothing[:300]}"


@pytest.mark.timeout(300)
async def test_nobody_tells_what_is_there_from_what_is_not(desk: Desk, things: Things) -> None:
    found = []
    profile = (await inside.ask(desk.application, "cleo", "GET", f"user/{things.users['ana']}")).text
    assert "ana@example.org" not in profile
    assert "Supernovae" in profile
    for route in readings():
        if "{}" in route.template and not everybodys(route):
            for who in ("cleo", "gina"):
                found.append(await leaks(desk, who, route.method, route.address(real(things, route)), ""))
    assert not any(found), "\n".join(one for one in found if one)


def searches(things: Things) -> Iterator[tuple[str, str]]:
    """Every address that lists, with each of its arguments as if one knew what to look for."""
    numbers = {"ra": "120.5", "dec": "-7.25", "radius": "1"}
    for pattern, handler in API:
        route = Route("GET", pattern, None, "")
        function: Any = handler.get
        if "(" in pattern or getattr(function, "required_scope", None) is None or pattern == "events":
            continue
        yield route.template, ""
        model = _models(function).get("query")
        for name, field in model.model_fields.items() if model else ():
            alias, kind = field.alias or name, str(field.annotation)
            group = "group" in name.lower()
            words = [str(things.club)] if group else [MARK, OBJ, f"{MARK} club"]
            if "int" in kind and not group:
                words = [str(i) for i in (things.ids["filters"], things.ids["allocation"])]
            for word in words:
                yield route.template, f"{alias}={word}".replace(" ", "%20")
        if model and {"ra", "dec", "radius"} <= set(model.model_fields):
            yield route.template, "&".join(f"{k}={v}" for k, v in numbers.items())


@pytest.mark.timeout(300)
async def test_no_list_search_or_count_shows_the_clubs(desk: Desk, things: Things) -> None:
    found = []
    for address, query in searches(things):
        for who in ("cleo", "gina"):
            answer = await inside.ask(desk.application, who, "GET", address, None, query)
            # what was asked for may be repeated
            text = answer.text
            for part in query.split("=")[1:]:
                text = text.replace(part.replace("%20", " "), "")
            # the group that is open to all is meant to be seen, and what is everybody's has ids too
            shown = set() if address in EVERYBODYS else {*ID.findall(text)} - {str(things.ids["open"])}
            if MARK in text or shown or answer.status >= 500:
                found.append(f"{who}: GET {address}?{query}: {answer.status} {text[:300]}")
            if address not in EVERYBODYS and (told := await leaks(desk, who, "GET", address, query)):
                found.append(told)
    assert not found, "\n".join(found)


COUNTING = {
    "telescope",
    "instrument",
    "objtagoption",
    "user",
    "internal/profile",
    "roles",
    "alerts",
    "newsfeed",
}
"""Lists that grow by what is everybody's: telescopes, tags, people."""


@pytest.mark.timeout(300)
async def test_what_others_do_changes_no_list_of_ones_own(desk: Desk) -> None:
    for name in ("root", "ana", "ben", "cleo", "viewer"):
        await desk.ok(name, "GET", "internal/profile")
    mine = (await desk.ok("cleo", "POST", "groups", {"name": "Others", "private": True}))["id"]
    body = {"id": "Other2026", "ra": 20.0, "dec": 3.0, "group_ids": [mine], "summary": "mine"}
    await desk.ok("cleo", "POST", "sources", body)

    async def lists() -> dict[str, tuple[int, str]]:
        chosen = [r.template for r in readings() if "{}" not in r.template and r.method == "GET"]
        return {
            one: plain(await inside.ask(desk.application, "cleo", "GET", one))
            for one in chosen
            if one not in COUNTING
        }

    before = await lists()
    events = await desk.listen("cleo")
    things = await everything(desk)
    # the group that is open to all is meant to be seen
    await desk.ok("ana", "DELETE", f"groups/{things.ids['open']}")
    after = await lists()
    assert {name: (before[name], told) for name, told in after.items() if told != before[name]} == {}
    # a message of one's own comes after all that others caused
    await desk.ok("cleo", "POST", "sources/Other2026/comments", {"text": "the end", "group_ids": [mine]})
    heard: list[str] = []
    while "the end" not in "".join(heard):
        heard.append(json.dumps(await events.next()))
    assert MARK not in "".join(heard)
    assert {json.loads(one)["type"] for one in heard} <= {"comment", "groups", "source"}, heard


BODIES: dict[str, Any] = {
    "annotations": {"origin": "o", "data": {"a": 1}},
    "comments": {"text": "t"},
    "reactions": {"emoji": "👍"},
    "reminders": {"text": "t", "next_reminder": "2030-01-01"},
    "votes": {"vote": 1},
    "labels": {"groupIds": [FIRST + 1]},
    "host": {"galaxyName": "M31"},
    "log": {"start_date": "2026-01-01", "end_date": "2026-01-02", "log": {}},
    "usersFromGroups": {"fromGroupIDs": [1]},
    "groups/users": {"username": "gina"},
    "groups/streams": {"stream_id": 1},
    "group_admission_requests": {"status": "accepted"},
    "shifts/users": {"userID": 1},
    "source_groups": {"groupID": FIRST + 1, "active": True, "requested": False},
    "not_observed": {"current_status": "pending", "new_status": "done"},
    "invitations": {"role": "View only"},
    "internal/notifications": {"viewed": True},
    "assignment": {"comment": "c"},
    "filters": {"name": "n"},
    "listing": {"list_name": "l"},
}
"""Last word of an address (or first and last) -> a body that is good, where an empty one is not."""


@pytest.mark.timeout(300)
async def test_nobody_outside_changes_anything(desk: Desk, things: Things) -> None:
    """And is told the same whether it is there or not."""
    before = snapshot(desk)
    found = []
    for route in routes():
        if "{}" not in route.template or not route.writes or everybodys(route):
            continue
        words = [word for word in route.template.split("/") if "{}" not in word]
        body = BODIES.get(f"{words[0]}/{words[-1]}", BODIES.get(words[-1], {}))
        address = route.address(real(things, route))
        for who in ("cleo", "gina"):
            query = "emoji=%F0%9F%91%8D" if words[-1] == "reactions" else ""
            answer = await inside.ask(desk.application, who, route.method, address, body, query)
            # where all that one may is done to nothing, it is done
            if answer.status >= 500 or MARK in unechoed(answer.text):
                found.append(f"{who}: {route.name}: {answer.status} {answer.text[:200]}")
            if told := await leaks(desk, who, route.method, address, query, body):
                found.append(told)
    assert not found, "\n".join(found)
    assert snapshot(desk) == before


def unechoed(text: str) -> str:
    return text.replace(OBJ, "")


def snapshot(desk: Desk) -> dict[str, list[Any]]:
    """Everything in the store, but for what is kept about the askers themselves."""
    aside = ("audit", "counters", "phot_stats", "queries")
    names = sorted(name for name in desk.database.list_collection_names() if name not in aside)
    return {name: list(desk.database[name].find({}, {"used_at": 0}).sort("_id", 1)) for name in names}
