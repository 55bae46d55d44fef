"""What is shown of a source only if it is asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from nightdesk_services.common.tasks import nothing
from nightdesk_services.marshal.access import Access, Document
from nightdesk_services.marshal.models.photometry import CurveQuery
from nightdesk_services.marshal.models.sources import SourceQuery
from nightdesk_services.marshal.services import shapes
from nightdesk_services.marshal.services.color_mag import color_mag
from nightdesk_services.marshal.services.numbers import number
from nightdesk_services.marshal.services.phot_stats.service import PhotStatService
from nightdesk_services.marshal.services.photometry import PhotometryService
from nightdesk_services.marshal.services.source_views import SourceViews
from nightdesk_services.marshal.services.thumbnails import ThumbnailService
from nightdesk_services.marshal.storage.candidates import Candidates
from nightdesk_services.marshal.storage.source_lookups import SourceLookups

_POINT: Final = [
    *("id", "obj_id", "mjd", "filter", "magsys", "instrument_name", "origin", "snr"),
    *("mag", "magerr", "limiting_mag", "flux", "fluxerr", "zp"),
]


Passed = asyncio.Task[list[Document]]
"""The candidates of an object, being asked for."""


@dataclass(frozen=True)
class Said:
    """What people wrote about objects."""

    classifications: list[Document]
    annotations: list[Document]
    comments: list[Document]
    tags: list[Document]


@dataclass(frozen=True)
class Ahead:
    """What can be read of an object by its name alone, and so at once."""

    said: Said
    links: list[Document]
    """Its super-objects."""
    extras: Document


class SourceDetails:
    """Gathers the parts of a source's page, of the objects too that are linked with it if that is asked."""

    def __init__(
        self,
        *,
        candidates: Candidates,
        views: SourceViews,
        photometry: PhotometryService,
        phot_stats: PhotStatService,
        thumbnails: ThumbnailService,
        lookups: SourceLookups,
    ) -> None:
        self._candidates = candidates
        self._views = views
        self._photometry = photometry
        self._phot_stats = phot_stats
        self._thumbnails = thumbnails
        self._lookups = lookups

    async def ahead(
        self, access: Access, obj_id: str, query: SourceQuery, passed: Passed | None = None
    ) -> Ahead:
        """Return what a query asks for that needs no more than the object's name.

        Parameters
        ----------
        passed
            What `passed` returns, where it is being asked for already.
        """
        linked = query.include_super_objs or query.include_associated_objs
        said, links, extras = await asyncio.gather(
            self._said(access, [obj_id], query),
            self._views.links(obj_id) if linked else nothing(list[Document]),
            self._extras(access, obj_id, query, passed),
        )
        return Ahead(said, links, extras)

    async def of(
        self, access: Access, source: Document, query: SourceQuery, ahead: Ahead, groups: Sequence[Document]
    ) -> Document:
        """Return what a query asks for beyond what is always shown.

        Parameters
        ----------
        groups
            Those of the person's that saved the source.
        """
        linked = await self._views.associated(access, source, ahead.links)
        ids = [source["_id"]]
        if query.include_super_objs:
            ids += [one["obj_id"] for one in linked]
        said = ahead.said if len(ids) == 1 else await self._said(access, ids, query)
        made = _shown(said, query) | await self._measured(access, ids, query) | ahead.extras
        if query.include_labellers:
            made["labellers"] = await self._views.labellers(access, source["_id"])
        if query.include_candidates:
            made["candidates"] = [_candidate(one) for i in ids for one in await self.passed(access, i)]
        if query.include_associated_objs:
            made["associated_objs"] = linked
        if query.include_requested or query.pending_only:
            waiting = await self._views.requested(access, source["_id"])
            made["groups"] = waiting if query.pending_only else [*groups, *waiting]
        return made

    async def _said(self, access: Access, ids: Collection[str], query: SourceQuery) -> Said:
        """Return what people wrote about some objects, as far as a query asks for it."""
        views = self._views
        wanted = query.include_comments or query.include_comment_exists or query.extras
        parts = await asyncio.gather(
            views.classifications(access, ids),
            views.annotations(access, ids),
            views.comments(access, ids) if wanted else nothing(dict[str, list[Document]]),
            views.tags(access, ids) if query.include_tags else nothing(dict[str, list[Document]]),
        )
        return Said(*([one for obj_id in ids for one in part.get(obj_id, ())] for part in parts))

    async def _measured(self, access: Access, ids: Sequence[str], query: SourceQuery) -> Document:
        """Return what was measured of some objects."""
        made: Document = {}
        if query.include_photometry or (query.include_photometry_exists and len(ids) > 1):
            asked = CurveQuery(format="both", deduplicate=query.deduplicate_photometry)
            points = [one for i in ids for one in await self._photometry.points(access, i, asked)]
            points.sort(key=lambda one: float("inf") if one["mjd"] is None else one["mjd"])
            if query.include_photometry:
                made["photometry"] = [{name: one.get(name) for name in _POINT} for one in points]
            if query.include_photometry_exists:
                made["photometry_exists"] = bool(points)
        if query.include_detection_stats:
            found = [await self._phot_stats.shown(access, i) for i in ids]
            made["photstats"] = [one for one in found if one is not None]
        if query.include_spectrum_exists:
            made["spectrum_exists"] = bool(await self._views.with_spectra(access, ids))
        return made

    async def _extras(
        self, access: Access, obj_id: str, query: SourceQuery, passed: Passed | None
    ) -> Document:
        """Return pictures and what archives told, if they are asked for."""
        parts = [self._pictures(access, obj_id, passed)] if query.include_thumbnails or query.extras else []
        parts += [self._looked_up(obj_id)] if query.extras else []
        return {name: value for part in await asyncio.gather(*parts) for name, value in part.items()}

    async def _looked_up(self, obj_id: str) -> Document:
        """Return what people asked archives about an object."""
        return {"lookups": [_lookup(one) for one in await self._lookups.of(obj_id)]}

    async def _pictures(self, access: Access, obj_id: str, passed: Passed | None) -> Document:
        """Return the cutouts of the newest alert, and what people made."""
        found, made = await asyncio.gather(
            passed or self.passed(access, obj_id), self._thumbnails.of(access, [obj_id])
        )
        newest = next(iter(found), None)
        drawn = shapes.thumbnails(newest["survey"], newest["candid"], obj_id) if newest else []
        ours = [{"id": number(one["public_url"])} | one for one in drawn]
        return {"thumbnails": [*ours, *made.get(obj_id, [])]}

    async def passed(self, access: Access, obj_id: str) -> list[Document]:
        """Return the newest candidates of an object that the person sees."""
        found = access.visible(await self._candidates.of(obj_id, limit=100))
        return [one for one in found if access.sees_point(one["survey"], one.get("programid"))]


def _shown(said: Said, query: SourceQuery) -> Document:
    made: Document = {"classifications": said.classifications, "annotations": said.annotations}
    if query.include_comments or query.include_comment_exists or query.extras:
        made["comments"] = said.comments if query.include_comments or query.extras else []
    if query.include_comment_exists:
        made["comment_exists"] = bool(said.comments)
    if query.include_period_exists:
        made["period_exists"] = any("period" in one["data"] for one in said.annotations)
    if query.include_color_magnitude:
        made["color_magnitude"] = color_mag(said.annotations)
    if query.include_tags:
        made["tags"] = said.tags
    return made


def _lookup(request: Document) -> Document:
    names = ("kind", "status", "outcome", "user_id", "created_at", "modified")
    return {"id": request["_id"]} | {name: request[name] for name in names}


def _candidate(candidate: Document) -> Document:
    alert = candidate.get("candid")
    row = {"id": number(candidate["_id"]), "obj_id": candidate["objectId"], "passing_alert_id": alert}
    return row | {"filter_id": candidate["filter_id"], "passed_at": candidate["passed_at"]}
