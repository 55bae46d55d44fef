"""Light curves: the points of the surveys' streams beside those that people uploaded."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any

from nightdesk.photometry import MJD_ZERO
from nightdesk.surveys import SURVEYS, Survey
from pydantic import BaseModel

from nightdesk_services.marshal.access import Access, Document
from nightdesk_services.marshal.exceptions import Invalid, NotFound
from nightdesk_services.marshal.models.photometry import CurveQuery, PointQuery, RangeBody
from nightdesk_services.marshal.services import shapes
from nightdesk_services.marshal.services.objects import ObjectService
from nightdesk_services.marshal.services.photometry_streams import stream_points
from nightdesk_services.marshal.services.photometry_surroundings import Surroundings
from nightdesk_services.marshal.services.photometry_views import Look, PointViews
from nightdesk_services.marshal.services.series.rows import SeriesRows
from nightdesk_services.marshal.storage.bounds import between
from nightdesk_services.marshal.storage.light_curves import LightCurves
from nightdesk_services.marshal.storage.photometry import Photometry
from nightdesk_services.marshal.storage.sources import Sources

_AT_ONCE = 100
"""Objects whose light curves are read together."""
_EBV = ("ebv", "EBV", "E(B-V)")
_PERIOD = ("period", "Period", "PERIOD")


class PhotometryService:
    """Every point that the person may see, of objects saved or not."""

    def __init__(
        self,
        *,
        points: Photometry,
        objects: ObjectService,
        sources: Sources,
        curves: LightCurves,
        surroundings: Surroundings,
        series: SeriesRows,
    ) -> None:
        self._points = points
        self._objects = objects
        self._sources = sources
        self._curves = curves
        self._around = surroundings
        self._series = series

    async def points(self, access: Access, obj_id: str, query: BaseModel) -> list[Document]:
        """Return an object's light curve, sorted by time; fluxes in µJy (zero point 23.9 in AB).

        Parameters
        ----------
        query
            A `CurveQuery`, or what has some of its fields.

        Raises
        ------
        NotFound
            If the person can know of no such object.
        Invalid
            If it shall be folded and nobody annotated a period.
        """
        asked = query if isinstance(query, CurveQuery) else CurveQuery.model_validate(query.model_dump())
        obj_ids = [obj_id]
        if asked.include_super_objs and await self._may_know(access, obj_id):
            obj_ids += await self._around.linked(obj_id)
        found = await self._read(access, obj_ids, asked)
        if asked.parts != "individual" and asked.format != "plot":
            found.rows += await self._series.of(access, obj_id, found.look)
        if not found.rows and not found.known and not await self._may_know(access, obj_id):
            raise NotFound(f"no object {obj_id}")
        rows = _latest(found.rows) if asked.deduplicate else found.rows
        rows.sort(key=lambda row: row["mjd"] if row["mjd"] is not None else float("inf"))
        return rows

    async def point(self, access: Access, number: int, query: PointQuery) -> Document:
        """Return one uploaded point.

        Raises
        ------
        NotFound
            If there is none of this number that the person sees.
        """
        found = await self.seen(access, number)
        instruments = await self._around.instruments([found])
        look = Look(format=query.format, magsys=query.magsys)
        return PointViews(access, look, instruments).of(found)

    async def seen(self, access: Access, number: int) -> Document:
        """Return the document of an uploaded point that the person sees."""
        found = await self._points.get(number)
        if found is None or "mjd" not in found or not access.sees_measured(found):
            raise NotFound(f"no photometry point {number}")
        return found

    async def origins(self, access: Access) -> list[str]:
        """Return where the uploaded points of the person's groups come from, sorted."""
        return [one for one in await self._points.origins() if await self._points.has(one, access.condition)]

    async def documents(self, access: Access, obj_id: str) -> list[Document]:
        """Return the uploaded points of an object that the person sees, as they are stored."""
        return await self._points.of([obj_id], access.measured)

    async def from_alerts(self, access: Access, obj_id: str, query: CurveQuery) -> list[Document]:
        """Return the points of an object that came with alerts, each with its survey and program."""
        look = await self._look(access, [obj_id], query)
        found = await self._streams(access, [obj_id])
        return await asyncio.to_thread(_drawn, access, found, look, told=True)

    async def range(
        self, access: Access, body: RangeBody, query: PointQuery
    ) -> AsyncIterator[list[Document]]:
        """Yield the uploaded points of instruments and a span of time, piece by piece."""
        wanted: dict[str, Any] = {**access.measured}
        if body.instrument_ids is not None:
            wanted["instrument_id"] = {"$in": sorted(set(body.instrument_ids))}
        ends = (
            None if date is None else shapes.jd_of_time(date) - MJD_ZERO
            for date in (body.min_date, body.max_date)
        )
        wanted["mjd"] = between(*ends) or {"$exists": True}
        names = await self._around.instrument_names()
        views = PointViews(access, Look(format=query.format, magsys=query.magsys), names)
        async for batch in self._points.batches(wanted):
            yield [views.of(point) for point in batch]

    async def many(
        self, access: Access, obj_ids: Sequence[str], query: CurveQuery
    ) -> AsyncIterator[list[Document]]:
        """Yield the light curves of many objects, piece by piece; what is not known has no points."""
        wanted = list(dict.fromkeys(obj_ids))
        for start in range(0, len(wanted), _AT_ONCE):
            part = wanted[start : start + _AT_ONCE]
            with self._points.bounded():
                found = await self._read(access, part, query)
            rank = {name: i for i, name in enumerate(part)}
            rows = _latest(found.rows) if query.deduplicate else found.rows
            rows.sort(key=lambda row: (rank[row["obj_id"]], row["mjd"] or 0.0))
            yield rows

    async def _read(self, access: Access, obj_ids: Sequence[str], query: CurveQuery) -> _Found:
        look = await self._look(access, obj_ids, query)
        if query.parts == "series":
            return _Found(look, [], known=False)
        uploaded, found = await asyncio.gather(
            self._points.of(obj_ids, access.measured), self._streams(access, obj_ids)
        )
        views = PointViews(
            access,
            look,
            await self._around.instruments(uploaded),
            await self._around.annotations(access, uploaded) if query.include_annotations else None,
            await self._around.validations(obj_ids) if query.include_validation else None,
        )
        rows = [views.of(point) for point in uploaded]
        rows += await asyncio.to_thread(_drawn, access, found, look)
        return _Found(look, rows, known=any(found.values()))

    async def _look(self, access: Access, obj_ids: Sequence[str], query: CurveQuery) -> Look:
        ebv = period = None
        if query.include_extinction:
            ebv = await self._around.numbers(access, obj_ids, _EBV)
        if query.phase_fold:
            period = (await self._around.numbers(access, obj_ids[:1], _PERIOD)).get(obj_ids[0])
            if period is None or period <= 0:
                raise Invalid(f"phaseFoldData: nobody annotated {obj_ids[0]} with a period")
        return Look(
            format=query.format,
            magsys=query.magsys,
            owner=query.include_owner,
            streams=query.include_streams,
            extras=query.extras,
            ebv=ebv,
            period=period,
        )

    async def _streams(self, access: Access, obj_ids: Sequence[str]) -> dict[str, dict[str, Document]]:
        """Return the light curves that the surveys have of objects: survey -> object -> document."""
        opened = [survey for survey in SURVEYS.values() if access.programs(survey.name) != frozenset()]
        found = await asyncio.gather(*(self._curves.of(survey, obj_ids) for survey in opened))
        return {survey.name: curves for survey, curves in zip(opened, found, strict=True)}

    async def _may_know(self, access: Access, obj_id: str) -> bool:
        if access.sees_source(await self._sources.get(obj_id)):
            return True
        return await self._objects.brief(access, obj_id) is not None


class _Found:
    """Points, and whether a survey knows the object."""

    def __init__(self, look: Look, rows: list[Document], *, known: bool) -> None:
        self.look = look
        self.rows = rows
        self.known = known


def _drawn(
    access: Access, found: Mapping[str, Mapping[str, Document]], look: Look, *, told: bool = False
) -> list[Document]:
    rows: list[Document] = []
    for name, objects in found.items():
        if objects:
            survey: Survey = SURVEYS[name]
            rows += stream_points(access, survey, objects, look, told=told)
    return rows


def _latest(rows: Iterable[Document]) -> list[Document]:
    """Return of points at one time in one filter the one that was made last."""
    kept: dict[tuple[Any, Any, Any], Document] = {}
    for row in rows:
        key = (row["obj_id"], row["mjd"], row["filter"])
        before = kept.get(key)
        if before is None or _made(row) >= _made(before):
            kept[key] = row
    return list(kept.values())


def _made(row: Document) -> float:
    time = row.get("created_at")
    return time.timestamp() if time is not None else 0.0
