"""Which follow-up requests a person sees: those of their groups, on objects that they may know of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from nightdesk_services.marshal.access import Access, Document
from nightdesk_services.marshal.exceptions import absent
from nightdesk_services.marshal.services.objects import ObjectService
from nightdesk_services.marshal.storage.documents import Documents
from nightdesk_services.marshal.storage.sources import Sources

_PLACE = ("ra", "dec", "redshift", "created_at", "modified")


class RequestSight:
    """A group's allocation shows its requests to the group, but no object that somebody may not see."""

    def __init__(self, requests: Documents, sources: Sources, objects: ObjectService) -> None:
        self._requests = requests
        self._sources = sources
        self._objects = objects

    async def known(self, access: Access, number: int, field: str = "") -> Document:
        """Return a request that the person may see.

        Raises
        ------
        NotFound
            There is none that they may know of; `Invalid` if a field of a request named it.
        """
        found = await self._requests.get(number)
        if found is None or not await self.sees(access, found):
            raise absent(f"follow-up request {number}", field)
        return found

    async def sees(self, access: Access, request: Document) -> bool:
        """Return whether a request is the person's to see."""
        if not access.sees(request.get("group_ids", ())):
            return False
        return bool(await self.places_of(access, [request]))

    async def condition(self, access: Access, wanted: Document) -> Document:
        """Return a query narrowed to what the person may see, so that also its counts tell nothing else."""
        bounded: dict[str, Any] = {"$and": [wanted, access.condition]}
        if access.super_admin:
            return bounded
        rows = await self._requests.find(bounded, fields={"obj_id": 1})
        seen = await self.places(access, {row["obj_id"] for row in rows})
        known = [{"obj_id": {"$in": sorted(seen)}}, {"requester_id": access.user_id}]
        return {"$and": [wanted, access.condition, {"$or": known}]}

    async def places_of(self, access: Access, requests: Sequence[Document]) -> dict[str, Document]:
        """Return where the objects of requests are, by name; who asked for one knows it for good."""
        found = await self.places(access, {one["obj_id"] for one in requests})
        for one in requests:
            if one["obj_id"] not in found and one.get("requester_id") == access.user_id:
                found[one["obj_id"]] = {"id": one["obj_id"], **one["place"]}
        return found

    async def places(self, access: Access, obj_ids: Iterable[str]) -> dict[str, Document]:
        """Return where the objects are that the person may see, by name."""
        wanted = sorted(set(obj_ids))
        sources = await self._sources.by_id(wanted)
        found: dict[str, Document] = {}
        for obj_id in wanted:
            source = sources.get(obj_id)
            if source is not None and access.sees(source.get("group_ids", ())):
                found[obj_id] = {"id": obj_id} | {name: source.get(name) for name in _PLACE}
            elif (brief := await self._objects.brief(access, obj_id)) is not None:
                found[obj_id] = {"id": obj_id} | {name: brief[1].get(name) for name in ("ra", "dec")}
        return found
