"""Reading follow-up requests: one, or a page of many."""

from __future__ import annotations

from nightdesk_services.marshal.access import Access, Document
from nightdesk_services.marshal.exceptions import Invalid
from nightdesk_services.marshal.models.followup import RequestQuery, RequestsQuery, ScheduleQuery
from nightdesk_services.marshal.services.facilities.allocations import AllocationService
from nightdesk_services.marshal.services.followup.conditions import observed_between, wanted
from nightdesk_services.marshal.services.followup.sight import RequestSight
from nightdesk_services.marshal.services.followup.views import RequestViews
from nightdesk_services.marshal.storage.documents import Documents

_ORDER = {"created_at": "created_at", "modified": "modified", "status": "status", "obj": "obj_id"}
MOST = 1000
"""Requests that are planned at once."""


class RequestListing:
    """Shows requests, and tells who may not see one nothing of it."""

    def __init__(
        self, requests: Documents, allocations: AllocationService, sight: RequestSight, views: RequestViews
    ) -> None:
        self._requests = requests
        self._allocations = allocations
        self._sight = sight
        self._views = views

    async def page(self, access: Access, query: RequestsQuery) -> Document:
        """Return one page of the requests of a query, and how many there are in all."""
        asked = wanted(query) | observed_between(query)
        if query.allocation_id is not None:
            await self._allocations.known(access, query.allocation_id, "allocationID")
            asked["allocation_id"] = query.allocation_id
        elif query.instrument_id is not None:
            asked["allocation_id"] = {"$in": await self._on(access, query.instrument_id)}
        if query.requesters:
            if unknown := [i for i in query.requesters if i not in access.directory.users]:
                raise Invalid(f"requesters: no user {unknown[0]}")
            asked["requester_id"] = {"$in": query.requesters}
        condition = await self._sight.condition(access, asked)
        direction = 1 if query.sort_order == "asc" else -1
        order = [(_ORDER[query.sort_by], direction), ("_id", direction)]
        rows = await self._requests.find(condition, sort=order, page=query.span)
        return {
            "followup_requests": await self._views.many(access, rows),
            "totalMatches": await self._requests.count(condition),
            "pageNumber": query.page_number,
            "numPerPage": query.num_per_page,
        }

    async def get(self, access: Access, number: int, query: RequestQuery) -> Document:
        """Return one request."""
        row = await self._sight.known(access, number)
        return await self._views.one(
            access, row, thumbnails=query.include_obj_thumbnails, extras=query.extras
        )

    async def to_plan(self, access: Access, instrument_id: int, query: ScheduleQuery) -> list[Document]:
        """Return the requests on an instrument that a query wants planned, each with its object's place."""
        asked = wanted(query) | {"allocation_id": {"$in": await self._on(access, instrument_id)}}
        condition = await self._sight.condition(access, asked)
        if await self._requests.count(condition) > MOST:
            raise Invalid(f"at most {MOST} requests are planned at once; narrow them down by status or date")
        rows = await self._requests.find(condition)
        places = await self._sight.places_of(access, rows)
        return [row | {"place": places[row["obj_id"]]} for row in rows if row["obj_id"] in places]

    async def pushed(self, access: Access, request: Document) -> tuple[str, Document] | None:
        """Return what a change of a request means to a person; None if it is none of theirs."""
        if not await self._sight.sees(access, request):
            gone = access.sees(request.get("former_group_ids", ()))
            return ("delete", {"id": request["_id"]}) if gone and not access.super_admin else None
        (shown,) = await self._views.many(access, [request])
        return "update", shown

    async def _on(self, access: Access, instrument_id: int) -> list[int]:
        return await self._allocations.numbers_on(access, instrument_id)
