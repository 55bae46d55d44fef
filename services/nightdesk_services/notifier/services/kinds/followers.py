"""Who follows a source: whoever has it on a list that their rule names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from nightdesk_services.marshal.access import Document
from nightdesk_services.marshal.storage.listings import Listings

FAVORITES: Final = "favorites"


def lists_of(rule: Document) -> Sequence[str]:
    """Return the lists whose sources a rule follows."""
    return rule.get("lists") or (FAVORITES,)


async def following(listings: Listings, obj_id: str, rules: Sequence[Document]) -> list[Document]:
    """Return those of some rules whose owners follow a source."""
    followed: set[tuple[int, str]] = set()
    for name in sorted({name for rule in rules for name in lists_of(rule)}):
        entries = await listings.of_objects([obj_id], name)
        followed |= {(entry["user_id"], name) for entry in entries}
    return [rule for rule in rules if any((rule["user_id"], name) in followed for name in lists_of(rule))]
