"""The things that people write about, by SkyPortal's names, and who may read what is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from nightdesk_services.marshal.access import SITEWIDE, Access, Document
from nightdesk_services.marshal.exceptions import Invalid, NotFound
from nightdesk_services.marshal.services.objects import ObjectService
from nightdesk_services.marshal.storage.documents import Documents

SOURCES: Final = "sources"
FIELDS: Final = {
    SOURCES: "obj_id",
    "spectra": "spectrum_id",
    "photometry": "photometry_id",
    "shift": "shift_id",
    "gcn_event": "gcn_id",
    "earthquake": "earthquake_id",
}
"""Type of a thing, as it stands in addresses -> field of a record that names the thing."""
COLLECTIONS: Final = {
    "spectra": "spectra",
    "photometry": "photometry",
    "shift": "shifts",
    "gcn_event": "gcn_events",
    "earthquake": "earthquakes",
}
"""Type of a thing that is no object -> collection of its documents."""

COMMENTS: Final = {
    SOURCES: "comments",
    "spectra": "spectrum_comments",
    "shift": "shift_comments",
    "gcn_event": "gcn_comments",
    "earthquake": "earthquake_comments",
}
"""Type of a thing -> collection of the comments on it."""
ANNOTATIONS: Final = {
    SOURCES: "annotations",
    "spectra": "spectrum_annotations",
    "photometry": "photometry_annotations",
}
"""Type of a thing -> collection of its annotations."""


@dataclass(frozen=True)
class Thing:
    """Something that the person may see."""

    kind: str
    key: str | int
    holders: tuple[int, ...] = ()
    """The person's groups that hold it."""

    @property
    def field(self) -> str:
        """Field of a record that names it."""
        return FIELDS[self.kind]

    @property
    def url(self) -> str:
        """Where people look at it."""
        return f"/{'source' if self.kind == SOURCES else self.kind}/{self.key}"


class Resources:
    """Finds things of every type."""

    def __init__(self, objects: ObjectService, things: Mapping[str, Documents]) -> None:
        self._objects = objects
        self._things = things

    async def named(self, access: Access, kind: str, key: str) -> Thing:
        """Return a thing to read what was written about it.

        What is written about an object has readers of its own, so the object is not asked for.

        Raises
        ------
        NotFound
            If the person can know of no such thing.
        """
        return Thing(kind, key) if kind == SOURCES else await self.held(access, kind, key)

    async def held(self, access: Access, kind: str, key: str) -> Thing:
        """Return a thing with the person's groups that hold it.

        Raises
        ------
        NotFound
            If the person can know of no such thing.
        """
        if kind == SOURCES:
            return Thing(kind, key, tuple(await self._objects.holders(access, key)))
        found = await self._things[kind].get(int(key)) if key.isdigit() and len(key) < 19 else None
        holders = [group_id for group_id in _groups_of(found) if access.sees([group_id])]
        if not holders:
            raise NotFound(f"no {kind} {key}")
        return Thing(kind, int(key), tuple(holders))

    def readers(self, access: Access, thing: Thing, wanted: list[int] | None) -> list[int]:
        """Return the groups that shall read what is said of a thing.

        Without a wish these are the person's groups that hold it, so that nothing leaves a group by
        default; an object that nobody holds is everybody's.

        Raises
        ------
        Denied
            If the person is not in one of the groups.
        Invalid
            If one of them does not hold the thing, for a thing that is no object.
        """
        if not wanted:
            return sorted(thing.holders) or [SITEWIDE]
        chosen = access.chosen(wanted)
        if thing.kind != SOURCES and (strange := sorted(chosen.difference(thing.holders))):
            raise Invalid(f"group_ids: group {strange[0]} does not hold {thing.kind} {thing.key}")
        return sorted(chosen)


def _groups_of(document: Document | None) -> list[int]:
    if document is None:
        return []
    return [int(document["group_id"])] if "group_id" in document else list(document.get("group_ids") or ())
