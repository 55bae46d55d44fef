"""Tags: short names that groups put on objects."""

from __future__ import annotations

from typing import Any

from nightdesk_services.marshal.access import Access, Document
from nightdesk_services.marshal.exceptions import Conflict, Invalid, NotFound
from nightdesk_services.marshal.models.tags import TagOptionPatch, TagOptionPost, TagPost, TagsQuery
from nightdesk_services.marshal.services import shapes
from nightdesk_services.marshal.services.objects import ObjectService
from nightdesk_services.marshal.services.words import readers
from nightdesk_services.marshal.storage.documents import Documents


class TagService:
    """The tags there are, and which objects carry them for which groups."""

    def __init__(self, options: Documents, tags: Documents, objects: ObjectService) -> None:
        self._options = options
        self._tags = tags
        self._objects = objects

    async def options(self) -> list[Document]:
        """Return the tags there are; everybody sees them."""
        return [_option(one) for one in await self._options.find({}, sort=[("key", 1)])]

    async def create_option(self, post: TagOptionPost) -> Document:
        """Make a tag; its name is unique, whatever its case."""
        try:
            made = await self._options.insert(post.model_dump() | {"key": post.name.lower()})
        except Conflict as error:
            raise _taken(post.name) from error
        return _option(made)

    async def change_option(self, number: int, patch: TagOptionPatch) -> None:
        """Change a tag's name or colour."""
        fields: dict[str, Any] = patch.model_dump(exclude_none=True)
        if not fields:
            raise Invalid("give name or color")
        if patch.name is not None:
            fields["key"] = patch.name.lower()
        try:
            found = await self._options.change(number, fields)
        except Conflict as error:
            raise _taken(str(patch.name)) from error
        if not found:
            raise NotFound(f"no tag {number}")

    async def remove_option(self, number: int) -> None:
        """Remove a tag, also from all objects."""
        if not await self._options.remove({"_id": number}):
            raise NotFound(f"no tag {number}")
        await self._tags.remove({"objtagoption_id": number})

    async def listing(self, access: Access, query: TagsQuery) -> list[Document]:
        """Return which objects carry which tags, as far as the person's groups hold them."""
        wanted = query.model_dump(exclude_none=True)
        if not access.super_admin:
            wanted["group_ids"] = {"$in": sorted(access.readable)}
        found = await self._tags.find(wanted)
        options = await self._options.by_id(one["objtagoption_id"] for one in found)
        return [
            _tag(access, one) | {"objtagoption": _option(option), "name": option["name"]}
            for one in found
            if (option := options.get(one["objtagoption_id"]))
        ]

    async def put(self, access: Access, post: TagPost) -> Document:
        """Put a tag on an object for some groups.

        Without groups these are the person's that hold the object, as for a comment. One that is there
        already is shared with the further groups; nothing is returned if they all have it.
        """
        if await self._options.get(post.objtagoption_id) is None:
            raise Invalid(f"objtagoption_id: no tag {post.objtagoption_id}")
        group_ids = await readers(access, self._objects, post.obj_id, post.group_ids)
        which = {"obj_id": post.obj_id, "objtagoption_id": post.objtagoption_id}
        try:
            made = await self._tags.insert({**which, "author_id": access.user_id, "group_ids": group_ids})
        except Conflict:
            return await self._share(which, group_ids)
        return _tag(access, made)

    async def remove(self, access: Access, number: int, group_ids: list[int] | None) -> None:
        """Take a tag off an object for some of the person's groups, all of them if none are given."""
        found = await self._tags.get(number)
        if found is None or not access.sees(found["group_ids"]):
            raise NotFound(f"no tag on an object {number}")
        leaving = sorted(access.chosen(group_ids))
        await self._tags.update({"_id": number}, {"$pull": {"group_ids": {"$in": leaving}}})
        await self._tags.remove({"_id": number, "group_ids": []})

    async def _share(self, which: Document, group_ids: list[int]) -> Document:
        found = await self._tags.one(which)
        if found is None or set(group_ids) <= set(found["group_ids"]):
            return {}
        await self._tags.update({"_id": found["_id"]}, {"$addToSet": {"group_ids": {"$each": group_ids}}})
        return {
            "id": found["_id"],
            "message": "the tag was there; it is shared with the groups",
        }


def _option(document: Document) -> Document:
    return shapes.named(document, "key")


def _tag(access: Access, document: Document) -> Document:
    return shapes.named(document, "group_ids") | {"groups": shapes.groups(access, document["group_ids"])}


def _taken(name: str) -> Conflict:
    return Conflict(f"name: there is a tag {name!r} already")
