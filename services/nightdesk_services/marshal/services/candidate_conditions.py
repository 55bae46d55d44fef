"""Which of the objects that passed filters a query means."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from nightdesk.photometry import MJD_ZERO

from nightdesk_services.marshal.access import Access, Document
from nightdesk_services.marshal.exceptions import Invalid
from nightdesk_services.marshal.models.candidates import CandidatesQuery, SavedStatus
from nightdesk_services.marshal.services import shapes
from nightdesk_services.marshal.services.candidate_photometry import CandidatePhotometry
from nightdesk_services.marshal.services.cards import recency
from nightdesk_services.marshal.services.phot_stats.finding import PhotStatFinder
from nightdesk_services.marshal.services.source_refusals import LOCALIZATIONS, refuse
from nightdesk_services.marshal.storage.class_table import ClassTable
from nightdesk_services.marshal.storage.listings import Listings
from nightdesk_services.marshal.storage.records import Records
from nightdesk_services.marshal.storage.sources import Sources

Selected = Mapping[str, Sequence[Document]]
Keep = Callable[[str], bool]


class CandidateConditions:
    """Reads a query; every condition tells of an object whether it stays."""

    def __init__(
        self,
        *,
        sources: Sources,
        listings: Listings,
        classes: ClassTable,
        annotations: Records,
        phot_stats: PhotStatFinder,
        photometry: CandidatePhotometry,
    ) -> None:
        self._sources = sources
        self._listings = listings
        self._classes = classes
        self._annotations = annotations
        self._phot_stats = phot_stats
        self._photometry = photometry

    async def of(
        self, access: Access, query: CandidatesQuery, groups: frozenset[int], selected: Selected
    ) -> list[Keep]:
        """Return the conditions of a query."""
        refuse(query, LOCALIZATIONS)
        return [
            _named(query),
            await self._detected(access, query, selected),
            await self._listed(access, query),
            await self.saved(access, query.saved_status, groups, selected),
            await self._classified(access, query),
            await self._redshifted(access, query, selected),
            await self._annotated(access, query),
            await self._photometry.annotated(access, query),
        ]

    async def saved(
        self, access: Access, status: SavedStatus, groups: frozenset[int], selected: Mapping[str, Any]
    ) -> Keep:
        """Return whether objects are saved as a status says."""
        if status == "all":
            return lambda _: True
        found = await self._sources.by_id(selected)
        scope = access.readable if status.endswith("Accessible") else groups

        def saved(obj_id: str) -> bool:
            held = scope.intersection(found.get(obj_id, {}).get("group_ids", ()))
            return held == scope if status.endswith("AllSelected") else bool(held)

        wanted = not status.startswith("not")
        return lambda obj_id: saved(obj_id) is wanted

    async def _detected(self, access: Access, query: CandidatesQuery, selected: Selected) -> Keep:
        """Return whether objects were detected when and as often as asked."""
        after, before = query.first_detection_after, query.last_detection_before
        often = query.number_detections
        if not query.require_detections or (after is None and before is None and often is None):
            return lambda _: True
        kind = "no_forced_phot_" if query.exclude_forced_photometry else ""
        names = (f"first_detected_{kind}mjd", f"last_detected_{kind}mjd", f"num_det_{kind}global")
        stats = await self._phot_stats.values(access, names, selected)

        def detected(obj_id: str) -> bool:
            newest = max(selected[obj_id], key=recency)
            found = stats.get(obj_id, {})
            dates = [None if found.get(name) is None else found[name] + MJD_ZERO for name in names[:2]]
            # the newest alert may have come since the statistics were made
            firsts = [jd for jd in (newest.get("first_jd"), dates[0]) if jd is not None]
            lasts = [jd for jd in (newest["jd"], dates[1]) if jd is not None]
            first, last = min(firsts, default=None), max(lasts, default=None)
            count = max(newest.get("n_det") or 0, found.get(names[2]) or 0)
            return (
                (after is None or (first is not None and first >= shapes.jd_of_time(after)))
                and (before is None or (last is not None and last <= shapes.jd_of_time(before)))
                and (often is None or count >= often)
            )

        return detected

    async def _listed(self, access: Access, query: CandidatesQuery) -> Keep:
        async def on(name: str | None) -> set[str] | None:
            if name is None:
                return None
            return {entry["obj_id"] for entry in await self._listings.of_user(access.user_id, name)}

        wanted, refused = await on(query.list_name), await on(query.list_name_reject)
        return lambda obj_id: (
            (wanted is None or obj_id in wanted) and (refused is None or obj_id not in refused)
        )

    async def _classified(self, access: Access, query: CandidatesQuery) -> Keep:
        async def of(names: list[str]) -> set[str]:
            return await self._classes.objects(access.bound, names)

        wanted = await of(query.classifications) if query.classifications else None
        refused = await of(query.classifications_reject) if query.classifications_reject else set()
        return lambda obj_id: (wanted is None or obj_id in wanted) and obj_id not in refused

    async def _redshifted(self, access: Access, query: CandidatesQuery, selected: Selected) -> Keep:
        if query.min_redshift is None and query.max_redshift is None:
            return lambda _: True
        least, most = query.min_redshift, query.max_redshift
        found = await self._sources.by_id(selected)
        known = {i: s["redshift"] for i, s in found.items() if access.sees(s["group_ids"])}

        def within(obj_id: str) -> bool:
            z = known.get(obj_id)
            return z is not None and (least is None or z >= least) and (most is None or z <= most)

        return within

    async def _annotated(self, access: Access, query: CandidatesQuery) -> Keep:
        """Return whether objects have all the annotations asked for."""
        wanted = [
            set(await self._annotations.objects(access.condition | one))
            for one in _constraints(query.annotation_filter_list)
        ]
        return lambda obj_id: all(obj_id in ids for ids in wanted)


def _named(query: CandidatesQuery) -> Keep:
    part = (query.obj_id or "").strip().lower()
    return lambda obj_id: part in obj_id.lower()


def _constraints(text: str | None) -> list[Document]:
    """Return the constraints of a JSON list as conditions on annotations."""
    if text is None:
        return []
    try:
        given = json.loads(text)
        given = [given] if isinstance(given, dict) else given
        return [_constraint(one) for one in given]
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        msg = "annotationFilterList: must be a JSON list of objects with origin, key, and min, max or value"
        raise Invalid(msg) from error


def _constraint(one: Document) -> Document:
    origin, key = one["origin"], one["key"]
    if not isinstance(origin, str) or not isinstance(key, str) or not key or set(".$") & set(key):
        raise ValueError(key)
    value = one.get("value")
    bounds: Document = {
        n: float(one[k]) for n, k in (("$gte", "min"), ("$lte", "max")) if one.get(k) is not None
    }
    if isinstance(value, (str, int, float, bool)):
        # the scanning page of SkyPortal sends truth values as words
        bounds["$in"] = [value, {"true": True, "false": False}.get(str(value).lower(), value)]
    return {"origin": origin, f"data.{key}": bounds or {"$exists": True}}
