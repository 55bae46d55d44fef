"""Working out the statistics of objects and storing them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Mapping
from datetime import datetime

from nightdesk_services.marshal.access import Document
from nightdesk_services.marshal.services.people import PeopleService
from nightdesk_services.marshal.services.phot_stats import points
from nightdesk_services.marshal.services.phot_stats.audiences import Audiences, Parts
from nightdesk_services.marshal.services.phot_stats.statistics import Point, statistics
from nightdesk_services.marshal.storage.phot_stats import Curve, Curves, PhotStats
from nightdesk_services.marshal.storage.sources import Sources
from nightdesk_services.marshal.storage.store import now

log = logging.getLogger(__name__)

_AT_ONCE = 50


class PhotStatMaker:
    """Makes statistics of all points of an object, once for everything and once for whatever less is seen."""

    def __init__(self, stats: PhotStats, curves: Curves, sources: Sources, people: PeopleService) -> None:
        self._stats = stats
        self._curves = curves
        self._sources = sources
        self._people = people
        self._audiences: Audiences | None = None

    async def make(self, obj_ids: Collection[str]) -> None:
        """Work out the statistics of objects anew."""
        audiences = await self._everybody()
        ids = list(obj_ids)
        for start in range(0, len(ids), _AT_ONCE):
            part = ids[start : start + _AT_ONCE]
            curves = await self._curves.of(part)
            sources = await self._sources.by_id(part)
            made = await asyncio.to_thread(_made, curves, audiences)
            for obj_id, documents in made.items():
                for one in documents:
                    one["obj_created_at"] = sources.get(obj_id, {}).get("created_at")
            await self._stats.put(made)

    async def heard(self, after: datetime, limit: int) -> dict[str, datetime]:
        """Return the objects whose points people changed after a time, and when."""
        return {one["_id"]: one["modified"] for one in await self._curves.changed(after, limit)}

    async def changed(self, marks: Mapping[str, Document]) -> list[str]:
        """Return the objects whose points are no longer those that a mark tells of."""
        current = await self._curves.marks(marks)
        return [obj_id for obj_id, mark in marks.items() if current[obj_id] != mark]

    async def _everybody(self) -> Audiences:
        directory = await self._people.directory()
        if self._audiences is None or self._audiences.directory is not directory:
            self._audiences = await asyncio.to_thread(Audiences, directory)
        return self._audiences


def _made(curves: Mapping[str, Curve], audiences: Audiences) -> dict[str, list[Document]]:
    made = {}
    for obj_id, curve in curves.items():
        try:
            made[obj_id] = _of(curve, audiences)
        except Exception:
            # one odd light curve must not keep the others waiting
            log.exception("the photometry of %s cannot be read", obj_id)
    return made


def _of(curve: Curve, audiences: Audiences) -> list[Document]:
    every: list[Point] = points.uploaded(curve.uploaded)
    for survey, aux in curve.surveys:
        every += points.of_survey(survey, aux)
    parts = frozenset(point.part for point in every)
    time = now()
    return [
        _document(every, parts, seen)
        | {
            "mark": curve.mark,
            "last_update": time,
            "last_full_update": time,
            "last_phot_add_time": curve.last_upload,
        }
        for seen in audiences.of(parts)
    ]


def _document(every: list[Point], parts: Parts, seen: Parts) -> Document:
    return {
        **statistics([point for point in every if point.part in seen]),
        "parts": sorted(seen),
        "hidden": sorted(parts - seen),
        "audience": " ".join(sorted(seen)),
        "whole": seen == parts,
    }
