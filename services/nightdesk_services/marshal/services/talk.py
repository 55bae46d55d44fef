"""What makes comments a conversation: answers, mentions, reactions, edits."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from nightdesk_services.marshal.access import Directory, Document
from nightdesk_services.marshal.exceptions import Invalid

MOST_EDITS: Final = 50
"""Most former words that are kept of a comment."""
_MOST_EMOJI: Final = 20
# not in the middle of an address or another word
_MENTION: Final = re.compile(r"(?<![\w@./])@([\w.+\-]+)")


def mentioned(directory: Directory, text: str, group_ids: Collection[int]) -> list[int]:
    """Return the users that a text names as ``@username`` and whose groups may read it, sorted."""
    readers = {name for group_id in group_ids for name in directory.members(group_id)}
    found: set[int] = set()
    for match in _MENTION.finditer(text):
        # a name at the end of a sentence
        for name in (match[1], match[1].rstrip(".-+")):
            user = directory.user_named(name)
            if user is not None and name in readers:
                found.add(int(user["_id"]))
                break
    return sorted(found)


def reactions(directory: Directory, comment: Document) -> dict[str, list[str]]:
    """Return who put which emoji under a comment: emoji -> usernames, in the order of the first."""
    found: dict[str, list[str]] = {}
    for one in comment.get("reactions", ()):
        user = directory.users.get(one["user_id"])
        if user is not None:
            found.setdefault(one["emoji"], []).append(user["username"])
    return found


def require_room(comment: Document, emoji: str) -> None:
    """Raise `Invalid` if a comment has so many different emoji that one more is too many."""
    there = {one["emoji"] for one in comment.get("reactions", ())}
    if emoji not in there and len(there) >= _MOST_EMOJI:
        raise Invalid(f"emoji: a comment has room for {_MOST_EMOJI} different ones")


def shown(directory: Directory, comment: Document) -> Document:
    """Return what SkyPortal's comments do not have."""
    return {
        "parent_id": comment.get("parent_id"),
        "mentions": comment.get("mentions", []),
        "reactions": reactions(directory, comment),
        "edited": bool(comment.get("edits")),
        "attachment_size": comment.get("attachment_size"),
    }
