"""Super-objects: several objects that are one thing."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from nightdesk_services.marshal.access import Access, Document
from nightdesk_services.marshal.exceptions import Denied, Invalid, NotFound
from nightdesk_services.marshal.models.superobjs import SuperObjPatch, SuperObjPost, SuperObjsQuery
from nightdesk_services.marshal.services.objects import ObjectService
from nightdesk_services.marshal.storage.documents import Documents
from nightdesk_services.marshal.storage.sources import Sources
from nightdesk_services.marshal.storage.store import now


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
        history = [event("made", access.author, members)]
        made = await self._links.insert(fields | {"author_id": access.user_id, "history": history})
        return int(made["_id"])

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
            fields |= {"obj_ids": members, "history": _told(link, members, access.author)}
        if not fields and patch.model_dump(exclude_none=True) == {}:
            raise Invalid("give name, is_roid, obj_ids, add_obj_ids or remove_obj_ids")
        await self._links.change(number, fields)

    async def remove(self, number: int) -> None:
        """Remove a link; its objects stay."""
        if not await self._links.remove({"_id": number}):
            raise NotFound(f"no super-object {number}")

    async def of(self, obj_id: str) -> Document | None:
        """Return the first link that says what an object is, as far as it does not move."""
        found = await self._links.find({"obj_ids": obj_id})
        return next((link for link in found if not link["is_roid"]), None)

    async def seen(self, access: Access, obj_ids: Iterable[str]) -> set[str]:
        """Return which of some objects the person sees."""
        return set(await self._places(access, obj_ids))

    async def require(self, access: Access, obj_ids: Iterable[str]) -> None:
        """Raise `NotFound` if the person can know of no such object."""
        wanted = list(obj_ids)
        seen = await self._places(access, wanted)
        if strange := [i for i in wanted if i not in seen]:
            raise NotFound(f"no object {strange[0]}")

    async def unite(self, obj_ids: list[str], why: Document, author_id: int | None) -> int:
        """Make one link of some objects and of the links that they are in; return its id."""
        found = await self._links.find({"obj_ids": {"$in": obj_ids}})
        former = [link for link in found if not link["is_roid"]]
        members = list(dict.fromkeys([*(i for link in former for i in link["obj_ids"]), *obj_ids]))
        history = sorted(
            (entry for link in former for entry in link.get("history", [])), key=lambda entry: entry["at"]
        )
        fields = {"obj_ids": members, "history": [*history, why]}
        if not former:
            own = {"name": None, "is_roid": False, "author_id": author_id}
            made = await self._links.insert(own | fields)
            number = int(made["_id"])
        else:
            number = int(former[0]["_id"])
            named = next((link["name"] for link in former if link.get("name")), None)
            # what the desk linked is the person's once they say so themselves
            owner = former[0]["author_id"] if author_id is None else author_id
            await self._links.change(number, fields | {"name": named, "author_id": owner})
            if len(former) > 1:
                await self._links.remove({"_id": {"$in": [link["_id"] for link in former[1:]]}})
        await self._tell(members)
        return number

    async def leave(self, link: Document, left: list[str], why: Document) -> None:
        """Keep some objects of a link; one of a single object stays for its history."""
        history = [*link.get("history", []), why]
        await self._links.change(link["_id"], {"obj_ids": left, "history": history})
        await self._tell(link["obj_ids"])

    async def _tell(self, obj_ids: Iterable[str]) -> None:
        """Let the open pages of sources know that what they are linked with changed."""
        for obj_id in obj_ids:
            await self._sources.change(obj_id, {})

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
        seen = {i: s for i, s in known.items() if access.sees_source(s)}
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


def event(action: str, author: Mapping[str, Any], obj_ids: Iterable[str]) -> Document:
    """Return an entry of a link's history."""
    return {"at": now(), "action": action, "author": dict(author), "obj_ids": list(obj_ids)}


def _told(link: Document, members: Collection[str], author: Mapping[str, Any]) -> list[Document]:
    """Return the history of a link whose members change."""
    before = link["obj_ids"]
    came, went = [i for i in members if i not in before], [i for i in before if i not in members]
    new = [event(what, author, which) for what, which in (("merged", came), ("split", went)) if which]
    return [*link.get("history", []), *new]
