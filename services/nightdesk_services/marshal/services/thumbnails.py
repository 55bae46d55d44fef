"""Thumbnails: pictures of an object, seen by whoever may see the object."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection
from typing import Any, Final, get_args

from nightdesk_services.marshal.access import Access, Document
from nightdesk_services.marshal.exceptions import Conflict, Invalid, NotFound
from nightdesk_services.marshal.models.thumbnails import (
    PathsPage,
    PathsQuery,
    ThumbnailPost,
    ThumbnailPut,
    ThumbnailType,
)
from nightdesk_services.marshal.services.objects import ObjectService
from nightdesk_services.marshal.services.pictures import picture
from nightdesk_services.marshal.storage.documents import Documents
from nightdesk_services.marshal.storage.thumbnails import ThumbnailFiles

log = logging.getLogger(__name__)

DEPTH: Final = 2
"""Folders that a new picture lies in."""
MOST: Final = 200
"""Pictures of one object."""
_SHOWN = (
    *("created_at", "modified", "obj_id", "type", "file_uri"),
    *("public_url", "origin", "survey", "is_grayscale"),
)


class ThumbnailService:
    """Keeps pictures on disk and their records in the store."""

    def __init__(self, thumbnails: Documents, files: ThumbnailFiles, objects: ObjectService) -> None:
        self._thumbnails = thumbnails
        self._files = files
        self._objects = objects

    async def create(self, access: Access, post: ThumbnailPost) -> int:
        """Store a picture of an object that the person may see; return its id.

        Raises
        ------
        Invalid
            If there is no such object, or the picture will not do.
        """
        await self._require_object(access, post.obj_id)
        if await self._thumbnails.count({"obj_id": post.obj_id}) >= MOST:
            raise Conflict(f"obj_id: {post.obj_id} has {MOST} thumbnails already; remove some first")
        sent = await asyncio.to_thread(picture, post.data)
        made = await self._thumbnails.insert(
            {
                "obj_id": post.obj_id,
                "type": post.ttype,
                "survey": post.survey,
                "origin": None,
                "is_grayscale": sent.grayscale,
                "depth": DEPTH,
                "author": access.author,
            }
        )
        number = int(made["_id"])
        try:
            await self._files.write(number, DEPTH, sent.body)
        except OSError:
            await self._thumbnails.remove({"_id": number})
            raise
        return number

    async def get(self, access: Access, number: int) -> Document:
        """Return a thumbnail of an object that the person may see."""
        return shown(await self._known(access, number))

    async def image(self, access: Access, number: int) -> bytes:
        """Return its picture."""
        found = await self._known(access, number)
        body = await self._files.read(number, found["depth"])
        if body is None:
            log.warning("thumbnail %d has lost its file", number)
            raise NotFound(f"the picture of thumbnail {number} is not where it was put")
        return body

    async def of(self, access: Access, obj_ids: Collection[str]) -> dict[str, list[Document]]:
        """Return the thumbnails that people sent of objects, the newest first; who asks sees the objects."""
        found: dict[str, list[Document]] = {}
        for one in reversed(await self._thumbnails.among("obj_id", obj_ids)):
            found.setdefault(one["obj_id"], []).append(shown(one))
        return found

    async def change(self, access: Access, number: int, put: ThumbnailPut) -> None:
        """Change a thumbnail's record, as its author or who manages sources."""
        access.require_keeper(await self._known(access, number), "thumbnail")
        fields = put.model_dump(exclude_none=True)
        if not fields:
            raise Invalid("nothing to change was given")
        if put.obj_id is not None:
            await self._require_object(access, put.obj_id)
        await self._thumbnails.change(number, fields)

    async def remove(self, access: Access, number: int) -> None:
        """Remove a thumbnail and its picture, as its author or who manages sources."""
        found = await self._known(access, number)
        access.require_keeper(found, "thumbnail")
        await self._forget(found)

    async def remove_all(self, obj_id: str) -> None:
        """Remove all thumbnails of an object that is no more."""
        for one in await self._thumbnails.find({"obj_id": obj_id}):
            await self._forget(one)

    async def paths(self, query: PathsQuery) -> Document:
        """Count the pictures that lie as deep as they should, and the others."""
        wanted = {"type": {"$in": _types(query.types)}}
        right = await self._thumbnails.count(wanted | {"depth": query.required_depth})
        wrong = await self._thumbnails.count(wanted | {"depth": {"$ne": query.required_depth}})
        return {"totalMatches": right + wrong, "inCorrectFolder": right, "inWrongFolder": wrong}

    async def move(self, page: PathsPage) -> Document:
        """Move one page of the pictures that lie elsewhere; where a file is lost its record goes too."""
        depth = page.required_depth
        wanted = {"type": {"$in": _types(page.types)}, "depth": {"$ne": depth}}
        moved = 0
        for one in await self._thumbnails.find(wanted, page=page.span):
            if await self._files.move(one["_id"], one["depth"], depth):
                moved += await self._thumbnails.change(one["_id"], {"depth": depth})
            else:
                log.warning("thumbnail %d has lost its file, so its record goes too", one["_id"])
                await self._thumbnails.remove({"_id": one["_id"]})
        return await self.paths(page) | {"numMoved": moved}

    async def prune(self) -> None:
        """Remove empty folders."""
        log.info("%d empty folders of thumbnails removed", await self._files.prune())

    async def _known(self, access: Access, number: int) -> Document:
        found = await self._thumbnails.get(number)
        if found is not None:
            try:
                await self._objects.holders(access, found["obj_id"])
            except NotFound:
                found = None
        if found is None:
            raise NotFound(f"no thumbnail {number}")
        return found

    async def _require_object(self, access: Access, obj_id: str) -> None:
        try:
            await self._objects.holders(access, obj_id)
        except NotFound as error:
            raise Invalid(f"obj_id: no object {obj_id}") from error

    async def _forget(self, found: Document) -> None:
        await self._thumbnails.remove({"_id": found["_id"]})
        await self._files.remove(found["_id"], found["depth"])


def shown(found: Document) -> Document:
    """Return a thumbnail in SkyPortal's shape; without other wishes its address is that of its picture."""
    number = int(found["_id"])
    own: dict[str, Any] = {
        "file_uri": f"thumbnails/{ThumbnailFiles.name(number, found['depth'])}",
        "public_url": f"/api/thumbnail/{number}/image",
    }
    return {"id": number} | own | {name: found[name] for name in _SHOWN if name in found}


def _types(sent: list[str]) -> list[str]:
    if strange := sorted(set(sent) - set(get_args(ThumbnailType))):
        raise Invalid(f"types: no type {strange[0]!r}; one of {', '.join(get_args(ThumbnailType))}")
    return sent
