"""What somebody may know of an object whose light curve they see in part."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

import polars as pl
from nightdesk.photometry import MJD_ZERO, light_curve
from nightdesk.surveys import Survey

from nightdesk_services.common.light_curves import LISTS
from nightdesk_services.marshal.access import Access, Document
from nightdesk_services.marshal.storage.archive import Archive

_MOST: Final = 10_000
"""Objects whose counts are remembered."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a program's points tell: detections, and the days (JD, UTC) of the first and the last."""

    n_det: int
    first_jd: float | None
    last_jd: float | None


class ObjectSight:
    """Bounds an object's document to the points of a person's programs; who sees all is shown it as it is."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._known: OrderedDict[tuple[str, str, int], dict[int, _Seen]] = OrderedDict()

    async def of(self, access: Access, survey: Survey, document: Document) -> Document | None:
        """Return an object's document as a person sees it, None if they see none of its points."""
        allowed = access.programs(survey.name)
        if allowed is None or not isinstance(survey.programid, str):
            return document
        programs = await self._programs(survey, document)
        if programs.keys() <= allowed:
            return document
        seen = [programs[number] for number in programs.keys() & allowed]
        if not seen:
            return None
        points = {
            name: [p for p in document[name] if access.sees_point(survey.name, p.get(survey.programid))]
            for name in LISTS
            if name in document
        }
        return (
            document
            | points
            | {
                "n_det": sum(one.n_det for one in seen),
                "first_jd": min((one.first_jd for one in seen if one.first_jd is not None), default=None),
                "last_jd": max((one.last_jd for one in seen if one.last_jd is not None), default=None),
            }
        )

    async def _programs(self, survey: Survey, document: Document) -> dict[int, _Seen]:
        key = (survey.name, document["_id"], document["v"])
        if key in self._known:
            self._known.move_to_end(key)
            return self._known[key]
        whole = document if LISTS[0] in document else await self._archive.aux(survey, document["_id"])
        found = await asyncio.to_thread(_counted, survey, whole or {})
        self._known[key] = found
        while len(self._known) > _MOST:
            self._known.popitem(last=False)
        return found


def _counted(survey: Survey, document: Document) -> dict[int, _Seen]:
    """Return what the points of each program tell; one without a program is of program 1."""
    detected = pl.col("kind") == "detection"
    day = (pl.col("mjd") + MJD_ZERO).filter(detected)
    rows = (
        light_curve(survey, document)
        .group_by(pl.col("programid").fill_null(1))
        .agg(detected.sum().alias("n_det"), day.min().alias("first_jd"), day.max().alias("last_jd"))
    )
    return {row.pop("programid"): _Seen(**row) for row in rows.to_dicts()}
