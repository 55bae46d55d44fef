"""Statistics of photometry as people read them and administrators keep them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from nightdesk_services.marshal.access import Access, Document
from nightdesk_services.marshal.exceptions import Conflict, NotFound
from nightdesk_services.marshal.models.fields import Page
from nightdesk_services.marshal.models.phot_stats import BatchQuery, CountsQuery, UpdateQuery
from nightdesk_services.marshal.services import shapes
from nightdesk_services.marshal.services.objects import ObjectService
from nightdesk_services.marshal.services.phot_stats.finding import meant_for
from nightdesk_services.marshal.services.phot_stats.making import PhotStatMaker
from nightdesk_services.marshal.storage.bounds import between
from nightdesk_services.marshal.storage.phot_stats import PhotStats
from nightdesk_services.marshal.storage.sources import Sources

_HIDDEN: Final = ("parts", "hidden", "audience", "whole", "mark", "checked_at", "obj_created_at")


class PhotStatService:
    """Everybody's statistics are of the points that they see."""

    def __init__(
        self, stats: PhotStats, maker: PhotStatMaker, sources: Sources, objects: ObjectService
    ) -> None:
        self._stats = stats
        self._maker = maker
        self._sources = sources
        self._objects = objects

    async def get(self, access: Access, obj_id: str) -> Document:
        """Return the statistics of an object, of its points as they are now.

        Raises
        ------
        NotFound
            If the person can know of no such object, or it has no statistics.
        """
        await self._objects.holders(access, obj_id)
        found = await self.shown(access, obj_id)
        if found is None:
            raise NotFound(
                f"there are no photometry statistics of {obj_id}: they are made when it is saved as a source,"
                " or by an administrator"
            )
        return found

    async def of(self, access: Access, obj_ids: Collection[str]) -> dict[str, Document]:
        """Return the statistics of objects as they were made last, by object."""
        found = await self._stats.of(obj_ids)
        return {one["obj_id"]: shapes.named(one, *_HIDDEN) for one in found if meant_for(access, one)}

    async def shown(self, access: Access, obj_id: str) -> Document | None:
        """Return the statistics of an object, None if it has none."""
        stats = await self._stats.of([obj_id])
        if not stats:
            return None
        mine = [one for one in stats if meant_for(access, one)]
        if not mine or await self._maker.changed({obj_id: mine[0]["mark"]}):
            await self._maker.make([obj_id])
            mine = [one for one in await self._stats.of([obj_id]) if meant_for(access, one)]
        return shapes.named(mine[0], *_HIDDEN) if mine else None

    async def post(self, access: Access, obj_id: str) -> None:
        """Make the statistics of an object that has none.

        Raises
        ------
        Conflict
            If it has some.
        """
        await self._objects.holders(access, obj_id)
        if await self._stats.of([obj_id]):
            raise Conflict(f"{obj_id} has photometry statistics; update them instead")
        await self._maker.make([obj_id])

    async def update(self, access: Access, obj_id: str) -> None:
        """Make the statistics of an object anew."""
        await self._objects.holders(access, obj_id)
        await self._maker.make([obj_id])

    async def remove(self, access: Access, obj_id: str) -> None:
        """Remove the statistics of an object, until its points change."""
        await self._objects.holders(access, obj_id)
        if not await self._stats.remove(obj_id):
            raise NotFound(f"there are no photometry statistics of {obj_id}")

    async def counts(self, query: CountsQuery) -> Document:
        """Count the sources that have statistics, and those that were created then and have none."""
        created = between(query.created_at_start, query.created_at_end)
        sources = await self._sources.count({"created_at": created} if created else {})
        having = await self._stats.count(_object(created))
        updated = _updated(query)
        return {
            "totalWithPhotStats": await self._stats.count(_object(created) | updated) if updated else having,
            "totalWithoutPhotStats": max(sources - having, 0),
        }

    async def make_page(self, query: BatchQuery) -> Document:
        """Make the statistics of a page of the sources that have none."""
        created = between(query.created_at_start, query.created_at_end)
        every = await self._sources.ids({"created_at": created} if created else {})
        having = set(await self._stats.objects(_object(created)))
        return await self._page([i for i in every if i not in having], query)

    async def update_page(self, query: UpdateQuery) -> Document:
        """Make the statistics of a page of the sources that have some anew."""
        created = between(query.created_at_start, query.created_at_end)
        return await self._page(await self._stats.objects(_object(created) | _updated(query)), query)

    async def _page(self, ids: list[str], query: Page) -> Document:
        await self._maker.make(ids[query.span])
        return {
            "totalMatches": len(ids),
            "pageNumber": query.page_number,
            "numPerPage": query.num_per_page,
        }


def _object(created: Document) -> Document:
    """Return the condition on statistics that their source was created at a time, or is one at all."""
    return {"obj_created_at": created or {"$ne": None}}


def _updated(query: CountsQuery | UpdateQuery) -> Document:
    bounds = {
        "last_update": between(query.quick_update_start, query.quick_update_end),
        "last_full_update": between(query.full_update_start, query.full_update_end),
    }
    return {name: at for name, at in bounds.items() if at}
