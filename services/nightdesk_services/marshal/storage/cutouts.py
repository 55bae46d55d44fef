"""Cutouts of alerts."""

from __future__ import annotations

import asyncio
from collections.abc import Collection

from bson import Int64
from nightdesk.surveys import Survey

from nightdesk_services.common.cutouts import CutoutPacks
from nightdesk_services.marshal.storage.store import Document, Store


class StoredCutouts:
    """Reads them from their packs."""

    def __init__(self, store: Store, packs: CutoutPacks) -> None:
        self._store = store
        self._packs = packs

    async def one(self, survey: Survey, candid: int, field: str) -> bytes | None:
        """Return a cutout as it came in the packet, None if there is none."""
        found = await self._store[survey.cutouts].find_one({"_id": Int64(candid)})
        return None if found is None else await asyncio.to_thread(self._packs.data, found, field)

    async def of(
        self, survey: Survey, candids: Collection[int], fields: Collection[str]
    ) -> dict[int, Document]:
        """Return the cutouts of alerts, by alert."""
        wanted = {"_id": {"$in": [Int64(candid) for candid in candids]}}
        found = await self._store[survey.cutouts].find(wanted).to_list()

        def read() -> dict[int, Document]:
            return {one["_id"]: self._packs.whole(one, fields) for one in found}

        return await asyncio.to_thread(read)
