"""Passages of filters one by one: posting, listing, and removing them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from nightdesk import sky

from nightdesk_services.marshal.access import Access, Document
from nightdesk_services.marshal.exceptions import Invalid, NotFound
from nightdesk_services.marshal.models.candidates import BulkDelete, CandidatePost, RowsQuery
from nightdesk_services.marshal.services import shapes
from nightdesk_services.marshal.services.candidate_conditions import CandidateConditions
from nightdesk_services.marshal.services.numbers import number
from nightdesk_services.marshal.services.window import CandidateWindow
from nightdesk_services.marshal.storage.bounds import between
from nightdesk_services.marshal.storage.candidates import Candidates
from nightdesk_services.marshal.storage.filters import Filters
from nightdesk_services.marshal.storage.sources import Sources
from nightdesk_services.marshal.storage.store import now

_OWN = {"id", "ra", "dec", "filter_ids", "passed_at", "passing_alert_id"}
_MONTH_DAYS = 30.44


class PassageService:
    """The broker notes what its filters pass; people may note what theirs did elsewhere."""

    def __init__(
        self,
        candidates: Candidates,
        window: CandidateWindow,
        filters: Filters,
        sources: Sources,
        conditions: CandidateConditions,
    ) -> None:
        self._candidates = candidates
        self._window = window
        self._filters = filters
        self._sources = sources
        self._conditions = conditions

    async def post(self, access: Access, post: CandidatePost) -> list[int]:
        """Note that an object passed some filters, and return the numbers of the passages.

        Raises
        ------
        Denied
            If the person may not save to the group of one of the filters.
        """
        made = [await self._passage(access, post, filter_id) for filter_id in sorted(set(post.filter_ids))]
        await self._candidates.insert(made)
        for one in made:
            self._window.add(one)
        return [number(one["_id"]) for one in made]

    async def remove(self, access: Access, obj_id: str, filter_id: int) -> None:
        """Remove what an object passed of one filter."""
        found = [one for one in await self._visible(access, obj_id) if one["filter_id"] == filter_id]
        if not found:
            raise NotFound(f"no candidate {obj_id} of filter {filter_id}")
        access.savable({group_id for one in found for group_id in one["group_ids"]})
        await self._remove([one["_id"] for one in found])

    async def rows(self, access: Access, query: RowsQuery) -> Document:
        """Return one page of passages, the oldest first; how many there are comes with the first page."""
        condition = _condition(access, query)
        groups = access.chosen(query.group_ids)
        if query.saved_status == "all":
            page = await self._candidates.page(condition, query.span)
            total = await self._candidates.count(condition) if query.page_number == 1 else None
        else:
            found = await self._candidates.page(condition)
            objects = dict.fromkeys(row["objectId"] for row in found)
            keep = await self._conditions.saved(access, query.saved_status, groups, objects)
            kept = [row for row in found if keep(row["objectId"])]
            page, total = kept[query.span], len(kept) if query.page_number == 1 else None
        return {"candidates": [_row(one) for one in page], "totalMatches": total}

    async def clean(self, asked: BulkDelete) -> Document:
        """Remove what passed long ago and nobody has saved, the oldest first."""
        before = now() - timedelta(days=asked.max_age_months * _MONTH_DAYS)
        old = await self._candidates.forgotten(before)
        saved = {i for i, source in (await self._sources.by_id(old)).items() if source["group_ids"]}
        unsaved = [obj_id for obj_id in old if obj_id not in saved]
        batch = unsaved[: asked.batch_size]
        if asked.dry_run:
            return {"deleted": len(batch), "remaining": len(unsaved), "dryRun": True}
        for obj_id in batch:
            await self._remove([one["_id"] for one in await self._candidates.of(obj_id)])
        return {"deleted": len(batch), "remaining": len(unsaved) - len(batch), "dryRun": False}

    async def _visible(self, access: Access, obj_id: str) -> list[Document]:
        found = access.visible(await self._candidates.of(obj_id))
        return [one for one in found if access.sees_point(one["survey"], one.get("programid"))]

    async def _remove(self, ids: Collection[str]) -> None:
        await self._candidates.remove(ids)
        for one in ids:
            self._window.remove(one)

    async def _passage(self, access: Access, post: CandidatePost, filter_id: int) -> Document:
        declared = await self._filters.get(filter_id)
        if declared is None or not access.sees([declared["group_id"]]):
            raise Invalid(f"filter_ids: no filter {filter_id}")
        access.savable([declared["group_id"]])
        stream = access.directory.streams.get(declared["stream_id"], {})
        altdata: Any = stream.get("altdata") or {}
        survey = altdata.get("survey", "ZTF")
        alert = post.passing_alert_id
        named = f"{post.id}@{post.passed_at:%Y%m%dT%H%M%S.%f}" if alert is None else str(alert)
        return {
            "_id": f"{survey}:{named}:{filter_id}",
            "survey": survey,
            "candid": alert,
            "objectId": post.id,
            "jd": shapes.jd_of_time(post.passed_at),
            "ra": post.ra,
            "dec": post.dec,
            "hpx12": int(sky.pixel(post.ra, post.dec, sky.FINE)),
            "hpx6": int(sky.pixel(post.ra, post.dec, sky.COARSE)),
            "score": post.score,
            # whoever sees all that the filter does sees what it passed
            "programid": max(altdata.get("selector") or [1]),
            "filter_id": filter_id,
            "group_ids": [declared["group_id"]],
            "stream_id": declared["stream_id"],
            "passed_at": post.passed_at,
            "obj": post.model_dump(exclude_unset=True, exclude=_OWN),
            "uploader_id": access.user_id,
        }


def _condition(access: Access, query: RowsQuery) -> Document:
    """Return the condition of a query; it holds nothing that the person may not see."""
    if query.start_date and query.end_date and query.start_date > query.end_date:
        raise Invalid("startDate: lies after endDate")
    condition: Document = {}
    if at := between(query.start_date, query.end_date):
        condition["passed_at"] = at
    if query.filter_ids:
        condition["filter_id"] = {"$in": query.filter_ids}
    groups = access.chosen(query.group_ids)
    if access.super_admin and not query.group_ids:
        return condition
    condition["group_ids"] = {"$in": sorted(groups)}
    if not access.super_admin:
        condition["$or"] = [
            {"survey": survey, "programid": {"$in": [*sorted(programs), *([None] if 1 in programs else [])]}}
            for survey, programs in access.all_programs.items()
        ] or [{"_id": None}]
    return condition


def _row(candidate: Document) -> Document:
    return {
        "id": number(candidate["_id"]),
        "obj_id": candidate["objectId"],
        "filter_id": candidate["filter_id"],
        "passed_at": candidate["passed_at"],
        "passing_alert_id": candidate.get("candid"),
    }
