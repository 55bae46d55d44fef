"""Which sources a query means, as a condition on the store."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from nightdesk import sky
from nightdesk.photometry import MJD_ZERO

from nightdesk_services.marshal.access import Access, Document
from nightdesk_services.marshal.exceptions import Invalid
from nightdesk_services.marshal.models.sources import SourcesQuery
from nightdesk_services.marshal.services import shapes
from nightdesk_services.marshal.services.constraints import constraint
from nightdesk_services.marshal.services.phot_stats.finding import PhotStatFinder
from nightdesk_services.marshal.services.source_merging import merged
from nightdesk_services.marshal.services.source_refusals import (
    LOCALIZATIONS,
    SPATIAL_CATALOGS,
    refuse,
    require_with,
)
from nightdesk_services.marshal.services.source_search import SourceSearch
from nightdesk_services.marshal.storage.bounds import between
from nightdesk_services.marshal.storage.class_table import ClassTable
from nightdesk_services.marshal.storage.documents import Documents
from nightdesk_services.marshal.storage.listings import Listings
from nightdesk_services.marshal.storage.records import Records
from nightdesk_services.marshal.storage.source_labels import SourceLabels


class SourceConditions:
    """Reads a query; what other collections know comes in as names of objects."""

    def __init__(
        self,
        *,
        classes: ClassTable,
        annotations: Records,
        comments: Records,
        taxonomies: Documents,
        spectra: Documents,
        allocations: Documents,
        followup: Documents,
        requests: Documents,
        listings: Listings,
        labels: SourceLabels,
        phot_stats: PhotStatFinder,
        search: SourceSearch,
    ) -> None:
        self._classes = classes
        self._annotations = annotations
        self._comments = comments
        self._taxonomies = taxonomies
        self._spectra = spectra
        self._allocations = allocations
        self._followup = followup
        self._requests = requests
        self._listings = listings
        self._labels = labels
        self._phot_stats = phot_stats
        self._search = search

    async def of(self, access: Access, query: SourcesQuery) -> Document:
        """Return the condition of a query; it holds nothing that the person may not see.

        Raises
        ------
        Invalid
            If the query is not whole, or asks for what nothing here can tell.
        """
        refuse(query, LOCALIZATIONS, SPATIAL_CATALOGS)
        require_with(query, "followup_request_status", ("has_followup_request",))
        require_with(query, "current_user_labeller", ("has_been_labelled", "has_not_been_labelled"))
        require_with(query, "query_id", ("use_cache",))
        # what leaves the least comes first: the store asks the first index that serves
        parts = [*await self._named(query), *_own(query), await self._held(access, query)]
        if query.rejected_source_ids:
            parts.append({"_id": {"$nin": query.rejected_source_ids}})
        if query.list_name is not None:
            entries = await self._listings.of_user(access.user_id, query.list_name)
            parts.append({"_id": {"$in": sorted(entry["obj_id"] for entry in entries)}})
        for part in (
            self._classified,
            self._annotated,
            self._commented,
            self._observed,
            self._looked_at,
            self._detected,
        ):
            parts += await part(access, query)
        return merged(parts)

    async def _named(self, query: SourcesQuery) -> list[Document]:
        part = (query.source_id or "").strip()
        if not part:
            return []
        return [{"_id": {"$in": await self._search.containing(part)}}]

    async def _held(self, access: Access, query: SourcesQuery) -> Document:
        groups = sorted(access.chosen(query.group_ids))
        save: Document = {"active": True}
        if at := between(query.saved_after, query.saved_before):
            save["saved_at"] = at
        if query.saved_by_current_user:
            save["saved_by.id"] = access.user_id
        if access.super_admin and not query.group_ids:
            # an administrator's view has no bound by group, so neither has its query
            held: Document = {"saves": {"$elemMatch": save}}
        else:
            held = {"group_ids": {"$in": groups}}
            # its groups are those whose save stands: only what else is asked needs a look at the saves
            if len(save) > 1:
                held["saves"] = {"$elemMatch": save | {"group_id": {"$in": groups}}}
        if not (query.include_requested or query.pending_only):
            return held
        asked = await self._requests.find({"group_id": {"$in": groups}}, fields={"obj_id": 1})
        pending = {"_id": {"$in": sorted({one["obj_id"] for one in asked})}}
        return pending if query.pending_only else {"$or": [held, pending]}

    async def _classified(self, access: Access, query: SourcesQuery) -> list[Document]:
        seen = access.bound
        parts: list[Document] = []
        if query.classified or query.unclassified:
            known = await self._classes.objects(seen)
            parts += _with(sorted(known), has=query.classified, has_no=query.unclassified)
        wanted = [await self._labelled(seen, name) for name in query.classifications]
        if wanted and query.classifications_simul:
            parts += [{"_id": {"$in": sorted(ids)}} for ids in wanted]
        elif wanted:
            parts.append({"_id": {"$in": sorted(set().union(*wanted))}})
        for name in query.nonclassifications:
            parts.append({"_id": {"$nin": sorted(await self._labelled(seen, name))}})
        return parts

    async def _labelled(self, groups: Collection[int] | None, text: str) -> set[str]:
        """Return the objects of a class, named with or without its taxonomy."""
        taxonomy, colon, name = (part.strip() for part in text.rpartition(":"))
        if not colon:
            return await self._classes.objects(groups, [name])
        found = await self._taxonomies.find({"name": taxonomy}, fields={"_id": 1})
        return await self._classes.objects(groups, [name], [one["_id"] for one in found])

    async def _annotated(self, access: Access, query: SourcesQuery) -> list[Document]:
        base = access.condition | _created(query.annotations_filter_after, query.annotations_filter_before)
        if query.annotations_filter_origin:
            base["origin"] = {"$in": query.annotations_filter_origin}
        wanted = [base | constraint("annotationsFilter", text) for text in query.annotations_filter]
        if not wanted and base != access.condition:
            wanted = [base]
        return [{"_id": {"$in": await self._annotations.objects(one)}} for one in wanted]

    async def _commented(self, access: Access, query: SourcesQuery) -> list[Document]:
        which = _created(query.comments_filter_after, query.comments_filter_before)
        if query.comments_filter is not None:
            which["text"] = _containing(query.comments_filter)
        if query.comments_filter_author is not None:
            which["author.id"] = query.comments_filter_author
        if not which:
            return []
        if not access.has("comments", "read"):
            raise Invalid("commentsFilter: your token may not read comments")
        return [{"_id": {"$in": await self._comments.objects(access.condition | which)}}]

    async def _observed(self, access: Access, query: SourcesQuery) -> list[Document]:
        parts: list[Document] = []
        at = between(query.has_spectrum_after, query.has_spectrum_before)
        if query.has_spectrum or query.has_no_spectrum or at:
            which = access.condition | ({"observed_at": at} if at else {})
            found = await self._spectra.find(which, fields={"obj_id": 1})
            known = sorted({one["obj_id"] for one in found})
            parts += _with(known, has=query.has_spectrum or bool(at), has_no=query.has_no_spectrum)
        if query.has_followup_request:
            groups = {} if access.super_admin else {"group_id": {"$in": sorted(access.readable)}}
            allocations = await self._allocations.find(groups, fields={"_id": 1})
            own = {"allocation_id": {"$in": [one["_id"] for one in allocations]}}
            # those of others that are shared with the person's groups
            asked: Document = {"$or": [own, access.condition]}
            if query.followup_request_status is not None:
                asked["status"] = _containing(query.followup_request_status)
            found = await self._followup.find(asked, fields={"obj_id": 1})
            parts.append({"_id": {"$in": sorted({one["obj_id"] for one in found})}})
        return parts

    async def _detected(self, access: Access, query: SourcesQuery) -> list[Document]:
        wanted = {
            "peak_mag_global": between(query.min_peak_magnitude, query.max_peak_magnitude),
            "last_detected_mag": between(query.min_latest_magnitude, query.max_latest_magnitude),
        } | (detections(query) if query.require_detections else {})
        given = {name: bounds for name, bounds in wanted.items() if bounds}
        return [{"_id": {"$in": await self._phot_stats.objects(access, given)}}] if given else []

    async def _looked_at(self, access: Access, query: SourcesQuery) -> list[Document]:
        if not (query.has_been_labelled or query.has_not_been_labelled):
            return []
        by = access.user_id if query.current_user_labeller else None
        known = await self._labels.objects(access.readable, by)
        return _with(known, has=query.has_been_labelled, has_no=query.has_not_been_labelled)


def detections(query: SourcesQuery) -> Document:
    """Return when an object must have been detected last and how often, by its statistics."""
    kind = "no_forced_phot_" if query.exclude_forced_photometry else ""
    ends = (query.start_date, query.end_date)
    dates = (None if at is None else shapes.jd_of_time(at) - MJD_ZERO for at in ends)
    return {
        f"last_detected_{kind}mjd": between(*dates),
        f"num_det_{kind}global": between(query.number_detections, None),
    }


def _own(query: SourcesQuery) -> list[Document]:
    """Return what a source's own document tells."""
    parts: list[Document] = []
    if any(value is not None for value in (query.ra, query.dec, query.radius)):
        if query.ra is None or query.dec is None or query.radius is None:
            raise Invalid("ra, dec, radius: a cone needs all three")
        field, pixels = sky.cone(query.ra, query.dec, query.radius * 3600)
        parts.append({field: {"$in": list(pixels)}})
    if query.created_or_modified_after:
        parts.append({"modified": {"$gte": query.created_or_modified_after}})
    if within := between(query.min_redshift, query.max_redshift):
        parts.append({"redshift": within})
    if query.has_tns_name:
        parts.append({"tns_name": {"$nin": [None, ""]}})
    if query.has_no_tns_name:
        parts.append({"tns_name": {"$in": [None, ""]}})
    if query.simbad_class is not None:
        parts.append({"altdata.simbad.class": query.simbad_class})
    if query.alias is not None:
        parts.append({"aliases": _containing(query.alias)})
    if query.origin is not None:
        parts.append({"origin": _containing(query.origin)})
    return parts


def _containing(text: str) -> Document:
    return {"$regex": re.escape(text), "$options": "i"}


def _created(after: Any, before: Any) -> Document:
    bounds = between(after, before)
    return {"created_at": bounds} if bounds else {}


def _with(known: list[str], *, has: bool, has_no: bool) -> list[Document]:
    parts = [{"_id": {"$in": known}}] if has else []
    return parts + ([{"_id": {"$nin": known}}] if has_no else [])
