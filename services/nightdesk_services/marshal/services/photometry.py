"""Light curves: the points of the surveys' streams beside those that people uploaded."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from nightdesk.photometry import MJD_ZERO
from nightdesk.surveys import SURVEYS, Survey
from pydantic import BaseModel

from nightdesk_services.common.tasks import ended, nothing
from nightdesk_services.marshal.access import Access, Document
from nightdesk_services.marshal.encoding import encode
from nightdesk_services.marshal.exceptions import Invalid, NotFound
from nightdesk_services.marshal.models.photometry import CurveQuery, PointQuery, RangeBody
from nightdesk_services.marshal.services import shapes
from nightdesk_services.marshal.services.objects import ObjectService, looks_like
from nightdesk_services.marshal.services.photometry_streams import stream_points, stream_rows
from nightdesk_services.marshal.services.photometry_surroundings import Surroundings
from nightdesk_services.marshal.services.photometry_views import Look, Point, PointViews
from nightdesk_services.marshal.services.series.rows import SeriesRows
from nightdesk_services.marshal.storage.bounds import between
from nightdesk_services.marshal.storage.light_curves import LightCurves
from nightdesk_services.marshal.storage.photometry import Photometry
from nightdesk_services.marshal.storage.sources import Sources

_AT_ONCE = 25
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
        found = await self._curve(access, obj_id, asked, encoded=False)
        return [point.body for point in found.by_time(deduplicate=asked.deduplicate)]

    async def encoded(self, access: Access, obj_id: str, query: CurveQuery) -> list[bytes]:
        """Return the same as JSON, one or more points in each part, separated by commas."""
        found = await self._curve(access, obj_id, query, encoded=True)
        if found.body is not None:
            return [found.body] if found.body else []
        return [point.body for point in found.by_time(deduplicate=query.deduplicate)]

    async def _curve(self, access: Access, obj_id: str, asked: CurveQuery, *, encoded: bool) -> _Found:
        obj_ids = [obj_id]
        if asked.include_super_objs and await self._may_know(access, obj_id):
            obj_ids += await self._around.linked(obj_id)
        look = replace(await self._look(access, obj_ids, asked), encoded=encoded)
        series = asked.parts != "individual" and asked.format != "plot"
        found = await self._read(access, obj_ids, asked, look, series_of=obj_id if series else None)
        there = found.known or found.points or found.body
        if not there and not await self._may_know(access, obj_id):
            raise NotFound(f"no object {obj_id}")
        return found

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
        return await self._points.of([obj_id], access.sees_measured)

    async def from_alerts(self, access: Access, obj_id: str, query: CurveQuery) -> list[Document]:
        """Return the points of an object that came with alerts, each with its survey and program."""
        look = await self._look(access, [obj_id], query)
        found = await self._streams(access, [obj_id])
        points = await asyncio.to_thread(_drawn, access, found, look, told=True)
        return [point.body for point in points]

    async def range(self, access: Access, body: RangeBody, query: PointQuery) -> AsyncIterator[list[bytes]]:
        """Yield the uploaded points of instruments and a span of time as JSON, piece by piece."""
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
            yield [encode(views.of(point)) for point in batch]

    async def many(
        self, access: Access, obj_ids: Sequence[str], query: CurveQuery
    ) -> AsyncIterator[list[bytes]]:
        """Yield the light curves of many objects as JSON, piece by piece; what is unknown has no points."""
        wanted = list(dict.fromkeys(obj_ids))
        parts = [wanted[start : start + _AT_ONCE] for start in range(0, len(wanted), _AT_ONCE)]
        waiting: list[asyncio.Task[list[bytes]]] = []
        try:
            for part in parts:
                waiting.append(asyncio.create_task(self._part(access, part, query)))
                # one is read while another is drawn
                if len(waiting) > 1:
                    yield await waiting.pop(0)
            for task in waiting:
                yield await task
        finally:
            await ended(*waiting)

    async def _part(self, access: Access, part: list[str], query: CurveQuery) -> list[bytes]:
        with self._points.bounded():
            look = replace(await self._look(access, part, query), encoded=True)
            found = await self._read(access, part, query, look, by_object=True)
        if found.body is not None:
            return [found.body] if found.body else []
        points = _latest(found.points) if query.deduplicate else found.points
        rank = {name: i for i, name in enumerate(part)}
        points.sort(key=lambda point: (rank[point.obj_id], point.mjd or 0.0))
        return [point.body for point in points]

    async def _read(
        self,
        access: Access,
        obj_ids: Sequence[str],
        query: CurveQuery,
        look: Look,
        *,
        series_of: str | None = None,
        by_object: bool = False,
    ) -> _Found:
        individual = query.parts != "series"
        uploaded, found, series = await asyncio.gather(
            self._points.of(obj_ids, access.sees_measured) if individual else nothing(list[Document]),
            self._streams(access, obj_ids) if individual else nothing(dict[str, dict[str, list[bytes]]]),
            self._series.of(access, series_of, look) if series_of else nothing(list[Document]),
        )
        known = any(found.values())
        plain = look.encoded and not look.finishes and not query.deduplicate
        plain &= by_object or len(obj_ids) == 1
        if plain and not uploaded and not series and sum(map(bool, found.values())) <= 1:
            # in order as they are: no point need be looked at by itself
            return _Found([], known, await asyncio.to_thread(_written, access, found, look))
        views = PointViews(
            access,
            look,
            await self._around.instruments(uploaded),
            await self._around.annotations(access, uploaded) if query.include_annotations else None,
            await self._around.validations(obj_ids) if query.include_validation else None,
        )
        points = [look.wrapped(views.of(point)) for point in uploaded]
        points += await asyncio.to_thread(_drawn, access, found, look)
        return _Found([*points, *map(look.wrapped, series)], known)

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

    async def _streams(self, access: Access, obj_ids: Sequence[str]) -> dict[str, dict[str, list[bytes]]]:
        """Return the light curves that the surveys have of objects: survey -> object -> BSON documents."""
        opened = [survey for survey in SURVEYS.values() if access.programs(survey.name) != frozenset()]
        # a telling name saves waiting for one answer before the next question
        likely = [all(looks_like(name, survey) for name in obj_ids) for survey in opened]
        found = await asyncio.gather(
            *(self._curves.of(one, obj_ids, ahead=ahead) for one, ahead in zip(opened, likely, strict=True))
        )
        return {survey.name: curves for survey, curves in zip(opened, found, strict=True)}

    async def _may_know(self, access: Access, obj_id: str) -> bool:
        if access.sees_source(await self._sources.get(obj_id)):
            return True
        return await self._objects.brief(access, obj_id) is not None


@dataclass
class _Found:
    """Points, and whether a survey knows one of the objects."""

    points: list[Point]
    known: bool
    body: bytes | None = None
    """All of them as JSON, in order, separated by commas, in place of `points`."""

    def by_time(self, *, deduplicate: bool) -> list[Point]:
        """Return the points sorted by time."""
        points = _latest(self.points) if deduplicate else self.points
        return sorted(points, key=lambda point: float("inf") if point.mjd is None else point.mjd)


def _written(access: Access, found: Mapping[str, Mapping[str, Sequence[bytes]]], look: Look) -> bytes:
    """Return the points of the one survey that knows objects as JSON."""
    for name, objects in found.items():
        if objects:
            return stream_rows(access, SURVEYS[name], objects, look)
    return b""


def _drawn(
    access: Access, found: Mapping[str, Mapping[str, Sequence[bytes]]], look: Look, *, told: bool = False
) -> list[Point]:
    points: list[Point] = []
    for name, objects in found.items():
        if objects:
            survey: Survey = SURVEYS[name]
            points += stream_points(access, survey, objects, look, told=told)
    return points


def _latest(points: Iterable[Point]) -> list[Point]:
    """Return of points at one time in one filter the one that was made last."""
    kept: dict[tuple[Any, Any, Any], Point] = {}
    for point in points:
        key = (point.obj_id, point.mjd, point.filter)
        before = kept.get(key)
        if before is None or point.made >= before.made:
            kept[key] = point
    return list(kept.values())
