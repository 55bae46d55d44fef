"""Annotations: what programs found out about things."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nightdesk_services.marshal.access import Access, Document
from nightdesk_services.marshal.exceptions import Conflict, Invalid, NotFound
from nightdesk_services.marshal.models.annotations import AnnotationPost, AnnotationPut
from nightdesk_services.marshal.services import shapes
from nightdesk_services.marshal.services.resources import Resources, Thing
from nightdesk_services.marshal.storage.records import Records


class AnnotationService:
    """Annotations on things of every type, one of each origin for every group."""

    def __init__(self, records: Mapping[str, Records], resources: Resources) -> None:
        self._records = records
        self._resources = resources

    async def listing(self, access: Access, kind: str, key: str) -> list[Document]:
        """Return the annotations of a thing, newest first."""
        thing = await self._resources.named(access, kind, key)
        found = access.visible(await self._records[kind].on(thing.field, thing.key))
        return [shapes.annotation(access, one) for one in found]

    async def get(self, access: Access, kind: str, key: str, number: int) -> Document:
        """Return one annotation."""
        return shapes.annotation(access, (await self._find(access, kind, key, number))[1])

    async def create(self, access: Access, kind: str, key: str, post: AnnotationPost) -> int:
        """Annotate a thing and return the annotation's id.

        Raises
        ------
        Conflict
            If one of the groups has an annotation of this origin.
        """
        thing = await self._resources.held(access, kind, key)
        group_ids = self._resources.readers(access, thing, post.group_ids)
        return await self._insert(access, thing, post.origin, post.data, group_ids)

    async def renew(self, access: Access, thing: Thing, post: AnnotationPost) -> int:
        """Annotate a thing, in place of what the same person's same origin said before; return the id."""
        group_ids = self._resources.readers(access, thing, post.group_ids)
        for one in access.visible(await self._records[thing.kind].on(thing.field, thing.key)):
            if one["origin"] == post.origin and one["author"]["id"] == access.user_id:
                fields = {"data": post.data, "group_ids": sorted({*one["group_ids"], *group_ids})}
                await self._changed(thing, one["_id"], post.origin, fields)
                return int(one["_id"])
        return await self._insert(access, thing, post.origin, post.data, group_ids)

    async def change(self, access: Access, kind: str, key: str, number: int, put: AnnotationPut) -> None:
        """Change an annotation, as its author."""
        thing, former = await self._find(access, kind, key, number)
        access.require_author(former, "annotation")
        fields: dict[str, Any] = put.model_dump(exclude_none=True)
        if not fields:
            raise Invalid("give data, origin or group_ids")
        if put.group_ids is not None:
            held = await self._resources.held(access, kind, key)
            fields["group_ids"] = self._resources.readers(access, held, put.group_ids)
            fields["former_group_ids"] = sorted({*former.get("former_group_ids", ()), *former["group_ids"]})
        await self._changed(thing, number, put.origin or former["origin"], fields)

    async def remove(self, access: Access, kind: str, key: str, number: int) -> None:
        """Take an annotation back."""
        _, found = await self._find(access, kind, key, number)
        access.require_author(found, "annotation")
        # a tombstone must not stand in the way of a new one of the same origin
        await self._records[kind].bury(
            number, {"data": {}, "origin": f"{found['origin']} (removed {number})"}
        )

    async def _find(self, access: Access, kind: str, key: str, number: int) -> tuple[Thing, Document]:
        thing = await self._resources.named(access, kind, key)
        found = await self._records[kind].get(number)
        if found is None or found.get(thing.field) != thing.key or not access.sees(found["group_ids"]):
            raise NotFound(f"no annotation {number} on {key}")
        return thing, found

    async def _insert(
        self, access: Access, thing: Thing, origin: str, data: Document, group_ids: list[int]
    ) -> int:
        fields = {"origin": origin, "data": data, "group_ids": group_ids, "author": access.author}
        try:
            made = await self._records[thing.kind].insert({thing.field: thing.key, **fields})
        except Conflict as error:
            raise _taken(thing, origin) from error
        return int(made["_id"])

    async def _changed(self, thing: Thing, number: int, origin: str, fields: Document) -> None:
        try:
            await self._records[thing.kind].change(number, fields)
        except Conflict as error:
            raise _taken(thing, origin) from error


def _taken(thing: Thing, origin: str) -> Conflict:
    return Conflict(
        f"origin: {thing.key} has an annotation of origin {origin!r} in one of these groups already"
    )
