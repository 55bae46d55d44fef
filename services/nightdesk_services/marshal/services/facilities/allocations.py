"""Allocations: observing time of a group on an instrument."""

from __future__ import annotations

import asyncio
from typing import Any

from nightdesk_services.marshal.access import Access, Document
from nightdesk_services.marshal.exceptions import Invalid, absent
from nightdesk_services.marshal.models.facilities import (
    AllocationPost,
    AllocationPut,
    AllocationQuery,
    AllocationsQuery,
)
from nightdesk_services.marshal.services import shapes
from nightdesk_services.marshal.services.facilities.instruments import InstrumentService
from nightdesk_services.marshal.services.facilities.night import ephemeris, site_of
from nightdesk_services.marshal.storage.documents import Documents
from nightdesk_services.marshal.storage.store import now

_ORDER = {"created_at": "created_at", "modified": "modified", "status": "status", "obj": "obj_id"}


class AllocationService:
    """Knows who has time where; an allocation is its group's alone, its credentials are nobody's to read."""

    def __init__(self, allocations: Documents, requests: Documents, instruments: InstrumentService) -> None:
        self._allocations = allocations
        self._requests = requests
        self._instruments = instruments

    async def listing(self, access: Access, query: AllocationsQuery) -> list[Document]:
        """Return the allocations of the person's groups."""
        wanted: dict[str, Any] = {"group_id": {"$in": sorted(access.readable)}}
        if query.instrument_id is not None:
            wanted["instrument_id"] = query.instrument_id
        if query.api_implements is not None and query.api_type is None:
            raise Invalid("apiType: apiImplements needs it")
        shown = [await self.shown(access, one) for one in await self._allocations.find(wanted)]
        if query.api_type is not None:
            shown = [one for one in shown if one["instrument"].get(query.api_type)]
        # no facility of ours implements more than to submit and to delete
        if query.api_implements not in (None, "submit", "delete"):
            return []
        return shown

    async def get(self, access: Access, number: int, query: AllocationQuery) -> Document:
        """Return an allocation with a page of its requests, and tonight at its telescope."""
        allocation = await self.known(access, number)
        wanted = {"allocation_id": number}
        first = (query.page_number - 1) * query.num_per_page
        order = [(_ORDER[query.sort_by], 1 if query.sort_order == "asc" else -1), ("_id", 1)]
        requests = await self._requests.find(
            wanted, sort=order, page=slice(first, first + query.num_per_page)
        )
        shown = await self.shown(access, allocation)
        telescope = shown["instrument"]["telescope"]
        site = site_of(telescope)
        tonight = await asyncio.to_thread(ephemeris, site, now().date()) if site else {}
        shown |= {
            "requests": [shapes.named(one) for one in requests],
            "ephemeris": tonight,
            "telescope": telescope,
        }
        return {"allocation": shown, "totalMatches": await self._requests.count(wanted)}

    async def known(self, access: Access, number: int, field: str = "") -> Document:
        """Return an allocation of one of the person's groups.

        Raises
        ------
        NotFound
            There is none that they may know of; `Invalid` if a field of a request named it.
        """
        found = await self._allocations.get(number)
        if found is None or not access.sees([found["group_id"]]):
            raise absent(f"allocation {number}", field)
        return found

    async def shown(self, access: Access, allocation: Document) -> Document:
        """Return an allocation as other things show it."""
        instrument = await self._instruments.known(allocation["instrument_id"])
        group = access.directory.groups.get(allocation["group_id"])
        users = access.directory.users
        return shapes.named(allocation, "altdata", "allocation_admin_ids") | {
            "instrument": await self._instruments.shown(instrument),
            "group": shapes.named_group(group) if group else None,
            "allocation_users": [
                shapes.person(users[i]) for i in allocation["allocation_admin_ids"] if i in users
            ],
        }

    async def create(self, access: Access, post: AllocationPost) -> int:
        """Add an allocation and return its id."""
        fields = post.model_dump(exclude={"replace_altdata"})
        await self._check(access, fields)
        fields["types"] = fields["types"] or ["triggered"]
        for name in ("validity_ranges", "default_share_group_ids", "allocation_admin_ids"):
            fields[name] = fields[name] or []
        return int((await self._allocations.insert(fields))["_id"])

    async def change(self, access: Access, number: int, put: AllocationPut) -> None:
        """Change an allocation; its administrators are those named, its credentials are added to."""
        before = await self.known(access, number)
        fields = put.model_dump(exclude_unset=True, exclude={"replace_altdata"})
        await self._check(access, fields)
        fields["allocation_admin_ids"] = put.allocation_admin_ids or []
        if put.altdata is not None and not put.replace_altdata:
            fields["altdata"] = (before.get("altdata") or {}) | put.altdata
        await self._allocations.change(number, fields)

    async def remove(self, access: Access, number: int) -> None:
        """Remove an allocation and its requests."""
        await self.known(access, number)
        await self._requests.remove({"allocation_id": number})
        await self._allocations.remove({"_id": number})

    async def _check(self, access: Access, fields: Document) -> None:
        if fields.get("instrument_id") is not None:
            await self._instruments.known(fields["instrument_id"], "instrument_id")
        if fields.get("group_id") is not None:
            access.chosen([fields["group_id"]])
        access.chosen(fields.get("default_share_group_ids") or None)
        if unknown := [
            i for i in fields.get("allocation_admin_ids") or () if i not in access.directory.users
        ]:
            raise Invalid(f"allocation_admin_ids: no user {unknown[0]}")
        for span in fields.get("validity_ranges") or ():
            if not {"start_date", "end_date"} <= set(span):
                raise Invalid("validity_ranges: each needs start_date and end_date")
