"""Vocabularies: text and bytes are kept once, and columns hold their places."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any, Final

import numpy as np

from nightdesk.filters.pipeline.kinds import Array


class Words:
    """Distinct strings, bytes and messages."""

    def __init__(self, items: Iterable[Any] = ()) -> None:
        self.items: list[Any] = list(items)

    def __len__(self) -> int:
        return len(self.items)

    @cached_property
    def index(self) -> dict[Any, int]:
        """Word -> place."""
        return {word: place for place, word in enumerate(self.items)}

    @cached_property
    def ranks(self) -> Array:
        """Place -> place in the order of BSON: code points for text, length before content for bytes."""
        order = sorted(range(len(self.items)), key=lambda place: _key(self.items[place]))
        ranks = np.empty(len(order), np.int64)
        ranks[order] = np.arange(len(order))
        return ranks

    def merged(self, other: Words) -> tuple[Words, Array]:
        """Return a vocabulary that begins with this one, and the place in it of each word of the other."""
        items, index = list(self.items), dict(self.index)
        places = np.empty(len(other), np.int64)
        for place, word in enumerate(other.items):
            at = index.setdefault(word, len(items))
            if at == len(items):
                items.append(word)
            places[place] = at
        return (self if len(items) == len(self.items) else Words(items)), places


def _key(word: Any) -> tuple[int, int, Any]:
    # UTF-8 bytes sort as code points do
    return (0, 0, word) if isinstance(word, str) else (1, len(word), word)


EMPTY: Final = Words()
