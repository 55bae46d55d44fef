"""Which of our groups is which of the hub's, and who was in both when they last agreed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, Literal

from nightdesk_services.marshal.storage.store import Store

_NAME: Final = "hub_groups"

Origin = Literal["hub", "marshal"]


@dataclass(frozen=True)
class Link:
    """A group here and one at the hub."""

    name: str
    """Of the hub's group."""
    group_id: int | None
    """None if our group was removed and the hub's shall not come again."""
    origin: Origin
    members: frozenset[str]
    """Who was in both when they last agreed."""


class HubGroupLinks:
    """One document per group of the hub's; its name is the id."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def all(self) -> list[Link]:
        """Return all links."""
        found = await self._store[_NAME].find({}).sort("_id", 1).to_list()
        return [Link(o["_id"], o["group_id"], o["origin"], frozenset(o["members"])) for o in found]

    async def put(self, name: str, group_id: int | None, origin: Origin, members: Collection[str]) -> None:
        """Store a link."""
        fields = {"group_id": group_id, "origin": origin, "members": sorted(members)}
        await self._store[_NAME].update_one({"_id": name}, {"$set": fields}, upsert=True)

    async def remove(self, name: str) -> None:
        """Forget a link."""
        await self._store[_NAME].delete_one({"_id": name})
