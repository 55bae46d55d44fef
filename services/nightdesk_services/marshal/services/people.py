"""From the hub's word on a token to a person with rights; groups and their members."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from nightdesk_services.marshal.access import SITEWIDE, Access, Directory, Document, Identity, barred
from nightdesk_services.marshal.exceptions import Denied
from nightdesk_services.marshal.services.standing import learned
from nightdesk_services.marshal.storage.people import People


class PeopleService:
    """Knows everybody; groups and streams are kept until a change is announced or some seconds pass."""

    def __init__(self, people: People, cache_seconds: float) -> None:
        self._people = people
        self._cache_seconds = cache_seconds
        self._directory: Directory | None = None
        self._expires = 0.0
        self._generation = 0
        self._users: dict[str, int] = {}
        self._lock = asyncio.Lock()
        self._changed: Callable[[], None] | None = None
        self._arrived: Callable[[Identity], Awaitable[None]] | None = None

    def follow(self, changed: Callable[[], None], arrived: Callable[[Identity], Awaitable[None]]) -> None:
        """Call these when groups may have changed, and when somebody has identified themselves."""
        self._changed, self._arrived = changed, arrived

    def forget(self) -> None:
        """Read groups, streams and users anew at the next request."""
        self._generation += 1
        self._directory = None
        if self._changed is not None:
            self._changed()

    async def directory(self) -> Directory:
        """Return all groups, streams and users."""
        if self._directory is None or time.monotonic() > self._expires:
            generation = self._generation
            groups, streams = await self._people.groups(), await self._people.streams()
            users = await self._people.users()
            found = Directory(*({one["_id"]: one for one in all_} for all_ in (groups, streams, users)))
            if generation != self._generation:
                # somebody changed a group while we read
                return found
            self._directory, self._expires = found, time.monotonic() + self._cache_seconds
        return self._directory

    async def access(self, identity: Identity) -> Access:
        """Return the rights of a person; at first sight they get a record and their groups.

        Raises
        ------
        Denied
            If their account has expired or was removed.
        """
        user_id = self._users.get(identity.username)
        if user_id is None:
            async with self._lock:
                user_id = self._users[identity.username] = await self._meet(identity)
        if self._arrived is not None:
            await self._arrived(identity)
        access = Access(user_id, identity, await self.directory())
        user = access.directory.users.get(user_id, {})
        if reason := barred(user):
            raise Denied(reason)
        if identity.acls is None and (fields := learned(user, identity)):
            await self._people.change_user(user_id, fields)
            self.forget()
            access = Access(user_id, identity, await self.directory())
        return access

    async def _meet(self, identity: Identity) -> int:
        username, bot = identity.username, identity.kind == "service"
        user = await self._people.user(username)
        if user is None:
            user = await self._people.add_user(username, bot=bot) or await self._people.user(username)
        if user is None:
            msg = f"the user {username} was added and is not there"
            raise RuntimeError(msg)
        if not user.get("settled"):
            await self._settle(username, bot=bot)
            await self._people.settled(user["_id"])
            self.forget()
        return int(user["_id"])

    async def _settle(self, username: str, *, bot: bool) -> None:
        """Bring a new user into the groups that everybody is in; may be repeated."""
        await self._people.join(SITEWIDE, {"username": username, "admin": False, "can_save": True})
        own = any(
            group.get("single_user_group") and group["name"] == username
            for group in await self._people.groups()
        )
        if not bot and not own:
            await self._people.add_group(
                {
                    "name": username,
                    "nickname": None,
                    "description": None,
                    "private": True,
                    "single_user_group": True,
                    "stream_ids": [],
                    "members": [{"username": username, "admin": True, "can_save": True}],
                }
            )

    async def settle(self, user: Document, *, bot: bool) -> None:
        """Give a user that was added by somebody else what first sight would give them."""
        await self._settle(user["username"], bot=bot)
        await self._people.settled(user["_id"])
        self.forget()

    async def users(self) -> list[Document]:
        """Return all users."""
        return await self._people.users()

    async def users_by_name(self) -> dict[str, Document]:
        """Return all users by name."""
        return {user["username"]: user for user in await self._people.users()}
