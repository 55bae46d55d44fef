"""Who looks at a source now is told to those who look at it too, and to nobody else."""

from __future__ import annotations

import json

from tests.services.marshal.conftest import Desk, Events

NEW = {"id": "Mine2026a", "ra": 12.5, "dec": -3.25}


async def _look(events: Events, *obj_ids: str) -> None:
    await events.socket.write_message(json.dumps({"type": "looking", "obj_ids": obj_ids}))


async def _people(events: Events) -> tuple[str, list[str]]:
    told = await events.of("presence")
    return told["obj_id"], [one["username"] for one in told["data"]["people"]]


async def test_those_who_look_at_a_source_hear_of_one_another(desk: Desk, club: int) -> None:
    await desk.ok("ana", "POST", "sources", NEW | {"group_ids": [club]})
    ana, ben, cleo = [await desk.listen(name) for name in ("ana", "ben", "cleo")]
    await _look(ana, "Mine2026a")
    assert await _people(ana) == ("Mine2026a", ["ana"])
    # cleo may not see the source, so she neither hears nor is seen
    await _look(cleo, "Mine2026a", "Nothing")
    await _look(ben, "Mine2026a")
    while (seen := await _people(ana)) != ("Mine2026a", ["ana", "ben"]):
        assert seen == ("Mine2026a", ["ana"])
    assert await _people(ben) == ("Mine2026a", ["ana", "ben"])
    await cleo.silence()
    ben.socket.close()
    assert await _people(ana) == ("Mine2026a", ["ana"])


async def test_who_leaves_a_group_is_seen_no_more(desk: Desk, club: int) -> None:
    await desk.ok("ana", "POST", "sources", NEW | {"group_ids": [club]})
    ana, ben = [await desk.listen(name) for name in ("ana", "ben")]
    await _look(ben, "Mine2026a")
    assert await _people(ben) == ("Mine2026a", ["ben"])
    ben_id = next(desk.database["users"].find({"username": "ben"}))["_id"]
    await desk.ok("ana", "DELETE", f"groups/{club}/users/{ben_id}")
    await _look(ana, "Mine2026a")
    assert await _people(ana) == ("Mine2026a", ["ana"])
    await ben.silence(but="source")


async def test_what_is_no_message_is_let_pass(desk: Desk) -> None:
    ana = await desk.listen("ana")
    for odd in ("", "no json", "[]", '{"type": "looking"}', '{"type": "looking", "obj_ids": [1]}'):
        await ana.socket.write_message(odd)
    await ana.silence()
