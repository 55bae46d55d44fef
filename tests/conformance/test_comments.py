"""Comments through the official client."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from astropy.io import fits

from tests.conformance.conftest import Desk
from tests.conformance.facilities import user_id
from tests.conformance.things import club, refused, shift, source, spectrum


def encoded(body: bytes) -> str:
    return base64.b64encode(body).decode()


@pytest.mark.parametrize("kind", ["sources", "spectra", "shift"])
def test_comments_on_things_of_every_type(desk: Desk, kind: str) -> None:
    ana, ben, cleo = (desk.client(who) for who in ("ana", "ben", "cleo"))
    group = club(desk, "ben")
    user_id(desk, "cleo")
    make: dict[str, Any] = {"sources": source, "spectra": spectrum, "shift": shift}
    key, other = make[kind](desk, group), make[kind](desk, group)
    on: dict[str, Any] = {"resource_type": kind}
    first = ana.post_comment(key, "the trace is bent", **on).comment_id
    second = ben.post_comment(key, "agreed", group_ids=[group], **on).comment_id

    said = ben.fetch_comments(key, **on)
    assert [(one.id, one.text) for one in said] == [(first, "the trace is bent"), (second, "agreed")]
    field = {"sources": "obj_id", "spectra": "spectrum_id", "shift": "shift_id"}[kind]
    assert (getattr(said[0], field), said[0].resource_type, said[0].bot) == (key, kind, False)
    assert [one.id for one in said[0].groups or []] == [group]
    assert (said[0].author or {})["username"] == "ana"
    assert ben.fetch_comment(key, first, **on).author_id == user_id(desk, "ana")
    assert [one.id for one in ben.fetch_comments(key, text="BENT", **on)] == [first]
    newest = ben.fetch_comments(key, text="e", num_per_page=1, **on)
    assert [one.id for one in newest] == [second]
    assert [one.id for one in ben.fetch_comments(key, text="e", page_number=2, num_per_page=1, **on)] == [
        first
    ]

    ana.update_comment(key, first, "the trace is straight", **on)
    assert ben.fetch_comment(key, first, **on).text == "the trace is straight"
    assert "author" in refused(403, ben.update_comment, key, first, "mine", **on)
    assert "author" in refused(403, ben.delete_comment, key, first, **on)
    refused(404, ben.fetch_comment, other, first, **on)
    if kind == "sources":
        assert cleo.fetch_comments(key) == []
    else:
        refused(404, cleo.fetch_comments, key, **on)
        assert "group_ids" in refused(400, ana.post_comment, key, "all", group_ids=[1], **on)
    refused(404, cleo.fetch_comment, key, first, **on)
    refused(404, cleo.update_comment, key, first, "x", **on)
    refused(404, cleo.delete_comment, key, first, **on)
    refused(404, cleo.post_comment, key, "let me in", **on)
    ana.delete_comment(key, first, **on)
    assert [one.id for one in ben.fetch_comments(key, **on)] == [second]


@pytest.mark.parametrize("kind", ["gcn_event", "earthquake", "spectra", "shift"])
def test_what_is_not_there_has_no_comments(desk: Desk, kind: str) -> None:
    for key in (987654, "x", 10**25):
        assert f"no {kind} {key}" in refused(404, desk.client().fetch_comments, key, resource_type=kind)
        refused(404, desk.client().post_comment, key, "hello", resource_type=kind)


def test_a_gcn_event_of_a_group(desk: Desk) -> None:
    group = club(desk)
    desk.database["gcn_events"].insert_one({"_id": 7, "group_ids": [group]})
    made = desk.client().post_comment(7, "a merger", resource_type="gcn_event").comment_id
    found = desk.client().fetch_comment(7, made, resource_type="gcn_event")
    assert (found.gcn_id, found.text, found.resource_type) == (7, "a merger", "gcn_event")
    user_id(desk, "cleo")
    refused(404, desk.client("cleo").fetch_comments, 7, resource_type="gcn_event")


def test_channels_are_apart(desk: Desk) -> None:
    obj_id, ana = source(desk), desk.client()
    ana.post_comment(obj_id, "to all")
    ana.post(
        f"/api/sources/{obj_id}/comments", json={"text": "on hosts", "channel": "host"}
    ).raise_for_status()
    assert [one.text for one in ana.fetch_comments(obj_id)] == ["to all"]
    assert [(one.text, one.channel) for one in ana.fetch_comments(obj_id, channel="host")] == [
        ("on hosts", "host")
    ]


def test_who_only_reads_says_nothing(desk: Desk) -> None:
    obj_id = source(desk)
    made = desk.client().post_comment(obj_id, "seen").comment_id
    assert [one.id for one in desk.client("viewer").fetch_comments(obj_id)] == [made]
    refused(403, desk.client("viewer").post_comment, obj_id, "me too")
    assert "text" in refused(400, desk.client().post_comment, obj_id, "  ")


def test_markdown_is_left_as_it_is(desk: Desk) -> None:
    text = "**bright** <script>alert(1)</script>\n\n* [x](javascript:1)"
    obj_id = source(desk)
    made = desk.client().post_comment(obj_id, text).comment_id
    assert desk.client().fetch_comment(obj_id, made).text == text


def test_files_come_and_go_unchanged(desk: Desk, attachment: Path) -> None:
    ana, ben, cleo = (desk.client(who) for who in ("ana", "ben", "cleo"))
    group = club(desk, "ben")
    user_id(desk, "cleo")
    obj_id, body = source(desk, group), attachment.read_bytes()
    made = ana.post_comment_with_attachment(obj_id, "see file", "note.txt", encoded(body)).comment_id
    assert ben.fetch_comment(obj_id, made).attachment_name == "note.txt"
    assert ben.fetch_comment_attachment(obj_id, made) == body
    assert ben.fetch_comment_attachment(obj_id, made, preview=True) == body
    assert ben.fetch_comment_attachment_pdf(obj_id, made) == body
    text = ben.fetch_comment_attachment_text(obj_id, made)
    assert (text.comment_id, text.attachment, text.attachment_name) == (made, body.decode(), "note.txt")
    for fetch in (
        cleo.fetch_comment_attachment,
        cleo.fetch_comment_attachment_pdf,
        cleo.fetch_comment_attachment_text,
    ):
        refused(404, fetch, obj_id, made)

    pdf = b"%PDF-1.4 \x00\xff"
    ana.update_comment(
        obj_id,
        made,
        attachment_name="plot.pdf",
        attachment_body=f"data:application/pdf;base64,{encoded(pdf)}",
    )
    assert ben.fetch_comment(obj_id, made).text == "see file"
    assert ben.fetch_comment_attachment_pdf(obj_id, made, preview=True) == pdf
    assert "no text" in refused(400, ben.fetch_comment_attachment_text, obj_id, made)
    assert desk.database["attachments"].count_documents({"name": "note.txt"}) == 0
    ana.delete_comment(obj_id, made)
    assert desk.database["attachments"].count_documents({"name": "plot.pdf"}) == 0
    plain = ana.post_comment(obj_id, "no file").comment_id
    assert "no attachment" in refused(404, ana.fetch_comment_attachment, obj_id, plain)


def test_files_that_are_none_are_refused(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    ana, obj_id = desk.client(), source(desk)
    for name, body, wrong in (
        ("a.txt", "not base64!", "attachment.body"),
        ("a.txt", "", "empty"),
        ("../a.txt", encoded(b"x"), "attachment.name"),
        ("a\r\nSet-Cookie: x.txt", encoded(b"x"), "attachment.name"),
    ):
        assert wrong in refused(400, ana.post_comment_with_attachment, obj_id, "t", name, body)
    large = encoded(bytes(10 * 1024 * 1024 + 1))
    message = refused(400, ana.post_comment_with_attachment, obj_id, "t", "large.bin", large)
    assert "large.bin" in message and "at most 10 MB" in message
    assert ana.fetch_comments(obj_id) == []


def test_a_browser_runs_nothing_of_a_file(desk: Desk) -> None:
    ana, obj_id = desk.client(), source(desk)
    page = b"<script>alert(document.cookie)</script>"
    for name in ("evil.html", "evil.svg", "evil.xhtml", "evil", "evil.txt.html"):
        made = ana.post_comment_with_attachment(obj_id, "look", name, encoded(page)).comment_id
        assert "no preview" in refused(400, ana.fetch_comment_attachment, obj_id, made, preview=True)
        sent = ana.get(f"/api/sources/{obj_id}/comments/{made}/attachment")
        assert sent.content == page
        assert sent.headers["Content-Type"] == "application/octet-stream"
        assert sent.headers["Content-Disposition"].startswith("attachment;")
        assert sent.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in sent.headers["Content-Security-Policy"]
    made = ana.post_comment_with_attachment(obj_id, "look", 'é"; x=.txt', encoded(page)).comment_id
    sent = ana.get(f"/api/sources/{obj_id}/comments/{made}/attachment", params={"preview": "true"})
    assert sent.headers["Content-Type"].startswith("text/plain")
    assert sent.headers["Content-Disposition"] == (
        "inline; filename=\"___ x_.txt\"; filename*=UTF-8''%C3%A9%22%3B%20x%3D.txt"
    )


def test_a_fits_file_is_looked_at_as_a_picture(desk: Desk) -> None:
    ana, obj_id, out = desk.client(), source(desk), io.BytesIO()
    fits.PrimaryHDU(np.arange(64, dtype=np.float32).reshape(8, 8)).writeto(out)
    made = ana.post_comment_with_attachment(obj_id, "frame", "a.fits", encoded(out.getvalue())).comment_id
    assert ana.fetch_comment_attachment(obj_id, made) == out.getvalue()
    assert ana.fetch_comment_attachment(obj_id, made, preview=True).startswith(b"\x89PNG")
    broken = ana.post_comment_with_attachment(obj_id, "frame", "b.fits", encoded(b"SIMPLE")).comment_id
    assert "b.fits" in refused(400, ana.fetch_comment_attachment, obj_id, broken, preview=True)


def test_a_form_may_bring_the_file(desk: Desk, attachment: Path) -> None:
    obj_id, ana = source(desk), desk.client()
    answer = ana.post(
        f"/api/sources/{obj_id}/comments",
        data={"text": "by form", "group_ids": "1"},
        files={"attachment": ("note.txt", attachment.read_bytes())},
    )
    made = answer.raise_for_status().json()["data"]["comment_id"]
    assert ana.fetch_comment_attachment(obj_id, made) == attachment.read_bytes()
    two = [("a", ("1.txt", b"1")), ("b", ("2.txt", b"2"))]
    answer = ana.post(f"/api/sources/{obj_id}/comments", data={"text": "x"}, files=two)
    assert (answer.status_code, "one file" in answer.json()["message"]) == (400, True)
    answer = ana.post(f"/api/sources/{obj_id}/comments", data={"txt": "x"}, files=two[:1])
    assert (answer.status_code, "text" in answer.json()["message"]) == (400, True)


def test_files_move_to_disk_and_are_still_there(desk: Desk) -> None:
    ana, root, obj_id = desk.client(), desk.client("root"), source(desk)
    bodies = [f"number {i}".encode() for i in range(3)]
    made = [
        ana.post_comment_with_attachment(obj_id, "f", f"{i}.txt", encoded(body)).comment_id
        for i, body in enumerate(bodies)
    ]
    before = root.fetch_comment_attachment_counts()
    assert before.total_with_attachment_bytes >= 3
    moved = root.post_comment_attachment_batch(num_per_page=2)
    assert (moved.total_matches, moved.page_number, moved.num_per_page) == (
        before.total_with_attachment_bytes,
        1,
        2,
    )
    after = root.fetch_comment_attachment_counts()
    assert after.total_with_attachment_bytes == before.total_with_attachment_bytes - 2
    assert after.total_without_attachment_bytes == before.total_without_attachment_bytes + 2
    root.post_comment_attachment_batch(num_per_page=500)
    assert root.fetch_comment_attachment_counts().total_with_attachment_bytes == 0
    assert [ana.fetch_comment_attachment(obj_id, one) for one in made] == bodies
    directory = desk.marshal.config.settings.data_dir / "attachments"
    there = sum(path.is_file() for path in directory.rglob("*"))
    ana.delete_comment(obj_id, made[0])
    assert sum(path.is_file() for path in directory.rglob("*")) == there - 1
    for who in ("ana", "viewer"):
        refused(403, desk.client(who).fetch_comment_attachment_counts)
        refused(403, desk.client(who).post_comment_attachment_batch)


def talk(desk: Desk, obj_id: str, number: int, who: str = "ana") -> dict[str, Any]:
    answer = desk.client(who).get(f"/api/sources/{obj_id}/comments/{number}", params={"includeTalk": True})
    found: dict[str, Any] = answer.raise_for_status().json()["data"]
    return found


def say(desk: Desk, obj_id: str, who: str = "ana", **fields: Any) -> httpx.Response:
    return desk.client(who).post(f"/api/sources/{obj_id}/comments", json=fields)


def test_answers_make_a_thread(desk: Desk) -> None:
    group = club(desk, "ben")
    user_id(desk, "cleo")
    obj_id = source(desk)
    secret = desk.client().post_comment(obj_id, "ours", group_ids=[group]).comment_id
    answer = say(desk, obj_id, "ben", text="yes", parent_id=secret).json()["data"]["comment_id"]
    assert talk(desk, obj_id, answer)["parent_id"] == secret
    # an answer is for those who read what it answers
    assert [one["id"] for one in talk(desk, obj_id, answer)["groups"]] == [group]
    assert desk.client("cleo").fetch_comments(obj_id) == []
    wider = say(desk, obj_id, "ben", text="all!", parent_id=secret, group_ids=[1])
    assert (wider.status_code, "group_ids" in wider.json()["message"]) == (400, True)
    for who, parent in (("cleo", secret), ("ana", 10**9)):
        refusal = say(desk, obj_id, who, text="?", parent_id=parent)
        assert (refusal.status_code, refusal.json()["message"].startswith("parent_id")) == (400, True)
    elsewhere = say(desk, source(desk), "ana", text="?", parent_id=secret)
    assert elsewhere.status_code == 400
    # the official client is told nothing that it does not know
    assert {one.id for one in desk.client("ben").fetch_comments(obj_id)} == {secret, answer}


def test_who_is_mentioned_and_may_read_is_told(desk: Desk) -> None:
    group = club(desk, "ben")
    ben, cleo = user_id(desk, "ben"), user_id(desk, "cleo")
    obj_id, ana = source(desk, group), desk.client()
    made = ana.post_comment(obj_id, "@ben, @cleo: look; mail me@viewer.org @nobody").comment_id
    assert talk(desk, obj_id, made)["mentions"] == [ben]
    told = desk.client("ben").get("/api/internal/notifications").json()["data"]
    (message,) = [one for one in told if obj_id in one["text"]]
    assert (message["kind"], message["url"], message["viewed"]) == ("mention", f"/source/{obj_id}", False)
    assert message["user_id"] == ben and "ana mentioned you" in message["text"]
    assert not [
        one
        for who in ("cleo", "ana", "root")
        for one in desk.client(who).get("/api/internal/notifications").json()["data"]
        if obj_id in one["text"]
    ]
    # once told is enough
    ana.update_comment(obj_id, made, "@ben: look at this.")
    told = desk.client("ben").get("/api/internal/notifications").json()["data"]
    assert len([one for one in told if obj_id in one["text"]]) == 1
    ana.update_comment(obj_id, made, "nobody in particular")
    assert talk(desk, obj_id, made)["mentions"] == []
    assert cleo not in talk(desk, obj_id, made)["mentions"]


def test_former_words_are_kept_for_who_could_read_them(desk: Desk) -> None:
    group = club(desk, "ben")
    user_id(desk, "cleo")
    obj_id, ana = source(desk), desk.client()
    made = ana.post_comment(obj_id, "a secret", group_ids=[group]).comment_id
    ana.update_comment(obj_id, made, "a draft", group_ids=[group])
    ana.update_comment(obj_id, made, "for all", group_ids=[1])
    ana.update_comment(obj_id, made, "for all", group_ids=[1])

    def history(who: str) -> list[str]:
        answer = desk.client(who).get(f"/api/sources/{obj_id}/comments/{made}/history")
        return [one["text"] for one in answer.raise_for_status().json()["data"]]

    assert history("ben") == ["a secret", "a draft"]
    assert desk.client("cleo").fetch_comment(obj_id, made).text == "for all"
    assert history("cleo") == []
    assert talk(desk, obj_id, made)["edited"] is True
    ana.delete_comment(obj_id, made)
    stored = desk.database["comments"].find_one({"_id": made})
    assert stored is None or (stored["text"], stored["edits"]) == ("", [])


def test_reactions(desk: Desk) -> None:
    group = club(desk, "ben")
    user_id(desk, "cleo")
    obj_id = source(desk, group)
    made = desk.client().post_comment(obj_id, "it rises").comment_id
    path = f"/api/sources/{obj_id}/comments/{made}/reactions"

    def react(who: str, emoji: str) -> httpx.Response:
        return desk.client(who).post(path, json={"emoji": emoji})

    react("ana", "🎉").raise_for_status()
    react("ben", "🎉").raise_for_status()
    assert react("ben", "🎉").json()["data"] == {"🎉": ["ana", "ben"]}
    react("ben", "👩🏽‍🔬").raise_for_status()
    assert talk(desk, obj_id, made)["reactions"] == {"🎉": ["ana", "ben"], "👩🏽‍🔬": ["ben"]}
    for word in ("yes", "", "🎉 yes", "<b>", "1"):
        refusal = react("ben", word)
        assert (refusal.status_code, "emoji" in refusal.json()["message"]) == (400, True), word
    assert react("cleo", "🎉").status_code == 404
    assert react("viewer", "🎉").status_code == 403
    left = desk.client("ben").delete(path, params={"emoji": "🎉"})
    assert left.json()["data"]["🎉"] == ["ana"]
    assert desk.client("ben").delete(path, params={"emoji": "🎉"}).status_code == 404
