"""Follow-up requests as SkyPortal shows them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from nightdesk_services.marshal.access import Access, Document
from nightdesk_services.marshal.services import shapes
from nightdesk_services.marshal.services.facilities.allocations import AllocationService
from nightdesk_services.marshal.services.facilities.night import site_of, up
from nightdesk_services.marshal.services.followup.sight import RequestSight
from nightdesk_services.marshal.services.numbers import number
from nightdesk_services.marshal.storage.candidates import Candidates
from nightdesk_services.marshal.storage.documents import Documents
from nightdesk_services.marshal.storage.store import now

_FIELDS = ("created_at", "modified", "obj_id", "allocation_id", "requester_id", "last_modified_by_id")
_TEXTS = ("payload", "status", "comment")


class RequestViews:
    """Draws requests."""

    def __init__(
        self,
        *,
        allocations: AllocationService,
        exchanges: Documents,
        sight: RequestSight,
        candidates: Candidates,
    ) -> None:
        self._allocations = allocations
        self._exchanges = exchanges
        self._sight = sight
        self._candidates = candidates

    async def many(self, access: Access, rows: Sequence[Document]) -> list[Document]:
        """Return requests, each with its allocation, object, people and groups."""
        allocations = await self._allocations.by_id(access, {row["allocation_id"] for row in rows})
        places = await self._sight.places_of(access, rows)
        return [
            _base(access, row)
            | {"allocation": allocations.get(row["allocation_id"]), "obj": places[row["obj_id"]]}
            for row in rows
            if row["obj_id"] in places
        ]

    async def one(
        self, access: Access, row: Document, *, thumbnails: bool = True, extras: bool = False
    ) -> Document:
        """Return a request with its exchanges with the facility, its data, and when its object is up tonight.

        Parameters
        ----------
        extras
            Also the history of its status.
        """
        (shown,) = await self.many(access, [row])
        exchanges = await self._exchanges.find({"followup_request_id": row["_id"]})
        links: Mapping[str, list[str]] = row.get("links") or {}
        shown |= {
            "transactions": [_exchange(access, one) for one in exchanges],
            **{kind: [{"url": url} for url in links.get(kind, ())] for kind in ("photometry", "spectra")},
            **await self._rise_and_set(shown),
        }
        if thumbnails:
            shown["obj"]["thumbnails"] = await self._thumbnails(access, row["obj_id"])
        return shown | ({"history": row.get("history", [])} if extras else {})

    async def _rise_and_set(self, shown: Document) -> Document:
        telescope = ((shown["allocation"] or {}).get("instrument") or {}).get("telescope")
        site = site_of(telescope) if telescope else None
        if site is None:
            return {"rise_time_utc": None, "set_time_utc": None}
        # the night that is, or comes next, at the telescope
        tonight = (now() + timedelta(hours=site.lon / 15 - 12)).date()
        place = shown["obj"]
        times = await asyncio.to_thread(up, site, tonight, place["ra"], place["dec"])
        told = [None if time is None else time.isoformat(timespec="seconds") for time in times]
        return dict(zip(("rise_time_utc", "set_time_utc"), told, strict=True))

    async def _thumbnails(self, access: Access, obj_id: str) -> list[Document]:
        found = access.visible(await self._candidates.of(obj_id, limit=100))
        seen = [one for one in found if access.sees_point(one["survey"], one.get("programid"))]
        drawn = shapes.thumbnails(seen[0]["survey"], seen[0]["candid"], obj_id) if seen else []
        return [{"id": number(one["public_url"])} | one for one in drawn]


def _base(access: Access, row: Document) -> Document:
    users, groups = access.directory.users, access.directory.groups
    made: dict[str, Any] = {"id": row["_id"]} | {name: row.get(name) for name in (*_FIELDS, *_TEXTS)}
    for name in ("requester", "last_modified_by"):
        user = users.get(row.get(f"{name}_id") or 0)
        made[name] = shapes.person(user) if user else None
    made["target_groups"] = [
        shapes.named_group(groups[i])
        for i in row.get("target_group_ids", ())
        if i in groups and access.knows(i)
    ]
    made["watchers"] = [one | {"followuprequest_id": row["_id"]} for one in row.get("watchers", ())]
    return made


def _exchange(access: Access, row: Document) -> Document:
    initiator = access.directory.users.get(row.get("initiator_id") or 0)
    return shapes.named(row, "request", "response") | {
        "request": json.loads(row["request"]),
        "response": json.loads(row["response"]),
        "initiator": shapes.person(initiator) if initiator else None,
    }
