"""Everybody's rules, at hand: a night brings hundreds of candidates a second."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Sequence

from nightdesk_services.marshal.access import Document
from nightdesk_services.marshal.storage.documents import Documents


class RuleBook:
    """The active rules by kind; read anew when one is changed, or after some seconds."""

    def __init__(self, rules: Documents, cache_seconds: float) -> None:
        self._rules = rules
        self._cache_seconds = cache_seconds
        self._by_kind: dict[str, list[Document]] | None = None
        self._expires = 0.0

    def forget(self) -> None:
        """Read the rules anew at the next question."""
        self._by_kind = None

    async def of(self, kind: str) -> Sequence[Document]:
        """Return the active rules of a kind."""
        if self._by_kind is None or time.monotonic() > self._expires:
            found: dict[str, list[Document]] = defaultdict(list)
            for rule in await self._rules.find({"active": True}):
                found[rule["kind"]].append(rule)
            self._by_kind, self._expires = found, time.monotonic() + self._cache_seconds
        return self._by_kind.get(kind, [])
