"""Alerts and cutouts of the archive, as far as a person's streams go."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Literal

from nightdesk import sky
from nightdesk.surveys import Survey

from nightdesk_services.common.tasks import ended
from nightdesk_services.marshal.access import Access, Document
from nightdesk_services.marshal.exceptions import Invalid, NotFound
from nightdesk_services.marshal.models.archive import AlertQuery, AlertsQuery, ImageQuery
from nightdesk_services.marshal.services import images
from nightdesk_services.marshal.services.objects import ObjectService, survey_named
from nightdesk_services.marshal.services.rows import rows
from nightdesk_services.marshal.storage.archive import Archive
from nightdesk_services.marshal.storage.cutouts import Reader, StoredCutouts
from nightdesk_services.marshal.storage.once import Once


class ArchiveService:
    """Reads what the broker stored."""

    def __init__(
        self, archive: Archive, cutouts: StoredCutouts, objects: ObjectService, image_cache: int
    ) -> None:
        self._archive = archive
        self._cutouts = cutouts
        self._objects = objects
        self._pictures: OrderedDict[tuple[str, int, str, str, int | None], bytes] = OrderedDict()
        self._programs = Once(self._program, 4 * image_cache)
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

    async def newest(self, access: Access, obj_id: str) -> tuple[str, int] | None:
        """Return the survey and the candid of the newest alert of an object that the person sees."""
        for survey in self._objects.surveys_of(obj_id):
            if access.programs(survey.name) == frozenset():
                continue
            for alert in await self._archive.newest(survey, obj_id):
                if access.sees_point(survey.name, alert.get("programid")):
                    return survey.name, int(alert["_id"])
        return None

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
        read = await self._reader(access, survey_named(survey_name), candid)
        return await asyncio.to_thread(lambda: images.unpacked(read(kind)))

    async def picture(
        self, access: Access, survey_name: str, candid: int, kind: str, query: ImageQuery
    ) -> bytes:
        """Return a cutout as a PNG."""
        found = (await self._drawn(access, survey_name, candid, (kind,), query))[kind]
        if isinstance(found, NotFound):
            raise found
        return found

    async def pictures(
        self, access: Access, survey_name: str, candid: int, kinds: Sequence[str], query: ImageQuery
    ) -> dict[str, bytes]:
        """Return those cutouts of an alert that can be drawn as PNG, by kind."""
        drawn = await self._drawn(access, survey_name, candid, kinds, query)
        return {kind: found for kind, found in drawn.items() if not isinstance(found, NotFound)}

    async def _drawn(
        self, access: Access, survey_name: str, candid: int, kinds: Sequence[str], query: ImageQuery
    ) -> dict[str, bytes | NotFound]:
        survey = survey_named(survey_name)
        keys = {kind: (survey.name, candid, kind, query.stretch, query.size) for kind in kinds}
        made: dict[str, bytes | NotFound] = {
            kind: self._pictures[key] for kind, key in keys.items() if key in self._pictures
        }
        missing = [kind for kind in kinds if kind not in made]
        if missing:
            read = await self._reader(access, survey, candid)
            made |= await asyncio.to_thread(_all_drawn, read, missing, query, survey.first_row)
        else:
            await self._require_visible(access, survey, candid)
        for kind, found in made.items():
            if not isinstance(found, NotFound):
                self._pictures[keys[kind]] = found
                self._pictures.move_to_end(keys[kind])
        while len(self._pictures) > self._most:
            self._pictures.popitem(last=False)
        return made

    async def _reader(self, access: Access, survey: Survey, candid: int) -> Callable[[str], bytes]:
        # both questions go to the store together
        reading = asyncio.create_task(self._cutouts.reader(survey, candid))
        try:
            await self._require_visible(access, survey, candid)
            return partial(_there, await reading, f"{survey.name} alert {candid}")
        finally:
            await ended(reading)

    async def _require_visible(self, access: Access, survey: Survey, candid: int) -> None:
        if access.programs(survey.name) is None:
            return
        program = await self._programs.of((survey.name, candid))
        if program is None or not access.sees_point(survey.name, program):
            raise NotFound(f"no {survey.name} alert {candid}")

    async def _program(self, key: tuple[str, int], /) -> int | None:
        name, candid = key
        return await self._archive.programid(survey_named(name), candid)


def _there(read: Reader, alert: str, kind: str) -> bytes:
    data = read(f"cutout{kind.capitalize()}")
    if data is None:
        raise NotFound(f"no {kind} cutout of {alert}")
    return data


def _all_drawn(
    read: Callable[[str], bytes],
    kinds: Iterable[str],
    query: ImageQuery,
    first_row: Literal["south", "north"],
) -> dict[str, bytes | NotFound]:
    drawn: dict[str, bytes | NotFound] = {}
    for kind in kinds:
        try:
            drawn[kind] = images.png(read(kind), query.stretch, query.size, first_row)
        except NotFound as error:
            drawn[kind] = error
        except ValueError as error:
            drawn[kind] = NotFound(str(error))
    return drawn
