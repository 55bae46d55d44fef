"""Somebody mentioned one in a comment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nightdesk_services.marshal.access import Document
from nightdesk_services.marshal.services.resources import COMMENTS, FIELDS, Thing
from nightdesk_services.marshal.storage.changes import Change
from nightdesk_services.marshal.storage.records import Records
from nightdesk_services.notifier.models.occasion import Message, Occasion
from nightdesk_services.notifier.services.kinds.base import Kind, shortened
from nightdesk_services.notifier.services.receivers import Receiver


class Mentions(Kind):
    """Comments on things of every type."""

    name = "mention"
    collections = tuple(COMMENTS.values())
    area = "comments"
    inboxed = True

    def __init__(self, records: Mapping[str, Records]) -> None:
        self._records = records

    async def occasions(self, change: Change, rules: Sequence[Document]) -> list[Occasion]:
        """Return the mentions in a comment, also those that came with a later edit."""
        document = change.document
        if document is None or document.get("deleted_at") is not None:
            return []
        mentioned = set(document.get("mentions") or ()) - {document["author"]["id"]}
        found = [rule for rule in rules if rule["user_id"] in mentioned]
        about = {"collection": change.collection, "id": document["_id"]}
        return [Occasion(f"mention:{change.collection}:{document['_id']}", about, document, found)]

    def sees(self, receiver: Receiver, document: Document) -> bool:
        """Return whether somebody may read a comment that still mentions them."""
        mentioned = receiver.access.user_id in (document.get("mentions") or ())
        return mentioned and receiver.access.sees(document["group_ids"])

    async def message(self, receiver: Receiver, about: Document) -> Message | None:
        """Return the comment."""
        document = await self._records[about["collection"]].get(about["id"])
        if document is None or not self.sees(receiver, document):
            return None
        thing = thing_of(document)
        title = f"{document['author']['username']} mentioned you on {label(thing)}"
        return Message(title, shortened(document["text"]), thing.url)


def thing_of(record: Document) -> Thing:
    """Return what a comment is about."""
    return next(Thing(kind, record[field]) for kind, field in FIELDS.items() if field in record)


def label(thing: Thing) -> str:
    """Return what people call a thing."""
    return str(thing.key) if isinstance(thing.key, str) else f"{thing.kind.replace('_', ' ')} {thing.key}"
