"""From the messages of one delivery to what goes out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from nightdesk_services.notifier.models.occasion import Letter, Message

_LISTED: Final = 50
"""Most messages that are told one by one in a letter of many."""
_SHORT: Final = 300


def letter(key: str, messages: Sequence[Message], number: int | None = None) -> Letter:
    """Return one message as it is, or several as one; what would be said twice is said once."""
    messages = list(dict.fromkeys(messages))
    if len(messages) == 1:
        (only,) = messages
        return Letter(key, only.kind, _line(only.title), only.text, only.url, number)
    lines = [f"• {_line(one.title)}" + _indented(one.text) for one in messages[:_LISTED]]
    if len(messages) > _LISTED:
        lines.append(f"… and {len(messages) - _LISTED} more")
    urls, kinds = ({getattr(one, name) for one in messages} for name in ("url", "kind"))
    return Letter(
        key=key,
        kind=kinds.pop() if len(kinds) == 1 else "notification",
        title=f"{len(messages)} notifications: {_line(messages[0].title)}, …",
        text="\n".join(lines),
        url=urls.pop() if len(urls) == 1 else "/",
        number=number,
    )


def _line(title: str) -> str:
    """Return a title in one line; it becomes the header of a mail."""
    return " ".join(title.split())


def _indented(text: str) -> str:
    short = text if len(text) <= _SHORT else f"{text[: _SHORT - 1]}…"
    return "".join(f"\n  {line}" for line in short.splitlines() if line.strip())
