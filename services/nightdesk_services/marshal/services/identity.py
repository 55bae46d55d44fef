"""Which objects are one thing: found by position across surveys, put together and taken apart by people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from nightdesk.surveys import SURVEYS

from nightdesk_services.marshal.access import Access, Document
from nightdesk_services.marshal.exceptions import Denied, Invalid, NotFound
from nightdesk_services.marshal.services.superobjs import SuperObjService, event
from nightdesk_services.marshal.storage.archive import Archive
from nightdesk_services.marshal.storage.sources import Sources
from nightdesk_services.marshal.storage.splits import Splits

RADIUS = 1.5
"""Objects of different surveys this near [arcsec] are taken for one; their astrometry agrees better."""
DESK: Mapping[str, Any] = {"id": None, "username": "nightdesk"}
"""Who links objects by position."""


class IdentityService:
    """Links objects of different surveys; a link is a super-object, with the history of how it came about."""

    def __init__(self, links: SuperObjService, splits: Splits, archive: Archive, sources: Sources) -> None:
        self._links = links
        self._splits = splits
        self._archive = archive
        self._sources = sources

    async def associate(self, obj_id: str) -> int | None:
        """Link a saved source with the nearest object of every other survey, and return the link's id.

        What moves is not linked, nor what somebody took apart. None if there is nothing to link.
        """
        source = await self._sources.get(obj_id)
        if source is None or source.get("is_roid"):
            return None
        near = await self._counterparts(obj_id, source["ra"], source["dec"])
        apart = await self._splits.among([obj_id, *near])
        others = [i for i in near if frozenset((obj_id, i)) not in apart]
        if not others:
            return None
        found = await self._links.of(obj_id)
        if found is not None and set(others) <= set(found["obj_ids"]):
            return int(found["_id"])
        return await self._links.unite([obj_id, *others], event("linked", DESK, [obj_id, *others]), None)

    async def _counterparts(self, obj_id: str, ra: float, dec: float) -> list[str]:
        found = []
        for survey in SURVEYS.values():
            near = await self._archive.near(survey, ra, dec, RADIUS)
            # an object of the same survey is another one, or the survey would not tell them apart
            if near and obj_id not in near:
                found.append(near[0])
        return found

    async def show(self, access: Access, obj_id: str) -> Document:
        """Return what an object is linked with, as far as the person sees it, and how that came about."""
        await self._links.require(access, [obj_id])
        link = await self._links.of(obj_id)
        if link is None:
            return {"obj_id": obj_id, "super_obj_id": None, "name": None, "objs": [], "history": []}
        shown = await self._links.get(access, link["_id"])
        told = link.get("history", [])
        seen = await self._links.seen(access, {i for entry in told for i in entry["obj_ids"]})
        history = [
            entry | {"obj_ids": [i for i in entry["obj_ids"] if i in seen]}
            for entry in told
            if seen.intersection(entry["obj_ids"])
        ]
        return {"obj_id": obj_id, "super_obj_id": link["_id"], "history": history} | {
            name: shown[name] for name in ("name", "objs")
        }

    async def merge(self, access: Access, obj_id: str, others: Iterable[str]) -> int:
        """Say that an object is the same as some others; links that they have become one.

        Raises
        ------
        Denied
            If one of the links is somebody else's.
        """
        together = list(dict.fromkeys([obj_id, *others]))
        if len(together) == 1:
            raise Invalid("obj_ids: name another object")
        await self._links.require(access, together)
        for one in together:
            link = await self._links.of(one)
            if link is not None:
                await self._require_loose(access, link)
        await self._splits.forget(together)
        return await self._links.unite(together, event("merged", access.author, together), access.user_id)

    async def split(self, access: Access, obj_id: str) -> None:
        """Take an object out of its link; it is not put back by position.

        Raises
        ------
        NotFound
            If it is in none.
        Denied
            If the link is somebody else's.
        """
        await self._links.require(access, [obj_id])
        link = await self._links.of(obj_id)
        if link is None:
            raise NotFound(f"{obj_id} is not linked with another object")
        await self._require_loose(access, link)
        left = [i for i in link["obj_ids"] if i != obj_id]
        await self._splits.add(obj_id, left, access.author)
        await self._links.leave(link, left, event("split", access.author, [obj_id]))

    async def _require_loose(self, access: Access, link: Document) -> None:
        """Raise `Denied` unless the person made a link, or the desk did and they see all of it."""
        own = access.super_admin or link["author_id"] == access.user_id
        members = set(link["obj_ids"])
        if not own and (link["author_id"] is not None or await self._links.seen(access, members) != members):
            raise Denied("somebody else linked these objects; only they or an administrator may change that")
