"""Reminders: who is told what about which thing, and when."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from nightdesk_services.marshal.access import SITEWIDE, Access, Directory, Document
from nightdesk_services.marshal.exceptions import Denied, Invalid, NotFound
from nightdesk_services.marshal.models.reminders import ReminderPatch, ReminderPost
from nightdesk_services.marshal.services import shapes
from nightdesk_services.marshal.services.resources import FIELDS, Resources, Thing
from nightdesk_services.marshal.storage.reminders import Reminders

KINDS: Final = {"source": "sources"}
"""Type of a thing as reminders name it, where others name it differently."""
_HIDDEN: Final = ("group_ids", "leaving", "author", "url")


class ReminderService:
    """A reminder is its user's; who made it may change it too."""

    def __init__(self, reminders: Reminders, resources: Resources) -> None:
        self._reminders = reminders
        self._resources = resources

    async def listing(self, access: Access, kind: str, key: str) -> Document:
        """Return the reminders on a thing that the person may see, by their time."""
        thing = await self._resources.held(access, KINDS.get(kind, kind), key)
        found = await self._reminders.on(thing.field, thing.key)
        shown = [_shown(access, one) for one in found if _sees(access, one)]
        return {"resourceId": str(thing.key), "resourceType": kind, "reminders": shown}

    async def get(self, access: Access, kind: str, key: str, number: int) -> Document:
        """Return one reminder."""
        return _shown(access, (await self._find(access, kind, key, number))[1])

    async def create(self, access: Access, kind: str, key: str, post: ReminderPost) -> list[int]:
        """Add a reminder for each of the users, oneself if none is named; return their ids."""
        thing = await self._resources.held(access, KINDS.get(kind, kind), key)
        group_ids = _readers(access, post.group_ids)
        user_ids = sorted(set(post.user_ids or [access.user_id]))
        _require_readers(access, user_ids, group_ids)
        fields = post.model_dump(exclude={"group_ids", "user_ids"}) | {
            thing.field: thing.key,
            "url": thing.url,
            "group_ids": group_ids,
            "author": access.author,
            "bot": access.bot,
            "origin": None,
            "leaving": None,
        }
        return [await self._reminders.insert({**fields, "user_id": user_id}) for user_id in user_ids]

    async def change(self, access: Access, kind: str, key: str, number: int, patch: ReminderPatch) -> None:
        """Change a reminder.

        As in SkyPortal, readers and user that are not named are those of a new reminder.
        """
        _, former = await self._find(access, kind, key, number)
        _require_own(access, former)
        fields: dict[str, Any] = patch.model_dump(exclude_none=True, exclude={"user_ids"})
        fields["group_ids"] = _readers(access, patch.group_ids)
        fields["user_id"] = (patch.user_ids or [access.user_id])[0]
        _require_readers(access, [fields["user_id"]], fields["group_ids"])
        if patch.next_reminder or patch.number_of_reminders:
            # a message that was about to be left is not the next one
            fields["leaving"] = None
        await self._reminders.change(number, fields)

    async def remove(self, access: Access, kind: str, key: str, number: int) -> None:
        """Remove a reminder."""
        _, found = await self._find(access, kind, key, number)
        _require_own(access, found)
        await self._reminders.remove(number)

    async def _find(self, access: Access, kind: str, key: str, number: int) -> tuple[Thing, Document]:
        thing = await self._resources.held(access, KINDS.get(kind, kind), key)
        found = await self._reminders.get(number)
        if found is None or found.get(thing.field) != thing.key or not _sees(access, found):
            raise NotFound(f"no reminder {number} on {key}")
        return thing, found


def may_read(directory: Directory, user_id: int, group_ids: Iterable[int]) -> bool:
    """Return whether a user is in one of some groups."""
    user = directory.users.get(user_id)
    return user is not None and any(user["username"] in directory.members(i) for i in group_ids)


def _sees(access: Access, reminder: Document) -> bool:
    return reminder["user_id"] == access.user_id or access.sees(reminder["group_ids"])


def _require_own(access: Access, reminder: Document) -> None:
    own = access.user_id in (reminder["user_id"], reminder["author"]["id"])
    if not own and not access.super_admin:
        raise Denied("only its user or who made it may change this reminder")


def _readers(access: Access, wanted: list[int] | None) -> list[int]:
    if wanted:
        return sorted(access.chosen(wanted))
    # everybody is in the site's group: what is said to it is no longer between a person and their groups
    return sorted(set(access.memberships) - {SITEWIDE}) or [SITEWIDE]


def _require_readers(access: Access, user_ids: Iterable[int], group_ids: list[int]) -> None:
    for user_id in user_ids:
        if user_id != access.user_id and not may_read(access.directory, user_id, group_ids):
            raise Invalid(f"user_ids: {user_id} is in none of the reminder's groups")


def _shown(access: Access, document: Document) -> Document:
    user = access.directory.users.get(document["user_id"])
    absent = {field: None for field in FIELDS.values() if field not in document and field != "photometry_id"}
    return (
        shapes.named(document, *_HIDDEN)
        | absent
        | {
            "user": shapes.person(user) if user else None,
            "groups": shapes.groups(access, document["group_ids"]),
        }
    )
