"""A source that one follows has a new classification."""

from __future__ import annotations

from collections.abc import Sequence

from nightdesk_services.marshal.access import Document
from nightdesk_services.marshal.storage.changes import Change
from nightdesk_services.marshal.storage.listings import Listings
from nightdesk_services.marshal.storage.records import Records
from nightdesk_services.notifier.models.occasion import Message, Occasion
from nightdesk_services.notifier.services.kinds.base import Kind, of_groups
from nightdesk_services.notifier.services.kinds.followers import following
from nightdesk_services.notifier.services.receivers import Receiver


class Classifications(Kind):
    """New classifications, and those that became another class."""

    name = "classification"
    collections = ("classifications",)
    area = "sources"

    def __init__(self, records: Records, listings: Listings) -> None:
        self._records = records
        self._listings = listings

    async def occasions(self, change: Change, rules: Sequence[Document]) -> list[Occasion]:
        """Return a class that a source was given, for its followers but who gave it; a class is told once."""
        document = change.document
        if document is None or document.get("deleted_at") is not None:
            return []
        author, name = document["author"]["id"], document["classification"]
        wanted = [
            rule
            for rule in rules
            if rule["user_id"] != author
            and (not rule.get("classifications") or name in rule["classifications"])
            and of_groups(rule, document["group_ids"])
        ]
        if not wanted:
            return []
        found = await following(self._listings, document["obj_id"], wanted)
        about = {"id": document["_id"]}
        return [Occasion(f"classification:{document['_id']}:{name}", about, document, found)]

    def sees(self, receiver: Receiver, document: Document) -> bool:
        """Return whether somebody may know of a classification."""
        return receiver.access.sees(document["group_ids"])

    async def message(self, receiver: Receiver, about: Document) -> Message | None:
        """Return the class, who gave it, and how probable they hold it."""
        document = await self._records.get(about["id"])
        if document is None or not self.sees(receiver, document):
            return None
        obj_id, probability = document["obj_id"], document.get("probability")
        by = "a machine" if document.get("ml") else document["author"]["username"]
        text = f"by {by}" + (f", probability {probability:.2g}" if probability is not None else "")
        return Message(f"{obj_id} is classified as {document['classification']}", text, f"/source/{obj_id}")
