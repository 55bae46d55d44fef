"""Allocations: observing time of a group on an instrument."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
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
from nightdesk_services.marshal.services.facilities.facility import Ability, Endpoint, Facility
from nightdesk_services.marshal.services.facilities.instruments import InstrumentService
from nightdesk_services.marshal.services.facilities.night import ephemeris, site_of
from nightdesk_services.marshal.services.facilities.registry import Facilities
from nightdesk_services.marshal.services.followup.sight import RequestSight
from nightdesk_services.marshal.storage.documents import Documents
from nightdesk_services.marshal.storage.store import now

_ORDER = {"created_at": "created_at", "modified": "modified", "status": "status", "obj": "obj_id"}
_INNER = ("history", "links", "group_ids", "delivered", "target_group_ids", "group_id", "watchers")


class AllocationService:
    """Knows who has time where; an allocation is its group's alone, its credentials are nobody's to read."""

    def __init__(
        self,
        *,
        allocations: Documents,
        requests: Documents,
        exchanges: Documents,
        defaults: Documents,
        instruments: InstrumentService,
        facilities: Facilities,
        sight: RequestSight,
    ) -> None:
        self._allocations = allocations
        self._requests = requests
        self._exchanges = exchanges
        self._defaults = defaults
        self._instruments = instruments
        self._facilities = facilities
        self._sight = sight

    async def listing(self, access: Access, query: AllocationsQuery) -> list[Document]:
        """Return the allocations of the person's groups."""
        wanted: dict[str, Any] = {"group_id": {"$in": sorted(access.readable)}}
        if query.instrument_id is not None:
            wanted["instrument_id"] = query.instrument_id
        if query.api_implements is not None and query.api_type is None:
            raise Invalid("apiType: apiImplements needs it")
        shown = await self.shown_all(access, await self._allocations.find(wanted))
        if query.api_type is not None:
            shown = [one for one in shown if one["instrument"].get(query.api_type)]
        if query.api_implements is not None:
            # plans of observations are made by no facility of ours
            plans = query.api_type != "api_classname"
            shown = [] if plans else [one for one in shown if self._can(one, query.api_implements)]
        return shown

    def _can(self, allocation: Document, ability: str) -> bool:
        facility = self._facilities.get(allocation["instrument"])
        return facility is not None and ability in facility.abilities

    async def get(self, access: Access, number: int, query: AllocationQuery) -> Document:
        """Return an allocation with a page of its requests, and tonight at its telescope."""
        allocation = await self.known(access, number)
        wanted = await self._sight.condition(access, {"allocation_id": number})
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
            "requests": [shapes.named(one, *_INNER) for one in requests],
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
        return (await self.shown_all(access, [allocation]))[0]

    async def shown_all(self, access: Access, allocations: Sequence[Document]) -> list[Document]:
        """Return allocations, whose instruments are read once for all."""
        found = await self._instruments.by_id(one["instrument_id"] for one in allocations)
        drawn = await self._instruments.shown_all(list(found.values()))
        instruments = {one["id"]: one for one in drawn}
        users, groups = access.directory.users, access.directory.groups
        made = []
        for allocation in allocations:
            group = groups.get(allocation["group_id"])
            if allocation["instrument_id"] not in instruments:
                raise absent(f"instrument {allocation['instrument_id']}")
            made.append(
                shapes.named(allocation, "altdata", "allocation_admin_ids")
                | {
                    "instrument": instruments[allocation["instrument_id"]],
                    "group": shapes.named_group(group) if group else None,
                    "allocation_users": [
                        shapes.person(users[i]) for i in allocation["allocation_admin_ids"] if i in users
                    ],
                }
            )
        return made

    async def by_id(self, access: Access, numbers: Iterable[int]) -> dict[int, Document]:
        """Return allocations as other things show them, of those of other groups only the instrument."""
        found = await self._allocations.by_id(numbers)
        shown = await self.shown_all(access, list(found.values()))
        short = ("id", "instrument_id", "instrument")
        return {
            one["id"]: one if access.sees([one["group_id"]]) else {name: one[name] for name in short}
            for one in shown
        }

    async def facility(
        self, access: Access, number: int, field: str, ability: Ability = "submit"
    ) -> tuple[Document, Document, Facility, Endpoint]:
        """Return an allocation, its instrument and facility, and where its requests go.

        Raises
        ------
        Invalid
            If its facility cannot do what is asked, or nothing may be sent to it.
        """
        allocation = await self.known(access, number, field)
        access.require_asking(allocation, field)
        return await self.route(allocation, field, ability)

    async def route(
        self, allocation: Document, field: str, ability: Ability = "submit"
    ) -> tuple[Document, Document, Facility, Endpoint]:
        """Return the same of an allocation that is known, whoever asks."""
        instrument = await self._instruments.known(allocation["instrument_id"])
        facility = self._facilities.of(instrument, field, ability)
        return allocation, instrument, facility, self._facilities.endpoint(facility, allocation, field)

    async def document(self, number: int) -> Document:
        """Return an allocation with its credentials, for the marshal itself and nobody's eyes."""
        found = await self._allocations.get(number)
        if found is None:
            raise absent(f"allocation {number}")
        return found

    async def on_instrument(self, access: Access, number: int) -> list[Document]:
        """Return the person's allocations on an instrument, without their credentials."""
        wanted = {"instrument_id": number, "group_id": {"$in": sorted(access.readable)}}
        return await self._allocations.find(wanted, fields={"altdata": 0})

    async def numbers_on(self, access: Access, number: int) -> list[int]:
        """Return the ids of all allocations on an instrument, also of others: some requests are shared."""
        found = await self._allocations.find({"instrument_id": number}, fields={"_id": 1})
        return [one["_id"] for one in found]

    async def create(self, access: Access, post: AllocationPost) -> int:
        """Add an allocation and return its id."""
        fields = post.model_dump(exclude={"replace_altdata"})
        await self._check(access, fields, post.instrument_id)
        fields["types"] = fields["types"] or ["triggered"]
        for name in ("validity_ranges", "default_share_group_ids", "allocation_admin_ids"):
            fields[name] = fields[name] or []
        return int((await self._allocations.insert(fields))["_id"])

    async def change(self, access: Access, number: int, put: AllocationPut) -> None:
        """Change an allocation; its administrators are those named, its credentials are added to."""
        before = await self.known(access, number)
        fields = put.model_dump(exclude_unset=True, exclude={"replace_altdata"})
        await self._check(access, fields, put.instrument_id or before["instrument_id"])
        fields["allocation_admin_ids"] = put.allocation_admin_ids or []
        if put.altdata is not None and not put.replace_altdata:
            fields["altdata"] = (before.get("altdata") or {}) | put.altdata
        await self._allocations.change(number, fields)
        if put.group_id is not None and put.group_id != before["group_id"]:
            await self._hand_over(number, put.group_id)

    async def _hand_over(self, number: int, group_id: int) -> None:
        """Let the requests of an allocation go with it to another group."""
        for request in await self._requests.find({"allocation_id": number}):
            groups = sorted({group_id, *request.get("target_group_ids", ())})
            await self._requests.change(request["_id"], {"group_id": group_id, "group_ids": groups})
        await self._defaults.update({"allocation_id": number}, {"$set": {"group_id": group_id}})

    async def remove(self, access: Access, number: int) -> None:
        """Remove an allocation and its requests."""
        await self.known(access, number)
        requests = await self._requests.find({"allocation_id": number}, fields={"_id": 1})
        await self._exchanges.remove({"followup_request_id": {"$in": [one["_id"] for one in requests]}})
        await self._defaults.remove({"allocation_id": number})
        await self._requests.remove({"allocation_id": number})
        await self._allocations.remove({"_id": number})

    async def _check(self, access: Access, fields: Document, instrument_id: int) -> None:
        instrument = await self._instruments.known(instrument_id, "instrument_id")
        if fields.get("altdata"):
            self._facilities.check_altdata(instrument, fields["altdata"])
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
