"""Personal lists: favourites, rejected candidates."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from pymongo.errors import DuplicateKeyError

from nightdesk_services.marshal.storage.store import Document, Store, now


class Listings:
    """Entries of one user's named lists; one entry per object and list."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def of_user(self, user_id: int, list_name: str | None = None) -> list[Document]:
        """Return a user's entries, of one list or of all."""
        query = {"user_id": user_id} | ({"list_name": list_name} if list_name else {})
        found = await self._store["listings"].find(query).to_list()
        return [entry for entry in found if entry.get("deleted_at") is None]

    async def of_objects(self, obj_ids: Collection[str], list_name: str) -> list[Document]:
        """Return everybody's entries about some objects in lists of one name."""
        query = {"obj_id": {"$in": sorted(obj_ids)}}
        found = await self._store["listings"].find(query).to_list()
        return [e for e in found if e["list_name"] == list_name and e.get("deleted_at") is None]

    async def get(self, listing_id: int) -> Document | None:
        """Return one entry."""
        found = await self._store["listings"].find_one({"_id": listing_id})
        return found if found and found.get("deleted_at") is None else None

    async def find(self, user_id: int, obj_id: str, list_name: str) -> Document | None:
        """Return the entry of an object, also one that was taken out."""
        return await self._store["listings"].find_one(
            {"user_id": user_id, "list_name": list_name, "obj_id": obj_id}
        )

    async def add(
        self, user_id: int, obj_id: str, list_name: str, params: Mapping[str, Any] | None = None
    ) -> int:
        """Put an object on a list and return the entry's id, the same if it is there already."""
        entry = await self.find(user_id, obj_id, list_name)
        if entry is None:
            time = now()
            entry = {
                "_id": await self._store.next_id("listings"),
                "user_id": user_id,
                "obj_id": obj_id,
                "list_name": list_name,
                "params": dict(params) if params is not None else None,
                "created_at": time,
                "modified": time,
            }
            try:
                await self._store["listings"].insert_one(entry)
            except DuplicateKeyError:
                return await self.add(user_id, obj_id, list_name, params)
        elif entry.get("deleted_at") is not None:
            await self._store["listings"].update_one(
                {"_id": entry["_id"]},
                {"$set": {"modified": now(), "params": params}, "$unset": {"deleted_at": ""}},
            )
        return int(entry["_id"])

    async def move(self, entry: Document, fields: Mapping[str, Any]) -> bool:
        """Give an entry another owner, object or list; False if there is such an entry already."""
        place = {name: (entry | dict(fields))[name] for name in ("user_id", "list_name", "obj_id")}
        # one that was taken out must not keep its place
        await self._store["listings"].delete_one({**place, "deleted_at": {"$ne": None}})
        try:
            await self._store["listings"].update_one(
                {"_id": entry["_id"]}, {"$set": {**fields, "modified": now()}}
            )
        except DuplicateKeyError:
            return False
        return True

    async def remove(self, listing_id: int) -> None:
        """Take an object off a list."""
        time = now()
        await self._store["listings"].update_one(
            {"_id": listing_id}, {"$set": {"deleted_at": time, "modified": time}}
        )
