"""Removing an object that nothing was said or measured of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from nightdesk_services.marshal.access import Access
from nightdesk_services.marshal.exceptions import Invalid
from nightdesk_services.marshal.services.objects import ObjectService
from nightdesk_services.marshal.services.thumbnails import ThumbnailService
from nightdesk_services.marshal.storage.candidates import Candidates
from nightdesk_services.marshal.storage.objects import Objects
from nightdesk_services.marshal.storage.sources import Sources

_SAID: Final = ("annotations", "comments", "classifications", "spectra")
_MEASURED: Final = ("photometry", "photometric_series")
_WORDS: Final = {"photometric_series": "photometric series", "followup_requests": "follow-up requests"}


class RemovalService:
    """Removes objects.

    A person who does not see everything takes the object from their own groups; it is gone for good once
    nobody holds anything of it. Until then it is the others' as before, of which the person learns nothing.
    """

    def __init__(
        self,
        records: Objects,
        objects: ObjectService,
        sources: Sources,
        candidates: Candidates,
        thumbnails: ThumbnailService,
    ) -> None:
        self._records = records
        self._objects = objects
        self._sources = sources
        self._candidates = candidates
        self._thumbnails = thumbnails

    async def remove(self, access: Access, obj_id: str) -> None:
        """Remove an object.

        Raises
        ------
        NotFound
            If the person can know of no such object.
        Invalid
            If it has data that the person sees.
        """
        held = await self._objects.holders(access, obj_id)
        if await self._objects.brief(access, obj_id) is not None:
            raise Invalid(f"{obj_id} has photometry in the archive of its survey, so it cannot be removed")
        if found := await self._first(access, obj_id):
            words = _WORDS.get(found, found)
            raise Invalid(
                f"Please remove all associated {words} from object with ID {obj_id} before removing."
            )
        source = await self._sources.get(obj_id) or {"group_ids": []}
        own = source["group_ids"] if access.super_admin else [i for i in held if i in source["group_ids"]]
        for group_id in access.savable(own) if own else ():
            await self._sources.unsave(obj_id, group_id)
        passed = await self._records.candidates(obj_id)
        mine = [
            one["_id"] for one in passed if access.super_admin or access.readable.issuperset(one["group_ids"])
        ]
        await self._candidates.remove(mine)
        if len(mine) == len(passed) and len(own) == len(source["group_ids"]) and not await self._left(obj_id):
            await self._records.forget(obj_id)
            await self._thumbnails.remove_all(obj_id)

    async def _first(self, access: Access, obj_id: str) -> str:
        """Return the first kind of data that the person sees of an object, empty if there is none."""
        seen: list[tuple[str, Mapping[str, Any]]] = [(name, access.condition) for name in _SAID]
        seen += [(name, access.measured) for name in _MEASURED]
        seen.append(("followup_requests", {} if access.super_admin else {"requester_id": access.user_id}))
        for name, condition in seen:
            if await self._records.has(name, obj_id, condition):
                return name
        return ""

    async def _left(self, obj_id: str) -> bool:
        """Return whether anybody has any data of an object."""
        for name in (*_SAID, *_MEASURED, "followup_requests"):
            if await self._records.has(name, obj_id, {}):
                return True
        return False
