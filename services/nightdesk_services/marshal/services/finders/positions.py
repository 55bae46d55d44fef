"""The detections of an object that a person sees, with their positions."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from nightdesk.photometry import frame_of_points, measure
from nightdesk.surveys import Survey

from nightdesk_services.marshal.access import Access, Document
from nightdesk_services.marshal.exceptions import NotFound
from nightdesk_services.marshal.models.finders import PositionQuery
from nightdesk_services.marshal.services.finders.position import Point, best, shown
from nightdesk_services.marshal.services.objects import ObjectService
from nightdesk_services.marshal.storage.documents import Documents
from nightdesk_services.marshal.storage.photometry import Photometry
from nightdesk_services.marshal.storage.sources import Sources


@dataclass(frozen=True)
class Known:
    """What is known of where an object is."""

    discovery: tuple[float, float]
    """ICRS, degrees: where the object was found, or where people moved its source to."""
    points: tuple[Point, ...]
    """By time."""


class PositionService:
    """Makes positions of light curves; forced photometry is where it was asked for, so it does not count."""

    def __init__(
        self, objects: ObjectService, sources: Sources, photometry: Photometry, instruments: Documents
    ) -> None:
        self._objects = objects
        self._sources = sources
        self._photometry = photometry
        self._instruments = instruments

    async def get(self, access: Access, obj_id: str, query: PositionQuery) -> Document:
        """Return where an object is by the detections that are asked for."""
        known = await self.known(access, obj_id)
        points = [point for point in known.points if _wanted(point, query)]
        return shown(best(points, known.discovery, query.method), known.discovery)

    async def known(self, access: Access, obj_id: str) -> Known:
        """Return an object's discovery position and all detections that the person sees.

        Raises
        ------
        NotFound
            If the person can know of no such object, or nobody knows where it is.
        """
        await self._objects.holders(access, obj_id)
        source = await self._sources.get(obj_id)
        try:
            survey, aux = await self._objects.aux(access, obj_id)
        except NotFound:
            streamed: list[Point] = []
            place = source or {}
        else:
            ids = frozenset([one["_id"] for one in await self._instruments.find({"name": survey.instrument})])
            streamed = await asyncio.to_thread(_streamed, access, survey, aux, ids)
            place = source if source is not None and access.sees(source["group_ids"]) else aux
        if place.get("ra") is None or place.get("dec") is None:
            raise NotFound(f"the place of {obj_id} is not known")
        uploaded = _uploaded(await self._photometry.of([obj_id], access.sees_measured))
        points = sorted([*streamed, *uploaded], key=lambda point: point.mjd)
        return Known((float(place["ra"]), float(place["dec"])), tuple(points))


def _wanted(point: Point, query: PositionQuery) -> bool:
    if query.instrument_ids is not None and point.instrument_ids.isdisjoint(query.instrument_ids):
        return False
    if query.stream_ids is not None:
        if point.stream_ids.isdisjoint(query.stream_ids):
            return False
    elif query.stream_only and not point.stream_ids:
        return False
    return point.snr > query.snr_threshold


def _streamed(
    access: Access, survey: Survey, aux: Mapping[str, Any], instrument_ids: frozenset[int]
) -> list[Point]:
    """Return the detections that came with a survey's alerts."""
    raw = [point for point in aux.get("prv_candidates") or () if _placed(point)]
    if not raw:
        return []
    measured = measure(frame_of_points(raw, survey, "detection"), survey, "detection").to_dicts()
    prefix = survey.name.lower()
    made = []
    for point, row in zip(raw, measured, strict=True):
        flux, error, program = row["flux"], row["fluxerr"], row["programid"]
        if row["mjd"] is None or flux is None or not error or not access.sees_point(survey.name, program):
            continue
        made.append(
            Point(
                mjd=row["mjd"],
                ra=point["ra"] % 360.0,
                dec=point["dec"],
                # a source that faded is as well placed as one that brightened
                snr=abs(flux) / error,
                ra_unc=_arcsec(point.get("raErr"), point["dec"]),
                dec_unc=_arcsec(point.get("decErr")),
                filter=f"{prefix}{row['band'] or ''}",
                mag=row["mag"],
                instrument_ids=instrument_ids,
                stream_ids=_streams(access, survey, program),
            )
        )
    return made


def _uploaded(documents: Iterable[Document]) -> list[Point]:
    """Return the detections that people uploaded."""
    return [
        Point(
            mjd=one["mjd"],
            ra=one["ra"] % 360.0,
            dec=one["dec"],
            snr=one["snr"],
            ra_unc=one.get("ra_unc"),
            dec_unc=one.get("dec_unc"),
            filter=one.get("filter") or "",
            mag=one.get("mag"),
            instrument_ids=frozenset([one["instrument_id"]] if one.get("instrument_id") is not None else ()),
            stream_ids=frozenset(one.get("stream_ids") or ()),
        )
        for one in documents
        if one.get("mjd") is not None
        and one.get("snr") is not None
        and _placed(one)
        and "fp" not in (origin := (one.get("origin") or "").lower()).split("_")
        and "forced" not in origin
    ]


def _placed(point: Mapping[str, Any]) -> bool:
    ra, dec = point.get("ra"), point.get("dec")
    return (
        ra is not None and dec is not None and math.isfinite(ra) and math.isfinite(dec) and -90 <= dec <= 90
    )


def _arcsec(degrees: float | None, dec: float = 0.0) -> float | None:
    if degrees is None or not math.isfinite(degrees) or degrees <= 0:
        return None
    return degrees * 3600.0 * math.cos(math.radians(dec))


def _streams(access: Access, survey: Survey, program: int | None) -> frozenset[int]:
    """Return the person's streams that bring a program's points."""
    return frozenset(
        stream_id
        for stream_id in access.stream_ids
        if (altdata := access.directory.streams.get(stream_id, {}).get("altdata") or {}).get("survey")
        == survey.name
        and (1 if program is None else program) in altdata.get("selector", ())
    )
