"""Somebody wants to join a group, or was let in."""

from __future__ import annotations

from collections.abc import Sequence

from nightdesk_services.marshal.access import Document
from nightdesk_services.marshal.services.people import PeopleService
from nightdesk_services.marshal.storage.changes import Change
from nightdesk_services.marshal.storage.documents import Documents
from nightdesk_services.notifier.models.occasion import Message, Occasion
from nightdesk_services.notifier.services.kinds.base import Kind, of_groups
from nightdesk_services.notifier.services.receivers import Receiver

_PENDING = "pending"


class Admissions(Kind):
    """A request is for the group's admins, its answer for who asked."""

    name = "admission"
    collections = ("group_admission_requests",)
    area = "groups"
    inboxed = True

    def __init__(self, requests: Documents, people: PeopleService) -> None:
        self._requests = requests
        self._people = people

    async def occasions(self, change: Change, rules: Sequence[Document]) -> list[Occasion]:
        """Return a request, or what was said to it."""
        document = change.document
        if document is None:
            return []
        if document["status"] == _PENDING:
            concerned = await self._admins(document["group_id"])
        else:
            concerned = {document["user_id"]}
        group = [document["group_id"]]
        found = [rule for rule in rules if rule["user_id"] in concerned and of_groups(rule, group)]
        about = {"id": document["_id"], "status": document["status"]}
        return [Occasion(f"admission:{document['_id']}:{document['status']}", about, document, found)]

    def sees(self, receiver: Receiver, document: Document) -> bool:
        """Return whether somebody made a request, or is to answer it."""
        access = receiver.access
        return document["user_id"] == access.user_id or access.administers(document["group_id"])

    async def message(self, receiver: Receiver, about: Document) -> Message | None:
        """Return the request, unless it was answered meanwhile, or its answer."""
        document = await self._requests.get(about["id"])
        if document is None or document["status"] != about["status"] or not self.sees(receiver, document):
            return None
        directory = receiver.access.directory
        group, user = directory.groups.get(document["group_id"]), directory.users.get(document["user_id"])
        if group is None or user is None:
            return None
        if document["status"] == _PENDING:
            title = f"{user['username']} asks to join the group {group['name']}"
        else:
            title = f"Your request to join the group {group['name']} is {document['status']}"
        return Message(title, "", "/groups")

    async def _admins(self, group_id: int) -> set[int]:
        directory = await self._people.directory()
        names = {name for name, member in directory.members(group_id).items() if member.get("admin")}
        return {user["_id"] for name in names if (user := directory.user_named(name)) is not None}
