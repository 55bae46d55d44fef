"""Nothing is lost and nothing told twice, whatever ends in between."""

from __future__ import annotations

from tests.services.notifier.conftest import Office
from tests.services.notifier.servers import Hook


async def ready(office: Office, club: int, hook: Hook) -> str:
    await office.address("ben", webhook=f"http://{hook.host}/")
    await office.rule("ben", "comment")
    return await office.source("W1", club, "ben")


async def told(office: Office, hook: Hook) -> list[str]:
    await office.heard()
    await office.deliver()
    return sorted(line for post in hook.posts for line in post["message"].split("\n") if "•" not in line)


async def test_what_happened_while_no_notifier_ran_is_told(office: Office, club: int, hook: Hook) -> None:
    obj_id = await ready(office, club, hook)
    await office.comment("ana", obj_id, "before")
    await office.heard()
    # that one was noticed and is not sent yet
    await office.stop()
    await office.comment("ana", obj_id, "between")
    await office.start()
    assert [text.strip() for text in await told(office, hook)] == ["before", "between"]
    await office.stop()
    await office.start()
    await office.comment("ana", obj_id, "after")
    assert len(await told(office, hook)) == 3
    assert {state for state, _ in office.states()} == {"sent"}


async def test_an_old_place_is_read_again_and_told_once(office: Office, club: int, hook: Hook) -> None:
    obj_id = await ready(office, club, hook)
    states = office.desk.database["notifier_state"]
    old = states.find_one()
    assert old is not None and old["token"] is not None
    await office.comment("ana", obj_id, "one")
    await told(office, hook)
    await office.stop()
    # as after a sudden end: what was kept last is older than what was sent last
    states.replace_one({"_id": old["_id"]}, old)
    await office.comment("ana", obj_id, "two")
    await office.start()
    assert [text.strip() for text in await told(office, hook)] == ["one", "two"]


async def test_where_the_store_lost_the_place_what_came_since_is_read(
    office: Office, club: int, hook: Hook
) -> None:
    obj_id = await ready(office, club, hook)
    await office.comment("ana", obj_id, "one")
    await told(office, hook)
    await office.stop()
    await office.comment("ana", obj_id, "two")
    office.desk.database["notifier_state"].update_one({}, {"$unset": {"token": ""}})
    await office.start()
    assert [text.strip() for text in await told(office, hook)] == ["one", "two"]
    assert office.notifier is not None and office.notifier.following.gaps == 1


async def test_an_odd_document_silences_nobody(office: Office, club: int, hook: Hook) -> None:
    obj_id = await ready(office, club, hook)
    office.desk.database["comments"].insert_one({"_id": "odd"})
    office.desk.database["comments"].insert_one({"_id": "odder", "mentions": 3, "author": None})
    await office.comment("ana", obj_id, "heard")
    assert await told(office, hook) == ["heard"]
    # nor does one that becomes odd until it is sent
    office.desk.database["comments"].delete_many({"_id": {"$in": ["odd", "odder"]}})
    number = await office.comment("ana", obj_id, "broken")
    await office.comment("ana", obj_id, "whole")
    await office.heard()
    office.desk.database["comments"].update_one({"_id": number}, {"$unset": {"author": ""}})
    assert await told(office, hook) == ["heard", "whole"]
