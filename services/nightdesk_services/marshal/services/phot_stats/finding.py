"""Finding objects by the statistics of their photometry, as far as the asker sees it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from nightdesk_services.marshal.access import Access, Document
from nightdesk_services.marshal.storage.phot_stats import PhotStats


class PhotStatFinder:
    """Asks the stored statistics; those that are made of points hidden from the asker tell them nothing."""

    def __init__(self, stats: PhotStats) -> None:
        self._stats = stats

    async def objects(self, access: Access, query: Mapping[str, Any]) -> list[str]:
        """Return the objects whose statistics meet a condition, sorted."""
        found = await self._stats.find(query)
        return sorted(one["obj_id"] for one in found if meant_for(access, one))

    async def values(
        self, access: Access, names: Collection[str], obj_ids: Collection[str]
    ) -> dict[str, Document]:
        """Return some fields of the statistics of objects, by object, where there are any."""
        found = await self._stats.fields(names, obj_ids)
        return {
            one["obj_id"]: {name: one.get(name) for name in names} for one in found if meant_for(access, one)
        }


def meant_for(access: Access, stat: Document) -> bool:
    """Return whether statistics are made of all points that a person sees and of no other."""
    return all(map(access.sees_part, stat["parts"])) and not any(map(access.sees_part, stat["hidden"]))
