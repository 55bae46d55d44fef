"""Requests about comments and what is attached to them."""

from __future__ import annotations

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from nightdesk_services.marshal.models.fields import Body, Ids, Page, Query, Text

_FILE_LETTERS = 40_000_000
"""Longest Base64 text that is looked at; how large a file may be is the service's to say."""


def _symbol(value: str) -> str:
    """Refuse what is written rather than drawn: a reaction is one emoji."""
    # symbols, their modifiers, joiners and variation selectors, keycaps
    if not any(unicodedata.category(letter) in ("So", "Sm", "Sk") for letter in value) or any(
        unicodedata.category(letter)[0] in "LCZ" and letter != "\u200d" for letter in value
    ):
        msg = "a reaction is one emoji"
        raise ValueError(msg)
    return value


Channel = Annotated[str, StringConstraints(pattern=r"^\w[\w .\-]*$", max_length=60)]
FileName = Annotated[str, StringConstraints(pattern=r"^[^/\\\x00-\x1f\x7f]+$", min_length=1, max_length=255)]
Emoji = Annotated[str, StringConstraints(min_length=1, max_length=12), AfterValidator(_symbol)]


class Attachment(Body):
    """A file to attach."""

    name: FileName
    body: Annotated[str, StringConstraints(max_length=_FILE_LETTERS)]
    """In Base64, perhaps as a data URL."""


class CommentPost(Body):
    """A new comment."""

    text: Text
    group_ids: Ids | None = None
    channel: Channel | None = None
    parent_id: int | None = None
    """The comment that this one answers."""
    attachment: Attachment | None = None


class CommentPut(Body):
    """A comment's new words, file or readers."""

    text: Text | None = None
    group_ids: Annotated[Ids, Field(min_length=1)] | None = None
    attachment: Attachment | None = None


class CommentsQuery(Page):
    """Which comments to list."""

    text: str | None = Field(default=None, max_length=1000)
    channel: str | None = None
    include_talk: bool = Field(default=False, alias="includeTalk")
    """Also threads, mentions, reactions and how often a comment was edited."""


class CommentQuery(Query):
    """How to show one comment."""

    include_talk: bool = Field(default=False, alias="includeTalk")


class AttachmentQuery(Query):
    """How to send an attached file: to keep, to look at, or its text."""

    # SkyPortal's client leaves one empty that it does not want
    download: str = "true"
    preview: str = ""


class AttachmentPage(Page):
    """Which of the attached files in the store to move to disk."""

    num_per_page: int = Field(default=100, ge=1, le=500, alias="numPerPage")


class ReactionPost(Body):
    """An emoji under a comment."""

    emoji: Emoji


class ReactionQuery(Query):
    """The emoji to take back."""

    emoji: Emoji
