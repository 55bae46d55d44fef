"""One message as it is, many as one."""

from __future__ import annotations

from nightdesk_services.notifier.models.occasion import Message
from nightdesk_services.notifier.services.composing import letter


def message(number: int, url: str = "/source/X", kind: str = "comment") -> Message:
    return Message(f"title {number}", f"text {number}", url, kind)


def test_one_stays_as_it_is() -> None:
    only = letter("k", [Message("ana\r\nBcc: x@y.org  wrote", "a\nb", "/source/X", "comment")], 7)
    assert only.title == "ana Bcc: x@y.org wrote", "a title is one line, for it becomes a mail's header"
    assert (only.text, only.url, only.kind, only.key, only.number) == ("a\nb", "/source/X", "comment", "k", 7)


def test_many_are_listed() -> None:
    some = letter("k", [message(1), message(2)])
    assert some.title == "2 notifications: title 1, …"
    assert some.text == "• title 1\n  text 1\n• title 2\n  text 2"
    assert (some.url, some.kind) == ("/source/X", "comment")
    mixed = letter("k", [message(1), message(2, "/shifts", "shift")])
    assert (mixed.url, mixed.kind) == ("/", "notification")


def test_very_many_are_counted() -> None:
    many = letter("k", [message(number) for number in range(60)])
    assert many.text.count("•") == 50
    assert many.text.endswith("… and 10 more")
    assert "title 59" not in many.text
