"""Candidate cards: all that the Scan panel shows of an object, the same when asked for and when pushed."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nightdesk_services.marshal.access import Access, Document
from nightdesk_services.marshal.services import shapes
from nightdesk_services.marshal.services.listings import REJECTED
from nightdesk_services.marshal.storage.listings import Listings
from nightdesk_services.marshal.storage.records import Records
from nightdesk_services.marshal.storage.sources import Sources

_LATEST_COMMENTS = 3


@dataclass(frozen=True)
class Surroundings:
    """What everybody together did to some objects."""

    sources: Mapping[str, Document]
    comments: Mapping[str, Sequence[Document]]
    classifications: Mapping[str, Sequence[Document]]
    rejections: Mapping[str, Collection[int]]
    """Object -> ids of the users who rejected it."""


class Cards:
    """Draws cards."""

    def __init__(
        self, sources: Sources, comments: Records, classifications: Records, listings: Listings
    ) -> None:
        self._sources = sources
        self._comments = comments
        self._classifications = classifications
        self._listings = listings

    async def surroundings(self, obj_ids: Collection[str]) -> Surroundings:
        """Gather what everybody did to some objects; `card` shows each person what they may see of it."""
        if not obj_ids:
            return Surroundings({}, {}, {}, {})
        sources, comments, classifications, listings = await asyncio.gather(
            self._sources.by_id(obj_ids),
            self._comments.of(obj_ids),
            self._classifications.of(obj_ids),
            self._listings.of_objects(obj_ids, REJECTED),
        )
        rejections: dict[str, set[int]] = defaultdict(set)
        for entry in listings:
            rejections[entry["obj_id"]].add(entry["user_id"])
        return Surroundings(sources, _by_object(comments), _by_object(classifications), rejections)

    def card(self, access: Access, candidates: Sequence[Document], around: Surroundings) -> Document:
        """Return the card of one object.

        Parameters
        ----------
        candidates
            Its candidates that the person may see; the newest is a whole document.
        """
        newest = max(candidates, key=recency)
        obj_id, survey, candid = newest["objectId"], newest["survey"], newest["candid"]
        source = around.sources.get(obj_id, {})
        saved = shapes.groups(access, source.get("group_ids", ()))
        comments = access.visible(around.comments.get(obj_id, ())) if access.has("comments", "read") else []
        return {
            "id": obj_id,
            "ra": newest.get("ra"),
            "dec": newest.get("dec"),
            "survey": survey,
            "last_detected_at": shapes.time_of_jd(newest.get("jd")),
            "passing_alert_id": None if candid is None else str(candid),
            "passed_at": max(candidate["passed_at"] for candidate in candidates),
            "filter_ids": sorted({candidate["filter_id"] for candidate in candidates}),
            "passing_group_ids": sorted(
                {i for candidate in candidates for i in candidate["group_ids"] if access.sees([i])}
            ),
            **{
                name: newest.get(name)
                for name in ("band", "magpsf", "sigmapsf", "isdiffpos", "score", "n_det", "first_jd")
            },
            "is_source": bool(saved),
            "saved_groups": saved,
            "redshift": source.get("redshift") if saved else None,
            "rejected": access.user_id in around.rejections.get(obj_id, ()),
            "cross_matches": shapes.matches(newest.get("xmatch")),
            "thumbnails": shapes.thumbnails(survey, candid, obj_id),
            "n_comments": len(comments),
            "comments": [shapes.comment(access, c) for c in comments[:_LATEST_COMMENTS]],
            "classifications": [
                shapes.classification(access, c)
                for c in access.visible(around.classifications.get(obj_id, ()))
            ],
        }


def recency(candidate: Document) -> tuple[Any, Any]:
    """Return what newer candidates of an object have more of."""
    return candidate["jd"], candidate["passed_at"]


def _by_object(records: Sequence[Document]) -> dict[str, list[Document]]:
    found: dict[str, list[Document]] = defaultdict(list)
    for record in records:
        found[record["obj_id"]].append(record)
    return found
