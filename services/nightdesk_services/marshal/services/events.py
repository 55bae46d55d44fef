"""Pushing: what one person changes, the others who may see it hear of within a second."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Protocol

from nightdesk_services.common.tasks import begun, ended
from nightdesk_services.marshal.access import Access, Document, Identity
from nightdesk_services.marshal.exceptions import Denied, Unavailable
from nightdesk_services.marshal.services import shapes, talk
from nightdesk_services.marshal.services.cards import Cards
from nightdesk_services.marshal.services.followup.listing import RequestListing
from nightdesk_services.marshal.services.people import PeopleService
from nightdesk_services.marshal.services.photometry_news import heard
from nightdesk_services.marshal.services.sources import SourceService
from nightdesk_services.marshal.services.spectra import shapes as spectra
from nightdesk_services.marshal.services.window import CandidateWindow
from nightdesk_services.marshal.storage.changes import Change, Changes
from nightdesk_services.marshal.storage.store import Store, now

log = logging.getLogger(__name__)

Meaning = tuple[str, Document] | None
"""What a change means to a person: an action and its data; None if it is none of theirs."""

_WAITING = 5000
"""Most objects whose candidates wait to be pushed; older ones are found at the next reading."""


class Client(Protocol):
    """One open connection."""

    identity: Identity

    def send(self, message: Document) -> None:
        """Send a message, or close if too many wait."""
        ...

    def restart(self) -> None:
        """Close, so that the client comes again and reads everything anew."""
        ...


class EventService:
    """Follows the store and tells the connected clients."""

    def __init__(
        self,
        *,
        store: Store,
        changes: Changes,
        people: PeopleService,
        cards: Cards,
        sources: SourceService,
        followup: RequestListing,
        window: CandidateWindow,
        interval: float,
        most_cards: int,
    ) -> None:
        self._store = store
        self._changes = changes
        self._people = people
        self._cards = cards
        self._sources = sources
        self._window = window
        self._interval = interval
        self._most_cards = most_cards
        self._clients: set[Client] = set()
        self._waiting: dict[str, list[Document]] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._personal: dict[str, Callable[[Access, Document], Meaning | Awaitable[Meaning]]] = {
            "comments": _comment,
            "classifications": _classification,
            "annotations": _annotation,
            "notifications": _notification,
            "spectra": _spectrum,
            "spectra_gone": _spectrum_gone,
            "listings": _listing,
            "desks": _desk,
            "photometry_changes": heard,
            "followup_requests": followup.pushed,
            "sources": self._source,
        }

    @property
    def clients(self) -> int:
        """How many listen."""
        return len(self._clients)

    def add(self, client: Client) -> None:
        """Tell a client from now on."""
        self._clients.add(client)

    def drop(self, client: Client) -> None:
        """Tell a client no more."""
        self._clients.discard(client)

    def start(self) -> None:
        """Begin to follow the store."""
        follow = self._changes.follow(self._handle, self._begun)
        self._tasks = [begun(follow), begun(self._pump())]

    async def stop(self) -> None:
        """End following."""
        await ended(*self._tasks)
        for client in list(self._clients):
            client.restart()

    async def _begun(self) -> None:
        """The stream begins anew: what clients and caches hold may be out of date."""
        self._people.forget()
        self._window.forget()
        for client in list(self._clients):
            client.restart()

    async def _handle(self, change: Change) -> None:
        try:
            if change.collection in ("groups", "streams"):
                self._people.forget()
            elif change.collection == "candidates":
                self._candidate(change)
            elif change.document is not None and self._clients:
                await self._tell(change.collection, change.operation, change.document)
        except Unavailable as error:
            log.warning("a change of %s was not pushed: %s", change.collection, error)
        except Exception:
            # one odd document must not silence all that follow
            log.exception("a change of %s could not be pushed", change.collection)

    def _candidate(self, change: Change) -> None:
        if change.operation == "delete":
            self._window.remove(change.key)
        elif change.document is not None:
            self._window.add(change.document)
            if self._clients and change.operation == "insert":
                self._waiting.setdefault(change.document["objectId"], []).append(change.document)
                while len(self._waiting) > _WAITING:
                    self._waiting.pop(next(iter(self._waiting)))

    async def _pump(self) -> None:
        """Push candidates in gusts: a night brings hundreds a second, a person reads one."""
        while True:
            await asyncio.sleep(self._interval)
            if not self._waiting:
                continue
            # the newest first, if there are too many for one gust
            objects = list(self._waiting)[-self._most_cards :]
            gust = {obj_id: self._waiting.pop(obj_id) for obj_id in objects}
            try:
                with self._store.bounded():
                    await self._push_candidates(gust)
            except Exception:
                log.exception("%d candidates were not pushed", len(gust))

    async def _push_candidates(self, gust: dict[str, list[Document]]) -> None:
        around = await self._cards.surroundings(list(gust))
        for access, clients in await self._audience():
            if not access.has("candidates", "read"):
                continue
            for obj_id, candidates in gust.items():
                seen = [
                    candidate
                    for candidate in access.visible(candidates)
                    if access.sees_point(candidate["survey"], candidate.get("programid"))
                ]
                if seen:
                    message = _message("candidate", "insert", obj_id, self._cards.card(access, seen, around))
                    for client in clients:
                        client.send(message)
            # many clients and many cards must not keep requests waiting
            await asyncio.sleep(0)

    async def _tell(self, collection: str, operation: str, document: Document) -> None:
        meaning = self._personal[collection]
        kind, area = _KINDS[collection]
        obj_id = None if collection in _NO_OBJECT else document.get("obj_id", document["_id"])
        for access, clients in await self._audience():
            if not access.has(area, "read"):
                continue
            found = meaning(access, document)
            if isinstance(found, Awaitable):
                with self._store.bounded():
                    found = await found
            if found is not None:
                action, data = found
                if action == "update" and operation == "insert":
                    action = "insert"
                for client in clients:
                    client.send(_message(kind, action, obj_id, data))

    def _source(self, access: Access, document: Document) -> Meaning:
        return self._sources.pushed(access, document)

    async def _audience(self) -> list[tuple[Access, list[Client]]]:
        """Return the people who listen, each once per kind of token, with their rights of this moment."""
        clients: dict[Identity, list[Client]] = defaultdict(list)
        for client in self._clients:
            clients[client.identity].append(client)
        with self._store.bounded():
            return [
                (access, found)
                for identity, found in clients.items()
                if (access := await self._access(identity)) is not None
            ]

    async def _access(self, identity: Identity) -> Access | None:
        try:
            return await self._people.access(identity)
        except Denied:
            # their account has ended: one of them must not silence all
            return None


_KINDS: dict[str, tuple[str, str]] = {
    "comments": ("comment", "comments"),
    "classifications": ("classification", "sources"),
    "annotations": ("annotation", "sources"),
    "notifications": ("notification", "candidates"),
    "spectra": ("spectrum", "sources"),
    "spectra_gone": ("spectrum", "sources"),
    "followup_requests": ("followup_request", "facilities"),
    "listings": ("listing", "candidates"),
    "desks": ("desk", "candidates"),
    "photometry_changes": ("photometry", "sources"),
    "sources": ("source", "sources"),
}
"""Collection -> type of its events, area whose scope they need."""
_NO_OBJECT = ("desks", "notifications")


def _message(kind: str, action: str, obj_id: str | None, data: Document) -> Document:
    return {"type": kind, "action": action, "obj_id": obj_id, "data": data, "at": now()}


def _said(access: Access, document: Document, data: Document) -> Meaning:
    if document.get("deleted_at") is None and access.sees(document["group_ids"]):
        return "update", data
    if access.sees([*document["group_ids"], *document.get("former_group_ids", ())]):
        return "delete", {"id": document["_id"], "obj_id": document["obj_id"]}
    return None


def _comment(access: Access, document: Document) -> Meaning:
    data = shapes.comment(access, document) | talk.shown(access.directory, document)
    return _said(access, document, data)


def _classification(access: Access, document: Document) -> Meaning:
    return _said(access, document, shapes.classification(access, document))


def _annotation(access: Access, document: Document) -> Meaning:
    return _said(access, document, shapes.annotation(access, document))


def _spectrum(access: Access, document: Document) -> Meaning:
    return ("update", spectra.event(access, document)) if access.sees(document["group_ids"]) else None


def _spectrum_gone(access: Access, document: Document) -> Meaning:
    if not access.sees(document["group_ids"]):
        return None
    return "delete", {"id": document["spectrum_id"], "obj_id": document["obj_id"]}


def _notification(access: Access, document: Document) -> Meaning:
    return ("update", shapes.named(document)) if document["user_id"] == access.user_id else None


def _listing(access: Access, document: Document) -> Meaning:
    if document["user_id"] != access.user_id:
        return None
    gone = document.get("deleted_at") is not None
    return "delete" if gone else "update", shapes.listing(document)


def _desk(access: Access, document: Document) -> Meaning:
    if document["_id"] != access.username:
        return None
    return "update", {"ids": document.get("selection", [])}
