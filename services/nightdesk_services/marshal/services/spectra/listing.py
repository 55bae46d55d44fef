"""Which spectra there are, by what they are of and how they came."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from typing import Any, Final

from nightdesk_services.marshal.access import Access, Document
from nightdesk_services.marshal.exceptions import Invalid
from nightdesk_services.marshal.models.spectra import ObjectSpectraQuery, RangeQuery, SpectraQuery
from nightdesk_services.marshal.services.resources import SOURCES, Resources
from nightdesk_services.marshal.services.shapes import jd_of_time
from nightdesk_services.marshal.services.spectra.views import SpectrumViews
from nightdesk_services.marshal.storage.bounds import between
from nightdesk_services.marshal.storage.spectra import Spectra

MOST_SPECTRA: Final = 3000
"""In one answer."""
MOST_POINTS: Final = 3_000_000
"""In one answer, of all its spectra together."""
_MJD: Final = 2400000.5


class SpectrumListing:
    """Lists spectra; too many for one answer are refused, never cut short without a word."""

    def __init__(self, spectra: Spectra, views: SpectrumViews, resources: Resources) -> None:
        self._spectra = spectra
        self._views = views
        self._resources = resources

    async def of_object(self, access: Access, obj_id: str, query: ObjectSpectraQuery) -> Document:
        """Return the spectra of an object.

        Raises
        ------
        NotFound
            If the person can know of no such object.
        """
        found = _few(access.visible(await self._spectra.of(obj_id)))
        found.sort(key=partial(_place, query.sort_by), reverse=query.sort_order == "desc")
        if not found:
            await self._resources.held(access, SOURCES, obj_id)
        shown = await self._views.whole(
            access,
            found,
            files=query.include_original_file,
            normalized=query.normalization is not None,
        )
        return {"obj_id": obj_id, "spectra": [one | _mjd(one) for one in shown]}

    async def page(self, access: Access, query: SpectraQuery) -> list[Document]:
        """Return the spectra that meet all that is asked, by time of observation."""
        wanted = await self._condition(access, query)
        if query.minimal_payload:
            return await self._views.brief(await self._found(wanted, numbers=False))
        found = await self._found(wanted)
        return await self._views.whole(access, found, files=query.include_original_file)

    async def range(self, access: Access, query: RangeQuery) -> list[Document]:
        """Return the spectra of some instruments and a span of time, by time of observation."""
        wanted: Document = dict(access.condition)
        if query.instrument_ids is not None:
            wanted["instrument_id"] = {"$in": query.instrument_ids}
        if at := between(query.min_date, query.max_date):
            wanted["observed_at"] = at
        return await self._views.numbered(await self._found(wanted))

    async def _found(self, wanted: Document, *, numbers: bool = True) -> list[Document]:
        return _few(await self._spectra.find(wanted, limit=MOST_SPECTRA + 1), numbers=numbers)

    async def _condition(self, access: Access, query: SpectraQuery) -> Document:
        parts: list[Document] = [access.condition]
        if query.group_ids is not None:
            parts.append({"group_ids": {"$in": sorted(access.chosen(query.group_ids))}})
        for field, ids in (
            ("instrument_id", query.instrument_ids),
            ("followup_request_id", query.followup_request_ids),
            ("assignment_id", query.assignment_ids),
            ("type", query.type),
        ):
            if ids is not None:
                parts.append({field: {"$in": ids}})
        for field, words in (
            ("obj_id", [query.obj_id.strip()] if query.obj_id else None),
            ("origin", query.origin),
            ("label", query.label),
        ):
            if words:
                parts.append({field: _containing(words)})
        for field, bounds in (
            ("observed_at", between(query.observed_after, query.observed_before)),
            ("modified", between(query.modified_after, query.modified_before)),
        ):
            if bounds:
                parts.append({field: bounds})
        commented = await self._commented(access, query)
        return {"$and": [part for part in [*parts, *commented] if part]} if any([*parts, *commented]) else {}

    async def _commented(self, access: Access, query: SpectraQuery) -> list[Document]:
        which: dict[str, Any] = {}
        if query.comments_filter:
            which["text"] = _containing(query.comments_filter)
        if query.comments_filter_author:
            which["author.username"] = _containing(query.comments_filter_author)
        if at := between(query.comments_filter_after, query.comments_filter_before):
            which["created_at"] = at
        if not which:
            return []
        if not access.has("comments", "read"):
            raise Invalid("commentsFilter: your token may not read comments")
        return [{"_id": {"$in": await self._spectra.commented(access.condition | which)}}]


def points(rows: Sequence[Document]) -> int:
    """Return how many points spectra have together."""
    return sum(row.get("points") or 0 for row in rows)


def _few(found: list[Document], *, numbers: bool = True) -> list[Document]:
    if len(found) > MOST_SPECTRA:
        raise Invalid(f"more than {MOST_SPECTRA} spectra are meant; ask for fewer, as by time")
    if numbers and points(found) > MOST_POINTS:
        raise Invalid(
            f"the spectra that are meant have more than {MOST_POINTS} points; ask for fewer, as by time"
        )
    return found


def _place(field: str, row: Document) -> tuple[bool, Any, int]:
    """Return what orders a spectrum by a time, those without it first, as the store would."""
    time = row.get(field)
    return time is not None, time, row["_id"]


def _containing(words: Sequence[str]) -> Document:
    return {"$regex": "|".join(re.escape(word) for word in words), "$options": "i"}


def _mjd(shown: Document) -> Document:
    at = shown["observed_at"]
    return {"observed_at_mjd": None if at is None else jd_of_time(at) - _MJD}
