"""Who has looked at which source, and where a source is already."""

from __future__ import annotations

from nightdesk_services.marshal.access import Access, Document
from nightdesk_services.marshal.exceptions import Invalid
from nightdesk_services.marshal.models.sources import ExistsQuery
from nightdesk_services.marshal.services.sources import SourceService
from nightdesk_services.marshal.storage.source_labels import SourceLabels
from nightdesk_services.marshal.storage.sources import Sources


class LookService:
    """People note for their groups that they have looked at a source."""

    def __init__(self, labels: SourceLabels, service: SourceService, sources: Sources) -> None:
        self._labels = labels
        self._service = service
        self._sources = sources

    async def add(self, access: Access, obj_id: str, group_ids: list[int]) -> None:
        """Note that the person has looked at a source, for some of their groups."""
        await self._service.require(access, obj_id)
        await self._labels.add(obj_id, access.user_id, access.chosen(group_ids))

    async def remove(self, access: Access, obj_id: str, group_ids: list[int]) -> None:
        """Take that back."""
        await self._service.require(access, obj_id)
        await self._labels.remove(obj_id, access.user_id, access.chosen(group_ids))

    async def exists(self, access: Access, obj_id: str | None, query: ExistsQuery) -> Document:
        """Tell whether the person sees a source of this name, or one at this place.

        Raises
        ------
        Invalid
            If neither a name nor a whole cone is given.
        """
        if obj_id is not None and await self._service.saved(access, obj_id) is not None:
            return {"source_exists": True, "message": f"a source named {obj_id} exists"}
        cone = (query.ra, query.dec, query.radius)
        if query.ra is not None and query.dec is not None and query.radius is not None:
            near = await self._sources.near(query.ra, query.dec, query.radius * 3600)
            seen = next((one for one in near if access.sees(one["group_ids"])), None)
            if seen is not None:
                return {"source_exists": True, "message": f"the source {seen['_id']} is at this place"}
        elif obj_id is None or any(value is not None for value in cone):
            raise Invalid("ra, dec, radius: give a name, or all three of a cone")
        return {"source_exists": False, "message": "no such source"}
