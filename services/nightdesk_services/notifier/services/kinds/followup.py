"""A follow-up request has a new status."""

from __future__ import annotations

from collections.abc import Sequence

from nightdesk_services.marshal.access import Document
from nightdesk_services.marshal.services.followup.sight import RequestSight
from nightdesk_services.marshal.storage.changes import Change
from nightdesk_services.marshal.storage.documents import Documents
from nightdesk_services.notifier.models.occasion import Message, Occasion
from nightdesk_services.notifier.services.kinds.base import Kind, shortened
from nightdesk_services.notifier.services.receivers import Receiver
from nightdesk_services.notifier.storage.last import Last

_SUBMITTING = "submitting"
"""Status of a request that is on its way to its facility."""


class FollowupRequests(Kind):
    """Requests that one made or watches, or all of groups that the rule names."""

    name = "followup"
    collections = ("followup_requests",)
    area = "facilities"

    def __init__(self, requests: Documents, sight: RequestSight, last: Last) -> None:
        self._requests = requests
        self._sight = sight
        self._last = last

    async def occasions(self, change: Change, rules: Sequence[Document]) -> list[Occasion]:
        """Return a new status."""
        document = change.document
        if document is None:
            return []
        number, status = document["_id"], document.get("status")
        former, count = await self._last.get(_record(number))
        # of one on its way there is nothing to know yet
        if status in (None, former, _SUBMITTING):
            return []
        concerned = {document.get("requester_id"), *watchers(document)}
        found = [
            rule
            for rule in rules
            if rule["user_id"] in concerned
            or not set(rule.get("group_ids") or ()).isdisjoint(document["group_ids"])
        ]
        # the same status may come again, so that it alone does not name the occasion
        return [Occasion(f"followup:{number}:{count}", {"id": number}, document, found)]

    async def told(self, change: Change) -> None:
        """Remember the status."""
        if change.document is None:
            await self._last.forget(_record(change.key))
        else:
            await self._last.put(_record(change.key), change.document.get("status"))

    def sees(self, receiver: Receiver, document: Document) -> bool:
        """Return whether somebody may know of a request, by the groups that hold it."""
        return receiver.access.sees(document["group_ids"])

    async def message(self, receiver: Receiver, about: Document) -> Message | None:
        """Return the request's status as it is now."""
        document = await self._requests.get(about["id"])
        if document is None or not await self._sight.sees(receiver.access, document):
            return None
        obj_id = document["obj_id"]
        title = f"Follow-up of {obj_id}: {shortened(str(document['status']), 100)}"
        text = f"Request {document['_id']}: {shortened(str(document['status']))}"
        return Message(title, text, f"/source/{obj_id}")


def watchers(request: Document) -> set[int]:
    """Return the users who watch a request."""
    return {one["user_id"] for one in request.get("watchers") or ()}


def _record(number: int) -> str:
    return f"followup_requests:{number}"
