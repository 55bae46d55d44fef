"""Follow-up requests: handing them in, changing and taking them back, and what facilities tell of them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from nightdesk_services.marshal.access import Access, Document
from nightdesk_services.marshal.exceptions import Conflict, Invalid, NotFound, Unavailable
from nightdesk_services.marshal.models.followup import FacilityMessage, RequestPost, RequestPut
from nightdesk_services.marshal.services.facilities import forms
from nightdesk_services.marshal.services.facilities.allocations import AllocationService
from nightdesk_services.marshal.services.facilities.instruments import InstrumentService
from nightdesk_services.marshal.services.facilities.listener import listener_of
from nightdesk_services.marshal.services.facilities.registry import Facilities
from nightdesk_services.marshal.services.followup.calls import SUBMITTING, FacilityCalls, noted
from nightdesk_services.marshal.services.followup.constraints import RequestConstraints
from nightdesk_services.marshal.services.followup.sight import RequestSight
from nightdesk_services.marshal.storage.documents import Documents
from nightdesk_services.marshal.storage.store import now


class FollowupService:
    """A request is stored before its facility hears of it, so that no telescope's silence loses it."""

    def __init__(
        self,
        *,
        requests: Documents,
        allocations: AllocationService,
        instruments: InstrumentService,
        facilities: Facilities,
        calls: FacilityCalls,
        constraints: RequestConstraints,
        sight: RequestSight,
    ) -> None:
        self._requests = requests
        self._allocations = allocations
        self._instruments = instruments
        self._facilities = facilities
        self._calls = calls
        self._constraints = constraints
        self._sight = sight

    async def post(self, access: Access, post: RequestPost) -> Document:
        """Hand in a request, unless one of its constraints speaks against it; return its id and status.

        Raises
        ------
        Invalid
            If the payload does not fit the facility's form, or nothing may be sent to the facility.
        Denied
            If the person may not spend the allocation's time.
        """
        allocation, instrument, facility, _ = await self._allocations.facility(
            access, post.allocation_id, "allocation_id"
        )
        forms.check(facility.form(instrument), post.payload)
        _check_validity(allocation, post.payload)
        place = (await self._sight.places(access, [post.obj_id])).get(post.obj_id)
        if place is None:
            raise Invalid(f"obj_id: no object {post.obj_id}")
        targets = _targets(access, post.target_group_ids, allocation.get("default_share_group_ids") or [])
        await self._constraints.check(access, post.constraints)
        why = await self._constraints.why_not(access, place, post.allocation_id, post.constraints)
        if why is not None:
            return {"id": None, "ignored": True, "message": f"not submitting request: {why}"}
        made = await self._requests.insert(
            {
                "obj_id": post.obj_id,
                "place": {"ra": place["ra"], "dec": place["dec"]},
                "allocation_id": post.allocation_id,
                "payload": post.payload,
                "comment": (post.comment or "").strip() or None,
                "requester_id": access.user_id,
                "last_modified_by_id": access.user_id,
                "status": SUBMITTING,
                "history": [noted(SUBMITTING, access.user_id, "post")],
                "delivered": False,
                "sent": False,
                "watchers": [],
                "links": {},
                **_held(allocation["group_id"], targets),
            }
        )
        outcome = await self._calls.perform(access, "submit", made["_id"])
        return {"id": made["_id"], "request_status": outcome.status if outcome else SUBMITTING}

    async def change(self, access: Access, number: int, put: RequestPut) -> Document:
        """Change a request; without a status its facility is told, and a failed one is handed in again."""
        request = await self._sight.known(access, number)
        access.require_changing_request(request)
        for name in ("obj_id", "allocation_id"):
            if getattr(put, name) not in (None, request[name]):
                raise Invalid(f"{name}: a request keeps its {name}; post a new one")
        allocation = await self._allocations.document(request["allocation_id"])
        again = not request.get("delivered") or "rejected" in str(request.get("status")).lower()
        if put.status is None:
            ability = "submit" if again else "update"
            await self._allocations.route(allocation, "allocation_id", ability)  # type: ignore[arg-type]
        if put.payload is not None:
            await self._check_payload(allocation, put.payload)
        fields: Document = {"last_modified_by_id": access.user_id}
        if put.payload is not None:
            fields["payload"] = put.payload
        if put.target_group_ids is not None:
            fields |= _held(request["group_id"], _targets(access, put.target_group_ids, []))
            # so that who sees it no longer can be told
            former = {*request.get("former_group_ids", ()), *request["group_ids"]}
            fields["former_group_ids"] = sorted(former.difference(fields["group_ids"]))
        status = put.status or (SUBMITTING if again else None)
        await self._calls.note(request, "put", user_id=access.user_id, status=status, fields=fields)
        if put.status is not None:
            return {"id": number, "request_status": put.status}
        outcome = await self._calls.perform(access, "submit" if again else "update", number)
        return {"id": number, "request_status": outcome.status if outcome else SUBMITTING}

    async def remove(self, access: Access, number: int) -> None:
        """Take a request back; it stays on record with the status ``deleted``.

        Raises
        ------
        Unavailable
            If the facility could not be told: the telescope may observe it still.
        """
        request = await self._sight.known(access, number)
        access.require_removing_request(request)
        outcome = await self._calls.perform(access, "cancel", number)
        if outcome is not None and not outcome.delivered:
            raise Unavailable(
                f"the request is not taken back, so it may be observed: {outcome.why}; try again"
            )

    async def comment(self, access: Access, number: int, text: str | None) -> None:
        """Set what is said of a request; nothing clears it."""
        request = await self._sight.known(access, number)
        access.require_changing_request(request)
        said = (text or "").strip() or None
        await self._requests.change(number, {"comment": said, "last_modified_by_id": access.user_id})

    async def watch(self, access: Access, number: int) -> None:
        """Put a request on the person's watch list."""
        await self._sight.known(access, number)
        mine = {"id": access.user_id, "user_id": access.user_id, "created_at": now()}
        free = {"_id": number, "watchers.user_id": {"$ne": access.user_id}}
        if not await self._requests.update(free, {"$push": {"watchers": mine}}):
            raise Conflict("you watch this request already")

    async def unwatch(self, access: Access, number: int) -> None:
        """Take a request off the person's watch list."""
        await self._sight.known(access, number)
        watched = {"_id": number, "watchers.user_id": access.user_id}
        if not await self._requests.update(watched, {"$pull": {"watchers": {"user_id": access.user_id}}}):
            raise NotFound("you do not watch this request")

    async def hear(self, access: Access, message: FacilityMessage) -> None:
        """Take a message of a facility about a request."""
        request = await self._sight.known(access, message.followup_request_id, "followup_request_id")
        allocation = await self._allocations.document(request["allocation_id"])
        listener = listener_of(await self._instruments.known(allocation["instrument_id"]))
        access.require_acl(listener.acl)
        access.require_changing_request(request)
        status, links = listener.read(message.content)
        await self._calls.note(request, "facility", user_id=access.user_id, status=status, links=links)

    async def retrieve(self, access: Access, number: int) -> Document:
        """Ask a facility how a request stands and where its data are."""
        request = await self._sight.known(access, number)
        access.require_changing_request(request)
        allocation = await self._allocations.document(request["allocation_id"])
        await self._allocations.route(allocation, "allocation_id", "retrieve")
        if not request.get("delivered"):
            raise Invalid("the facility does not have this request; update it without a status to hand it in")
        outcome = await self._calls.perform(access, "poll", number)
        if outcome is not None and not outcome.delivered:
            raise Unavailable(f"nothing was retrieved: {outcome.why}")
        new = outcome.status if outcome else None
        return {"id": number, "request_status": new or request["status"]}

    async def forms(self) -> dict[str, Document]:
        """Return what to ask for at each instrument that takes requests, by its id."""
        made: dict[str, Document] = {}
        for instrument in await self._instruments.documents():
            facility = self._facilities.get(instrument)
            if facility is not None:
                made[str(instrument["_id"])] = {
                    "formSchema": facility.form(instrument),
                    "methodsImplemented": dict.fromkeys(sorted(facility.abilities), True),
                }
        return made

    async def _check_payload(self, allocation: Document, payload: Document) -> None:
        instrument = await self._instruments.known(allocation["instrument_id"])
        facility = self._facilities.of(instrument, "allocation_id")
        forms.check(facility.form(instrument), payload)
        _check_validity(allocation, payload)


def _held(group_id: int, targets: list[int]) -> Document:
    """Return which groups see a request: its allocation's, and those that its results are for."""
    return {
        "group_id": group_id,
        "target_group_ids": targets,
        "group_ids": sorted({group_id, *targets}),
    }


def _targets(access: Access, asked: list[int] | None, default: list[int]) -> list[int]:
    if asked is None:
        return sorted(set(default))
    access.require_groups(asked, "target_group_ids")
    return sorted(set(asked))


def _check_validity(allocation: Document, payload: Document) -> None:
    """Raise `Invalid` unless the dates of a payload lie in one of the allocation's ranges."""
    ranges = allocation.get("validity_ranges") or []
    if not ranges:
        return
    start = _moment(payload.get("start_date")) or now()
    end = _moment(payload.get("end_date")) or start
    for span in ranges:
        first, last = _moment(span.get("start_date")), _moment(span.get("end_date"), ends=True)
        if first is not None and last is not None and first <= start and end <= last:
            return
    raise Invalid("payload.start_date: the dates lie in none of the allocation's validity_ranges")


def _moment(value: Any, *, ends: bool = False) -> datetime | None:
    """Return a time that was written; a day is its beginning, or its end."""
    try:
        if ends and len(value) <= len("2026-01-01"):
            return datetime.combine(date.fromisoformat(value), time(), UTC) + timedelta(days=1)
        found = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found
