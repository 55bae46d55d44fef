"""Numbers as people read them."""

from __future__ import annotations

import html
from datetime import UTC, datetime
from typing import Any

NONE = "–"


def escape(value: Any) -> str:
    """Return text that is safe inside HTML and its attributes."""
    return html.escape(str(value), quote=True)


def whole(number: float | None) -> str:
    """Return a count with narrow spaces between thousands."""
    return NONE if number is None else f"{number:,.0f}".replace(",", "\u202f")


def rate(number: float | None) -> str:
    """Return alerts per second with three figures at most."""
    if number is None:
        return NONE
    return f"{number:.1f}" if number < 100 else whole(number)


def duration(ms: float | None) -> str:
    """Return a time given in ms."""
    if ms is None:
        return NONE
    if ms < 10:
        return f"{ms:.1f} ms"
    if ms < 1000:
        return f"{ms:.0f} ms"
    if ms < 100_000:
        return f"{ms / 1000:.1f} s"
    return f"{ms / 60_000:.0f} min"


def seconds(value: float) -> str:
    """Return a time given in s."""
    return duration(1000 * value)


def size(number: float | None) -> str:
    """Return bytes in the unit that suits."""
    if not number:
        return NONE
    for unit in ("B", "kB", "MB", "GB"):
        if number < 1000:
            return f"{number:.0f} {unit}" if number >= 10 or unit == "B" else f"{number:.1f} {unit}"
        number /= 1000
    return f"{number:.1f} TB"


def ago(text: str | None, now: datetime | None = None) -> str:
    """Return how long ago an ISO time was."""
    if not text:
        return NONE
    passed = ((now or datetime.now(UTC)) - datetime.fromisoformat(text)).total_seconds()
    if passed < 2:
        return "now"
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if passed >= 2 * length:
            return f"{passed / length:.0f} {unit} ago"
    return f"{passed:.0f} s ago"


def clock(text: str | None) -> str:
    """Return an ISO time as a UTC clock shows it."""
    return NONE if not text else datetime.fromisoformat(text).astimezone(UTC).strftime("%H:%M:%S")


def night(text: str) -> str:
    """Return YYYYMMDD with dashes."""
    return f"{text[:4]}-{text[4:6]}-{text[6:]}"
