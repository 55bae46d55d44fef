"""Finding sources by a part of their name, in memory: the store would look at every one."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from nightdesk_services.marshal.storage.sources import Sources

MOST: Final = 5000
"""Names that are looked up one by one; where more are meant, the store goes through all."""


class SourceNames:
    """All names there are; they only ever grow, and what is new is read at every search."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._names: dict[str, str] = {}
        self._last: datetime | None = None

    async def containing(self, text: str) -> list[str] | None:
        """Return the names that have a text somewhere, whatever its case; None if there are too many."""
        for obj_id, created in await self._sources.names(self._last):
            self._names[obj_id] = obj_id.lower()
            if created is not None and (self._last is None or created > self._last):
                self._last = created
        part = text.lower()
        found = [obj_id for obj_id, lower in self._names.items() if part in lower]
        return found if len(found) <= MOST else None
