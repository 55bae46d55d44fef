"""Host galaxies of sources."""

from __future__ import annotations

from nightdesk_services.marshal.access import Access
from nightdesk_services.marshal.exceptions import NotFound
from nightdesk_services.marshal.services.sources import SourceService
from nightdesk_services.marshal.storage.documents import Documents
from nightdesk_services.marshal.storage.sources import Sources


class HostService:
    """Says which galaxy of the desk's a source is in."""

    def __init__(self, galaxies: Documents, service: SourceService, sources: Sources) -> None:
        self._galaxies = galaxies
        self._service = service
        self._sources = sources

    async def put(self, access: Access, obj_id: str, galaxy: str) -> None:
        """Set the host of a source.

        Raises
        ------
        NotFound
            If the desk has no galaxy of this name.
        """
        await self._service.changeable(access, obj_id)
        found = await self._galaxies.one({"name": galaxy})
        if found is None:
            raise NotFound(f"galaxyName: no galaxy {galaxy}")
        await self._sources.change(obj_id, {"host_id": found["_id"]})

    async def clear(self, access: Access, obj_id: str) -> None:
        """Say that the host of a source is not known."""
        await self._service.changeable(access, obj_id)
        await self._sources.change(obj_id, {"host_id": None})
