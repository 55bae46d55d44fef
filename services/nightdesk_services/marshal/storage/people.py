"""Users, groups and streams."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from pymongo.errors import DuplicateKeyError

from nightdesk_services.marshal.storage.store import Document, Store, now


class People:
    """Who there is, and who belongs where."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def groups(self) -> list[Document]:
        """Return all groups."""
        return await self._store["groups"].find({}).to_list()

    async def streams(self) -> list[Document]:
        """Return all streams."""
        return await self._store["streams"].find({}).to_list()

    async def user(self, username: str) -> Document | None:
        """Return a user by name."""
        return await self._store["users"].find_one({"username": username})

    async def user_by_id(self, user_id: int) -> Document | None:
        """Return a user by id."""
        return await self._store["users"].find_one({"_id": user_id})

    async def users(self) -> list[Document]:
        """Return all users."""
        return await self._store["users"].find({}).sort("username", 1).to_list()

    async def add_user(self, username: str, *, bot: bool) -> Document | None:
        """Create a user; None if somebody else just did."""
        user = {
            "_id": await self._store.next_id("users"),
            "username": username,
            "is_bot": bot,
            "created_at": now(),
        }
        try:
            await self._store["users"].insert_one(user)
        except DuplicateKeyError:
            return None
        return user

    async def change_user(
        self, user_id: int, fields: Mapping[str, Any], *, erase: Collection[str] = ()
    ) -> None:
        """Set fields of a user, and remove others."""
        update: dict[str, Any] = {"$set": {**fields, "modified": now()}}
        if erase:
            update["$unset"] = dict.fromkeys(erase, "")
        await self._store["users"].update_one({"_id": user_id}, update)

    async def give(self, user_id: int, field: str, values: Collection[Any]) -> None:
        """Add to a user's ``roles``, ``acls`` or ``stream_ids``."""
        await self._store["users"].update_one(
            {"_id": user_id},
            {"$addToSet": {field: {"$each": list(values)}}, "$set": {"modified": now()}},
        )

    async def take(self, user_id: int, field: str, value: Any) -> bool:
        """Remove one of a user's ``roles``, ``acls`` or ``stream_ids``; False if it is not there."""
        changed = await self._store["users"].update_one(
            {"_id": user_id, field: value}, {"$pull": {field: value}, "$set": {"modified": now()}}
        )
        return changed.modified_count == 1

    async def add_stream(self, fields: Mapping[str, Any]) -> int:
        """Create a stream and return its id."""
        time = now()
        stream = {"_id": await self._store.next_id("streams"), **fields, "created_at": time, "modified": time}
        await self._store["streams"].insert_one(stream)
        return int(stream["_id"])

    async def change_stream(self, stream_id: int, fields: Mapping[str, Any]) -> None:
        """Set fields of a stream."""
        await self._store["streams"].update_one({"_id": stream_id}, {"$set": {**fields, "modified": now()}})

    async def remove_stream(self, stream_id: int) -> None:
        """Remove a stream and every grant of it."""
        for name in ("groups", "users"):
            await self._store[name].update_many(
                {"stream_ids": stream_id}, {"$pull": {"stream_ids": stream_id}, "$set": {"modified": now()}}
            )
        await self._store["streams"].delete_one({"_id": stream_id})

    async def grant_stream(self, group_id: int, stream_id: int) -> None:
        """Grant a stream to a group."""
        await self._store["groups"].update_one(
            {"_id": group_id}, {"$addToSet": {"stream_ids": stream_id}, "$set": {"modified": now()}}
        )

    async def withdraw_stream(self, group_id: int, stream_id: int) -> None:
        """Take a stream from a group."""
        await self._store["groups"].update_one(
            {"_id": group_id}, {"$pull": {"stream_ids": stream_id}, "$set": {"modified": now()}}
        )

    async def leave_all(self, username: str) -> None:
        """Remove somebody from every group but their own, which goes with them."""
        await self._store["groups"].delete_many({"single_user_group": True, "name": username})
        await self._store["groups"].update_many(
            {"members.username": username},
            {"$pull": {"members": {"username": username}}, "$set": {"modified": now()}},
        )

    async def settled(self, user_id: int) -> None:
        """Note that a user is in the groups that everybody is in."""
        await self._store["users"].update_one({"_id": user_id}, {"$set": {"settled": True}})

    async def add_group(self, fields: Mapping[str, Any]) -> int:
        """Create a group and return its id."""
        time = now()
        group = {"_id": await self._store.next_id("groups"), **fields, "created_at": time, "modified": time}
        await self._store["groups"].insert_one(group)
        return int(group["_id"])

    async def change_group(self, group_id: int, fields: Mapping[str, Any]) -> None:
        """Set fields of a group."""
        await self._store["groups"].update_one({"_id": group_id}, {"$set": {**fields, "modified": now()}})

    async def remove_group(self, group_id: int) -> None:
        """Remove a group, and stop its filters."""
        await self._store["filters"].update_many({"group_id": group_id}, {"$set": {"active": False}})
        await self._store["groups"].delete_one({"_id": group_id})

    async def join(self, group_id: int, member: Mapping[str, Any]) -> bool:
        """Add a member; False if they are one already, or there is no such group."""
        changed = await self._store["groups"].update_one(
            {"_id": group_id, "members.username": {"$ne": member["username"]}},
            {"$push": {"members": dict(member)}, "$set": {"modified": now()}},
        )
        return changed.modified_count == 1

    async def change_member(self, group_id: int, username: str, fields: Mapping[str, bool]) -> None:
        """Set flags of a member."""
        await self._store["groups"].update_one(
            {"_id": group_id},
            {"$set": {f"members.$[m].{name}": value for name, value in fields.items()}},
            array_filters=[{"m.username": username}],
        )

    async def leave(self, group_id: int, username: str) -> None:
        """Remove a member."""
        await self._store["groups"].update_one(
            {"_id": group_id}, {"$pull": {"members": {"username": username}}, "$set": {"modified": now()}}
        )
