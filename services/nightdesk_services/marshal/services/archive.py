"""Alerts and cutouts of the archive, as far as a person's streams go."""

from __future__ import annotations

import asyncio
from collections import OrderedDict

from nightdesk import sky
from nightdesk.surveys import Survey

from nightdesk_services.marshal.access import Access, Document
from nightdesk_services.marshal.exceptions import Invalid, NotFound
from nightdesk_services.marshal.models.archive import AlertQuery, AlertsQuery, ImageQuery
from nightdesk_services.marshal.services import images
from nightdesk_services.marshal.services.objects import ObjectService, survey_named
from nightdesk_services.marshal.services.rows import rows
from nightdesk_services.marshal.storage.archive import Archive
from nightdesk_services.marshal.storage.cutouts import StoredCutouts


class ArchiveService:
    """Reads what the broker stored."""

    def __init__(
        self, archive: Archive, cutouts: StoredCutouts, objects: ObjectService, image_cache: int
    ) -> None:
        self._archive = archive
        self._cutouts = cutouts
        self._objects = objects
        self._pictures: OrderedDict[tuple[str, int, str, str, int | None], bytes] = OrderedDict()
        self._programs: OrderedDict[tuple[str, int], int] = OrderedDict()
        self._most = image_cache

    async def of_object(self, access: Access, obj_id: str, query: AlertQuery) -> Document:
        """Return an object's alerts, newest first, and its history."""
        survey, aux = await self._objects.aux(access, obj_id, query.survey)
        alerts = await self._archive.alerts_of(survey, obj_id, query.limit)
        seen = [alert for alert in alerts if access.sees_point(survey.name, alert.get("programid"))]
        return {
            "survey": survey.name,
            "alerts": sorted(seen, key=lambda alert: alert["jd"], reverse=True),
            "aux": aux,
        }

    async def table(self, access: Access, query: AlertsQuery) -> list[Document]:
        """Return alerts as flat rows, newest first, with the columns that filters see."""
        survey = survey_named(query.survey)
        if query.jd_min is None and query.jd_max is None and query.radius is None:
            raise Invalid("jdMin, jdMax, ra, dec, radius: name a span of time or a cone")
        pixels = None
        if query.ra is not None and query.dec is not None and query.radius is not None:
            pixels = sky.cone(query.ra, query.dec, query.radius)
        found = await self._archive.alerts(
            survey, limit=query.limit, jd=(query.jd_min, query.jd_max), pixels=pixels
        )
        seen = [alert for alert in found if access.sees_point(survey.name, alert.get("programid"))]
        objects = {alert["objectId"] for alert in seen}
        aux = await self._archive.matches_of(survey, objects)
        table = await asyncio.to_thread(rows, survey, seen, aux)
        if query.ra is not None and query.dec is not None and query.radius is not None and table:
            distance = sky.separation(
                query.ra, query.dec, [row["ra"] for row in table], [row["dec"] for row in table]
            )
            table = [row for row, d in zip(table, distance, strict=True) if d <= query.radius]
        return table

    async def fits(self, access: Access, survey_name: str, candid: int, kind: str) -> bytes:
        """Return a cutout as an uncompressed FITS file."""
        survey = survey_named(survey_name)
        await self._require_visible(access, survey, candid)
        return await asyncio.to_thread(images.unpacked, await self._cutout(survey, candid, kind))

    async def picture(
        self, access: Access, survey_name: str, candid: int, kind: str, query: ImageQuery
    ) -> bytes:
        """Return a cutout as a PNG."""
        survey = survey_named(survey_name)
        await self._require_visible(access, survey, candid)
        key = (survey.name, candid, kind, query.stretch, query.size)
        drawn = self._pictures.get(key)
        if drawn is None:
            data = await self._cutout(survey, candid, kind)
            try:
                drawn = await asyncio.to_thread(images.png, data, query.stretch, query.size, survey.first_row)
            except ValueError as error:
                raise NotFound(str(error)) from error
            self._pictures[key] = drawn
            if len(self._pictures) > self._most:
                self._pictures.popitem(last=False)
        self._pictures.move_to_end(key)
        return drawn

    async def _cutout(self, survey: Survey, candid: int, kind: str) -> bytes:
        data = await self._cutouts.one(survey, candid, f"cutout{kind.capitalize()}")
        if data is None:
            raise NotFound(f"no {kind} cutout of {survey.name} alert {candid}")
        return data

    async def _require_visible(self, access: Access, survey: Survey, candid: int) -> None:
        if access.programs(survey.name) is None:
            return
        key = (survey.name, candid)
        if key not in self._programs:
            program = await self._archive.programid(survey, candid)
            if program is None:
                raise NotFound(f"no {survey.name} alert {candid}")
            self._programs[key] = program
            if len(self._programs) > self._most * 4:
                self._programs.popitem(last=False)
        if not access.sees_point(survey.name, self._programs[key]):
            raise NotFound(f"no {survey.name} alert {candid}")
