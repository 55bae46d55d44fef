"""Headers of spectra as plain values, whether they stand in comments of a text or in FITS cards."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import Any, Final

from nightdesk_services.marshal.access import Document

_MOST_LINES: Final = 5000
_COMMENTARY: Final = ("COMMENT", "HISTORY")
_CARD: Final = re.compile(r"(?P<key>[A-Za-z][\w.\-]*)\s*(?P<sign>[=:])(?!/)\s*(?P<rest>.*)", re.DOTALL)
_QUOTED: Final = re.compile(r"'(?P<value>(?:[^']|'')*)'\s*(?:/\s*(?P<comment>.*))?")


def read(lines: Iterable[str]) -> Document:
    """Return what lines like ``KEY: value`` and ``KEY = value / comment`` say.

    A value with a comment becomes ``{"value": ..., "comment": ...}``, as it does in SkyPortal; lines of
    ``COMMENT`` and ``HISTORY`` are put together; other lines say nothing.
    """
    found: Document = {}
    for line in list(lines)[:_MOST_LINES]:
        card = _CARD.match(line)
        word, _, said = line.partition(" ")
        if word in _COMMENTARY and (card is None or card["key"] != word):
            found[word] = f"{found[word]}\n{said.strip()}" if word in found else said.strip()
        elif card is not None:
            found[card["key"]] = _valued(card["sign"], card["rest"].strip())
    return found


def entry(value: Any, comment: str) -> Any:
    """Return a value with its comment, if it has one."""
    return {"value": value, "comment": comment} if comment else value


def _valued(sign: str, rest: str) -> Any:
    if sign == ":":
        return _plain(rest.strip("'\""))
    quoted = _QUOTED.fullmatch(rest)
    if quoted:
        return entry(quoted["value"].replace("''", "'").rstrip(), (quoted["comment"] or "").strip())
    value, _, comment = rest.partition(" /")
    return entry(_plain(value.strip()), comment.strip())


def _plain(text: str) -> Any:
    """Return the number or truth value that a text stands for, or the text."""
    if text in ("T", "F", "true", "false"):
        return text in ("T", "true")
    for kind in (int, float):
        try:
            number = kind(text)
        except ValueError:
            continue
        return number if math.isfinite(number) else text
    return text or None
