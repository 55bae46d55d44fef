"""Personal lists: favourites, rejected candidates."""

from __future__ import annotations

from pydantic import ValidationError

from nightdesk_services.marshal.access import Access, Document
from nightdesk_services.marshal.exceptions import Conflict, Denied, Invalid, NotFound
from nightdesk_services.marshal.models.words import ListingPatch, ListingPost, WatchParams
from nightdesk_services.marshal.services import shapes
from nightdesk_services.marshal.services.objects import ObjectService
from nightdesk_services.marshal.storage.desks import Desks
from nightdesk_services.marshal.storage.listings import Listings

REJECTED = "rejected_candidates"
WATCHED = "watchlist"


class ListingService:
    """Everybody's lists are their own; an administrator may tend them."""

    def __init__(self, listings: Listings, objects: ObjectService) -> None:
        self._listings = listings
        self._objects = objects

    async def of(self, access: Access, user_id: int | None, list_name: str | None) -> list[Document]:
        """Return a user's entries, one's own without a user."""
        user_id = self._owner(access, user_id)
        return [shapes.listing(entry) for entry in await self._listings.of_user(user_id, list_name)]

    async def add(self, access: Access, post: ListingPost) -> int:
        """Put an object on a list and return the entry's id."""
        user_id = self._owner(access, post.user_id)
        if post.user_id is not None and user_id not in access.directory.users:
            raise Invalid(f"user_id: no user {user_id}")
        if post.list_name == WATCHED:
            _check_watch(post)
        await self._objects.holders(access, post.obj_id)
        return await self._listings.add(user_id, post.obj_id, post.list_name, post.params)

    async def change(self, access: Access, listing_id: int, patch: ListingPatch) -> None:
        """Move an entry to another list, object or, for an administrator, person."""
        entry = await self._find(access, listing_id)
        fields = patch.model_dump(exclude_none=True)
        if not fields:
            raise Invalid("give user_id, obj_id or list_name")
        self._owner(access, patch.user_id)
        if patch.user_id is not None and patch.user_id not in access.directory.users:
            raise Invalid(f"user_id: no user {patch.user_id}")
        if patch.obj_id is not None:
            await self._objects.holders(access, patch.obj_id)
        after = entry | fields
        if after["list_name"] == WATCHED:
            _check_watch(ListingPost(obj_id=after["obj_id"], list_name=WATCHED, params=entry.get("params")))
        if not await self._listings.move(entry, fields):
            raise Conflict(f"obj_id: {after['obj_id']} is on the list {after['list_name']} already")

    async def remove(self, access: Access, listing_id: int) -> None:
        """Take an entry off its list."""
        await self._find(access, listing_id)
        await self._listings.remove(listing_id)

    async def remove_named(self, access: Access, which: ListingPost) -> None:
        """Take an object off a list."""
        user_id = self._owner(access, which.user_id)
        entry = await self._listings.find(user_id, which.obj_id, which.list_name)
        if entry is None or entry.get("deleted_at") is not None:
            raise NotFound(f"{which.obj_id} is not on the list {which.list_name}")
        await self._listings.remove(entry["_id"])

    async def _find(self, access: Access, listing_id: int) -> Document:
        entry = await self._listings.get(listing_id)
        if entry is None or (entry["user_id"] != access.user_id and not access.super_admin):
            raise NotFound(f"no listing {listing_id}")
        return entry

    def _owner(self, access: Access, user_id: int | None) -> int:
        if user_id is not None and user_id != access.user_id and not access.super_admin:
            raise Denied("user_id: these are somebody else's lists")
        return access.user_id if user_id is None else user_id


def _check_watch(post: ListingPost) -> None:
    try:
        WatchParams.model_validate(post.params or {}, strict=True)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise Invalid(f"params.{where}: {first['msg']}") from error


class DeskService:
    """What a person has selected; the panel writes it, their notebook reads it."""

    def __init__(self, desks: Desks) -> None:
        self._desks = desks

    async def selection(self, access: Access) -> Document:
        """Return the selection."""
        return {"ids": await self._desks.selection(access.username)}

    async def select(self, access: Access, ids: list[str]) -> Document:
        """Set the selection, each object once."""
        chosen = list(dict.fromkeys(ids))
        await self._desks.select(access.username, chosen)
        return {"ids": chosen}
