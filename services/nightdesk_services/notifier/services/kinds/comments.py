"""Somebody commented on a source that one follows."""

from __future__ import annotations

from collections.abc import Sequence

from nightdesk_services.marshal.access import Document
from nightdesk_services.marshal.storage.changes import Change
from nightdesk_services.marshal.storage.listings import Listings
from nightdesk_services.marshal.storage.records import Records
from nightdesk_services.notifier.models.occasion import Message, Occasion
from nightdesk_services.notifier.services.kinds.base import Kind, of_groups, shortened
from nightdesk_services.notifier.services.kinds.followers import following
from nightdesk_services.notifier.services.receivers import Receiver
from nightdesk_services.notifier.services.rulebook import RuleBook


class Comments(Kind):
    """New comments on sources."""

    name = "comment"
    collections = ("comments",)
    area = "comments"

    def __init__(self, records: Records, listings: Listings, rulebook: RuleBook) -> None:
        self._records = records
        self._listings = listings
        self._rulebook = rulebook

    async def occasions(self, change: Change, rules: Sequence[Document]) -> list[Occasion]:
        """Return a new comment, for its source's followers but who wrote it and who is told by a mention."""
        document = change.document
        if document is None or change.operation != "insert" or document.get("deleted_at") is not None:
            return []
        mentioned = set(document.get("mentions") or ())
        told = {rule["user_id"] for rule in await self._rulebook.of("mention")} & mentioned
        told.add(document["author"]["id"])
        wanted = [
            rule for rule in rules if rule["user_id"] not in told and of_groups(rule, document["group_ids"])
        ]
        if not wanted:
            return []
        found = await following(self._listings, document["obj_id"], wanted)
        return [Occasion(f"comment:{document['_id']}", {"id": document["_id"]}, document, found)]

    def sees(self, receiver: Receiver, document: Document) -> bool:
        """Return whether somebody may read a comment."""
        return receiver.access.sees(document["group_ids"])

    async def message(self, receiver: Receiver, about: Document) -> Message | None:
        """Return the comment."""
        document = await self._records.get(about["id"])
        if document is None or not self.sees(receiver, document):
            return None
        obj_id = document["obj_id"]
        title = f"{document['author']['username']} commented on {obj_id}"
        return Message(title, shortened(document["text"]), f"/source/{obj_id}")
