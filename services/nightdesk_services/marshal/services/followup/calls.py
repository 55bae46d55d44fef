"""What is asked of a facility about a request, and what goes on record of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

from nightdesk_services.marshal.access import Access, Document
from nightdesk_services.marshal.encoding import plain
from nightdesk_services.marshal.exceptions import NotFound
from nightdesk_services.marshal.services.facilities.allocations import AllocationService
from nightdesk_services.marshal.services.facilities.facility import CANCELLED, Outcome
from nightdesk_services.marshal.services.followup.dispatch import Dispatch
from nightdesk_services.marshal.storage.documents import Documents
from nightdesk_services.marshal.storage.store import Store, now

Action = Literal["submit", "update", "cancel", "poll"]

SUBMITTING: Final = "submitting"
"""Status of a request while its facility has not answered."""
_HISTORY: Final = 200
"""Changes of a request's status that are kept."""
_LINKS: Final = 500
"""Addresses of data of one kind that are kept."""


def noted(status: str, user_id: int | None, origin: str) -> Document:
    """Return an entry of a request's history; `origin` is what brought the status, as ``submit``."""
    return {"status": status, "at": now(), "user_id": user_id, "origin": origin}


class FacilityCalls:
    """Calls facilities, each request's calls one after another, and stores how they ended."""

    def __init__(
        self,
        *,
        store: Store,
        dispatch: Dispatch,
        requests: Documents,
        exchanges: Documents,
        allocations: AllocationService,
    ) -> None:
        self._store = store
        self._dispatch = dispatch
        self._requests = requests
        self._exchanges = exchanges
        self._allocations = allocations

    async def perform(self, access: Access, action: Action, number: int) -> Outcome | None:
        """Do something with a request at its facility; None if the facility has not answered yet."""
        return await self._dispatch.run(number, lambda: self._perform(access, action, number))

    async def note(
        self,
        request: Document,
        origin: str,
        *,
        user_id: int | None,
        status: str | None = None,
        links: Mapping[str, Sequence[str]] | None = None,
        fields: Mapping[str, Any] | None = None,
    ) -> None:
        """Store what is new of a request."""
        changed: Document = {**(fields or {}), "modified": now()}
        known = request.get("links") or {}
        for kind, found in (links or {}).items():
            changed[f"links.{kind}"] = list(dict.fromkeys([*known.get(kind, ()), *found]))[-_LINKS:]
        update: Document = {"$set": changed}
        if status is not None and status != request.get("status"):
            changed["status"] = status
            entry = noted(status, user_id, origin)
            update["$push"] = {"history": {"$each": [entry], "$slice": -_HISTORY}}
        await self._requests.update({"_id": request["_id"]}, update)

    async def _perform(self, access: Access, action: Action, number: int) -> Outcome:
        with self._store.bounded():
            request = await self._known(number)
            if action == "cancel" and not request.get("sent"):
                # no telescope has heard of it
                cancelled = Outcome(True, CANCELLED, {})
                await self._record(access, action, request, cancelled)
                return cancelled
            allocation = await self._allocations.document(request["allocation_id"])
            _, instrument, facility, endpoint = await self._allocations.route(allocation, "allocation_id")
            sent = _sent(access, request, allocation, instrument)
        outcome: Outcome = await getattr(facility, action)(endpoint, sent)
        with self._store.bounded():
            if facility.addressed:
                await self._exchanges.insert(
                    {
                        "followup_request_id": number,
                        "initiator_id": access.user_id,
                        # as text: what a facility answers may have names that the store does not take
                        "request": json.dumps(plain({"action": action, "request": sent})),
                        "response": json.dumps(plain(outcome.response)),
                    }
                )
            await self._record(access, action, request, outcome)
        return outcome

    async def _record(self, access: Access, action: Action, before: Document, outcome: Outcome) -> None:
        request = await self._known(before["_id"])
        fields: Document = {"last_modified_by_id": access.user_id} if action != "poll" else {}
        if action in ("submit", "update"):
            fields["delivered"] = outcome.delivered or (action == "update" and bool(request.get("delivered")))
            fields["sent"] = bool(request.get("sent") or outcome.delivered or outcome.uncertain)
        elif action == "cancel" and outcome.delivered:
            fields |= {"delivered": False, "sent": False}
        # what the facility told in the meantime is newer than its answer
        overtaken = outcome.delivered and request.get("status") != before.get("status")
        status = None if overtaken and action != "cancel" else outcome.status
        await self.note(
            request, action, user_id=access.user_id, status=status, links=outcome.links, fields=fields
        )

    async def _known(self, number: int) -> Document:
        found = await self._requests.get(number)
        if found is None:
            raise NotFound(f"no follow-up request {number}")
        return found


def _sent(access: Access, request: Document, allocation: Document, instrument: Document) -> Document:
    """Return what a facility is told of a request."""
    requester = access.directory.users.get(request["requester_id"])
    return {
        "id": request["_id"],
        "obj_id": request["obj_id"],
        **request["place"],
        "payload": request["payload"],
        "comment": request.get("comment"),
        "requester": requester["username"] if requester else None,
        "instrument": instrument["name"],
        "proposal_id": allocation.get("proposal_id"),
        "pi": allocation.get("pi"),
    }
