"""Super-objects: several objects that are one thing."""

from __future__ import annotations

import re
from collections.abc import Iterable

from nightdesk_services.marshal.access import Access, Document
from nightdesk_services.marshal.exceptions import Denied, Invalid, NotFound
from nightdesk_services.marshal.models.superobjs import SuperObjPatch, SuperObjPost, SuperObjsQuery
from nightdesk_services.marshal.services.objects import ObjectService
from nightdesk_services.marshal.storage.documents import Documents
from nightdesk_services.marshal.storage.sources import Sources


class SuperObjService:
    """Links objects; a person sees a link as far as they see its objects."""

    def __init__(self, links: Documents, objects: ObjectService, sources: Sources) -> None:
        self._links = links
        self._objects = objects
        self._sources = sources

    async def create(self, access: Access, post: SuperObjPost) -> int:
        """Link objects and return the link's id.

        Raises
        ------
        Invalid
            If the person can know of no such object.
        """
        members = await self._checked(access, "obj_ids", post.obj_ids)
        fields = {"name": post.name, "is_roid": post.is_roid, "obj_ids": members}
        return int((await self._links.insert(fields | {"author_id": access.user_id}))["_id"])

    async def get(self, access: Access, number: int) -> Document:
        """Return one link with those of its objects that the person sees."""
        return await self._shown(access, await self._found(access, number))

    async def listing(self, access: Access, query: SuperObjsQuery) -> list[Document]:
        """Return the links of a query that the person sees an object of, or made."""
        wanted: Document = {}
        if query.name is not None:
            wanted["name"] = {"$regex": re.escape(query.name), "$options": "i"}
        if query.is_roid is not None:
            wanted["is_roid"] = query.is_roid
        if query.obj_id is not None:
            wanted["obj_ids"] = query.obj_id
            if not await self._places(access, [query.obj_id]):
                return []
        found = [(link, await self._shown(access, link)) for link in await self._links.find(wanted)]
        return [shown for link, shown in found if shown["objs"] or self._owns(access, link)]

    async def change(self, access: Access, number: int, patch: SuperObjPatch) -> None:
        """Change a link's name or objects; objects that the person does not see stay."""
        link = await self._found(access, number)
        if not self._owns(access, link):
            raise Denied("only its author or an administrator may change this super-object")
        if patch.obj_ids is not None and (patch.add_obj_ids or patch.remove_obj_ids):
            raise Invalid("obj_ids: give the members as a whole, or those to add and to remove")
        fields = patch.model_dump(include={"name", "is_roid"}, exclude_none=True)
        members = list(link["obj_ids"])
        if patch.obj_ids is not None:
            seen = await self._places(access, members)
            hidden = [i for i in members if i not in seen]
            members = hidden + await self._checked(access, "obj_ids", patch.obj_ids)
        gone = set(patch.remove_obj_ids or ())
        members = [i for i in members if i not in gone]
        members += await self._checked(access, "add_obj_ids", patch.add_obj_ids or ())
        members = list(dict.fromkeys(members))
        if members != link["obj_ids"]:
            fields["obj_ids"] = members
        if not fields and patch.model_dump(exclude_none=True) == {}:
            raise Invalid("give name, is_roid, obj_ids, add_obj_ids or remove_obj_ids")
        await self._links.change(number, fields)

    async def remove(self, number: int) -> None:
        """Remove a link; its objects stay."""
        if not await self._links.remove({"_id": number}):
            raise NotFound(f"no super-object {number}")

    async def _found(self, access: Access, number: int) -> Document:
        link = await self._links.get(number)
        if link is None or not (self._owns(access, link) or await self._places(access, link["obj_ids"])):
            raise NotFound(f"no super-object {number}")
        return link

    def _owns(self, access: Access, link: Document) -> bool:
        return access.super_admin or bool(link["author_id"] == access.user_id)

    async def _checked(self, access: Access, field: str, obj_ids: Iterable[str]) -> list[str]:
        wanted = list(dict.fromkeys(obj_ids))
        seen = await self._places(access, wanted)
        if strange := [i for i in wanted if i not in seen]:
            raise Invalid(f"{field}: no object {strange[0]}")
        return wanted

    async def _places(self, access: Access, obj_ids: Iterable[str]) -> dict[str, Document]:
        """Return where those of some objects are that the person sees."""
        ids = list(obj_ids)
        known = await self._sources.by_id(ids)
        seen = {i: s for i, s in known.items() if s["group_ids"] and access.sees(s["group_ids"])}
        for obj_id in ids:
            if obj_id not in seen and (brief := await self._objects.brief(access, obj_id)):
                seen[obj_id] = brief[1]
        return seen

    async def _shown(self, access: Access, link: Document) -> Document:
        at = await self._places(access, link["obj_ids"])
        members = [i for i in link["obj_ids"] if i in at]
        return {
            "id": link["_id"],
            "name": link["name"],
            "is_roid": link["is_roid"],
            "created_at": link["created_at"],
            "objs": [{"id": i, "ra": at[i].get("ra"), "dec": at[i].get("dec")} for i in members],
        }
