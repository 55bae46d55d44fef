"""Personal lists: favourites, rejected candidates."""

from __future__ import annotations

from nightdesk_services.marshal.access import Access, Document
from nightdesk_services.marshal.exceptions import Denied, NotFound
from nightdesk_services.marshal.models.words import ListingPost
from nightdesk_services.marshal.services import shapes
from nightdesk_services.marshal.services.objects import ObjectService
from nightdesk_services.marshal.storage.desks import Desks
from nightdesk_services.marshal.storage.listings import Listings

REJECTED = "rejected_candidates"


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
        await self._objects.holders(access, post.obj_id)
        return await self._listings.add(user_id, post.obj_id, post.list_name)

    async def remove(self, access: Access, listing_id: int) -> None:
        """Take an entry off its list."""
        entry = await self._listings.get(listing_id)
        if entry is None or (entry["user_id"] != access.user_id and not access.super_admin):
            raise NotFound(f"no listing {listing_id}")
        await self._listings.remove(listing_id)

    async def remove_named(self, access: Access, which: ListingPost) -> None:
        """Take an object off a list."""
        user_id = self._owner(access, which.user_id)
        entry = await self._listings.find(user_id, which.obj_id, which.list_name)
        if entry is None or entry.get("deleted_at") is not None:
            raise NotFound(f"{which.obj_id} is not on the list {which.list_name}")
        await self._listings.remove(entry["_id"])

    def _owner(self, access: Access, user_id: int | None) -> int:
        if user_id is not None and user_id != access.user_id and not access.super_admin:
            raise Denied("user_id: these are somebody else's lists")
        return access.user_id if user_id is None else user_id


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
