"""Alerts, light curves and cutouts as the broker stored them."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from typing import Any

from bson import Int64
from nightdesk.surveys import Survey

from nightdesk_services.common.light_curves import LISTS, PACKED, joined
from nightdesk_services.marshal.storage.store import Document, Store


class Archive:
    """Reads the collections of every survey."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def aux(
        self, survey: Survey, obj_id: str, fields: Collection[str] | None = None
    ) -> Document | None:
        """Return an object in Kowalski's shape, whole or some fields of it."""
        chosen = None if fields is None else [name for name in fields if name not in LISTS]
        projection = dict.fromkeys(PACKED, 0) if chosen is None else dict.fromkeys(["_id", *chosen], 1)
        known = await self._store[survey.objects].find_one({"_id": obj_id}, projection)
        if known is None or (fields is not None and len(chosen or ()) == len(fields)):
            return known
        # what was added first: a point that is folded between the two reads is then seen twice, not missed
        added = await self._store[survey.points].find({"objectId": obj_id}).to_list()
        aux = await self._store[survey.aux].find_one({"_id": obj_id}, list(LISTS))
        return known | await asyncio.to_thread(joined, survey, aux, added)

    async def aux_of(
        self, survey: Survey, obj_ids: Collection[str], fields: Collection[str]
    ) -> dict[str, Document]:
        """Return some fields of several objects' documents by object."""
        found = self._store[survey.objects].find({"_id": {"$in": list(obj_ids)}}, list(fields))
        return {document["_id"]: document async for document in found}

    async def alerts_of(self, survey: Survey, obj_id: str, limit: int) -> list[Document]:
        """Return the alerts of one object."""
        return await self._store[survey.alerts].find({"objectId": obj_id}).limit(limit).to_list()

    async def alerts(
        self,
        survey: Survey,
        *,
        limit: int,
        jd: tuple[float | None, float | None] = (None, None),
        pixels: tuple[str, Sequence[int]] | None = None,
    ) -> list[Document]:
        """Return alerts of a span of time or of some pixels, newest first."""
        query: dict[str, Any] = {}
        bounds = {name: value for name, value in zip(("$gte", "$lte"), jd, strict=True) if value is not None}
        if bounds:
            query["jd"] = bounds
        if pixels is not None:
            query[pixels[0]] = {"$in": list(pixels[1])}
        return await self._store[survey.alerts].find(query).sort("jd", -1).limit(limit).to_list()

    async def programid(self, survey: Survey, candid: int) -> int | None:
        """Return the program of an alert, None if there is no such alert."""
        found = await self._store[survey.alerts].find_one({"_id": Int64(candid)}, {"programid": 1})
        return None if found is None else int(found.get("programid") or 1)

    async def cutout(self, survey: Survey, candid: int, field: str) -> bytes | None:
        """Return one cutout as it came in the packet."""
        found = await self._store[survey.cutouts].find_one({"_id": Int64(candid)}, {field: 1})
        data = ((found or {}).get(field) or {}).get("stampData")
        return None if data is None else bytes(data)
