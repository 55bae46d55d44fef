"""Something that happened and that people may want to be told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Document = dict[str, Any]


@dataclass(frozen=True)
class Occasion:
    """One thing to tell, to all whose rules ask for it."""

    subject: str
    """What one is told of once, the same however often it is noticed."""
    about: Document
    """Names the record that a text is made of when it is sent."""
    document: Document
    """The record as it was noticed."""
    rules: list[Document]
    """Rules that ask for it; whether their owners may see it is still to be asked."""


@dataclass(frozen=True)
class Message:
    """What one person is told, as they may see it."""

    title: str
    """One line."""
    text: str
    url: str
    """Where the desk shows it, as the inbox names places: ``/source/ZTF26abc``."""
    kind: str = ""
    """What it is about, as rules call it."""


@dataclass(frozen=True)
class Letter:
    """What goes out at once by one channel: a message, or several as one."""

    key: str
    """The same when it is sent again because nobody knows whether it went out."""
    kind: str
    """What it is about, ``notification`` where of several kinds."""
    title: str
    text: str
    url: str
    number: int | None = None
    """Its id in the inbox, for that channel."""
