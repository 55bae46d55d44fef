"""Mentions, and comments on sources that one follows."""

from __future__ import annotations

from tests.services.notifier.conftest import Office
from tests.services.notifier.servers import Hook, MailServer


async def test_who_is_mentioned_is_told_once(office: Office, club: int, mail: MailServer) -> None:
    await office.address("ben")
    await office.rule("ben", "mention", "email", "inbox")
    obj_id = await office.source("M1", club)
    number = await office.comment("ana", obj_id, "look, @ben: it rises")
    await office.heard()
    await office.deliver()
    assert mail.subjects == [("ben@example.org", "ana mentioned you on M1")]
    body = mail.mails[0][1].get_content()
    assert "look, @ben: it rises" in body
    assert office.config.settings.public_url in body
    # the marshal left the inbox's one
    assert await office.inbox("ben") == ["ana mentioned you on M1: look, @ben: it rises"]
    await office.desk.ok("ana", "PUT", f"sources/{obj_id}/comments/{number}", {"text": "@ben: it rises fast"})
    await office.heard()
    await office.deliver()
    assert len(mail.mails) == 1, "an edit mentions nobody anew"


async def test_a_mention_that_comes_with_an_edit_is_told(office: Office, club: int, mail: MailServer) -> None:
    await office.address("ben")
    await office.rule("ben", "mention", "email")
    number = await office.comment("ana", await office.source("M2", club), "nothing")
    assert await office.heard() == []
    await office.desk.ok("ana", "PUT", f"sources/M2/comments/{number}", {"text": "ask @ben"})
    await office.heard()
    await office.deliver()
    assert mail.subjects == [("ben@example.org", "ana mentioned you on M2")]


async def test_followers_hear_of_comments_but_not_of_their_own(
    office: Office, club: int, hook: Hook, mail: MailServer
) -> None:
    for who in ("ana", "ben"):
        await office.address(who, webhook=f"http://{hook.host}/{who}")
        await office.rule(who, "comment", "webhook", "inbox")
    obj_id = await office.source("F1", club, "ana", "ben")
    await office.comment("ana", obj_id, "a <b>new</b> point & {{more}}")
    await office.heard()
    await office.deliver()
    (post,) = hook.posts
    assert hook.paths == ["/ben"]
    assert (post["title"], post["message"]) == ("ana commented on F1", "a <b>new</b> point & {{more}}")
    assert (post["kind"], post["url"]) == ("comment", "/source/F1")
    assert await office.inbox("ben") == ["ana commented on F1\na <b>new</b> point & {{more}}"]
    assert await office.inbox("ana") == []
    # neither edits nor reactions are new comments, and nobody follows this one
    number = (await office.desk.ok("ana", "GET", f"sources/{obj_id}/comments"))[0]["id"]
    await office.desk.ok("ana", "PUT", f"sources/{obj_id}/comments/{number}", {"text": "older"})
    await office.comment("ana", await office.source("F2", club), "alone")
    await office.heard()
    await office.deliver()
    assert len(hook.posts) == 1
    assert mail.mails == []


async def test_a_mention_on_a_followed_source_is_told_once(
    office: Office, club: int, mail: MailServer
) -> None:
    await office.address("ben")
    await office.rule("ben", "comment", "email")
    await office.rule("ben", "mention", "email")
    await office.comment("ana", await office.source("F3", club, "ben"), "@ben and all")
    await office.heard()
    await office.deliver()
    assert mail.subjects == [("ben@example.org", "ana mentioned you on F3")]


async def test_lists_and_groups_narrow_a_rule(office: Office, club: int, hook: Hook) -> None:
    await office.address("ben", webhook=f"http://{hook.host}/")
    await office.rule("ben", "comment", lists=["mine"], group_ids=[club])
    obj_id = await office.source("N1", club, "ben")
    await office.comment("ana", obj_id, "on no list of the rule")
    await office.desk.ok("ben", "POST", "listing", {"obj_id": obj_id, "list_name": "mine"})
    await office.comment("ana", obj_id, "on the list")
    await office.comment("ana", obj_id, "for another group", group_ids=[1])
    await office.heard()
    await office.deliver()
    assert [post["message"] for post in hook.posts] == ["on the list"]


async def test_what_others_may_not_read_is_not_told(
    office: Office, club: int, hook: Hook, mail: MailServer
) -> None:
    for who in ("ben", "cleo"):
        await office.address(who, webhook=f"http://{hook.host}/{who}")
        await office.rule(who, "comment")
    obj_id = await office.source("P1", 1, "ben", "cleo")
    await office.comment("ana", obj_id, "for the club", group_ids=[club])
    entries = await office.heard()
    assert [(entry["kind"], entry["channel"]) for entry in entries] == [("comment", "webhook")]
    await office.deliver()
    assert hook.paths == ["/ben"]


async def test_what_was_taken_back_or_hidden_meanwhile_is_not_told(
    office: Office, club: int, hook: Hook
) -> None:
    ben = await office.address("ben", webhook=f"http://{hook.host}/")
    await office.rule("ben", "comment", digest={"minutes": 30})
    obj_id = await office.source("P2", club, "ben")
    gone = await office.comment("ana", obj_id, "wrong")
    await office.comment("ana", obj_id, "kept")
    moved = await office.comment("ana", obj_id, "not for ben any more")
    await office.heard()
    await office.desk.ok("ana", "DELETE", f"sources/{obj_id}/comments/{gone}")
    (alone,) = office.desk.database["groups"].find({"name": "ana", "single_user_group": True})
    change = {"group_ids": [alone["_id"]]}
    await office.desk.ok("ana", "PUT", f"sources/{obj_id}/comments/{moved}", change)
    await office.deliver(minutes=31)
    assert [post["message"] for post in hook.posts] == ["kept"]
    assert sorted(office.states()) == [("dropped", 1), ("dropped", 1), ("sent", 1)]
    # and who has left the group hears nothing at all
    await office.comment("ana", obj_id, "after ben has left")
    await office.heard()
    await office.desk.ok("ana", "DELETE", f"groups/{club}/users/{ben}")
    await office.deliver(minutes=31)
    assert len(hook.posts) == 1


async def test_whose_account_ended_is_told_nothing(office: Office, club: int, hook: Hook) -> None:
    ben = await office.address("ben", webhook=f"http://{hook.host}/")
    await office.rule("ben", "comment")
    obj_id = await office.source("P3", club, "ben")
    await office.comment("ana", obj_id, "one")
    await office.heard()
    await office.desk.ok("root", "PATCH", f"user/{ben}", {"expirationDate": "2020-01-01"})
    await office.deliver()
    assert hook.posts == []
    await office.comment("ana", obj_id, "two")
    assert len(await office.heard()) == 1
