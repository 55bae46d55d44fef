"""The reference cutouts of the alert archive."""

from __future__ import annotations

from typing import Final

from nightdesk.surveys import get

from nightdesk_services.marshal.access import Access
from nightdesk_services.marshal.services.objects import ObjectService
from nightdesk_services.marshal.storage.archive import Archive
from nightdesk_services.marshal.storage.cutouts import StoredCutouts

_ALERTS: Final = 50


class References:
    """Finds the cutout of a survey's reference image that an object's alerts brought."""

    def __init__(self, objects: ObjectService, archive: Archive, cutouts: StoredCutouts) -> None:
        self._objects = objects
        self._archive = archive
        self._cutouts = cutouts

    async def of(self, access: Access, obj_id: str) -> tuple[str, int] | None:
        """Return survey and alert of the newest cutout that the person sees, None if there is none."""
        brief = await self._objects.brief(access, obj_id)
        if brief is None:
            return None
        survey = brief[0]
        alerts = await self._archive.alerts_of(survey, obj_id, _ALERTS)
        seen = [one for one in alerts if access.sees_point(survey.name, one.get("programid"))]
        newest = max(seen, key=lambda one: one["jd"], default=None)
        return None if newest is None else (survey.name, int(newest["_id"]))

    async def read(self, cutout: tuple[str, int]) -> bytes | None:
        """Return a cutout's file as it came in the packet."""
        return await self._cutouts.one(get(cutout[0]), cutout[1], "cutoutTemplate")
