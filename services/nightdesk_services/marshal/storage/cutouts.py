"""Cutouts of alerts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from typing import Final

from bson import Int64
from nightdesk.surveys import Survey

from nightdesk_services.common.cutouts import CutoutPacks
from nightdesk_services.marshal.storage.once import Once
from nightdesk_services.marshal.storage.store import Document, Store

Reader = Callable[[str], bytes | None]
"""Returns a cutout by its field as it came in the packet, None if there is none."""
_RECENT: Final = 32
"""Alerts whose documents are kept; they may hold the cutouts themselves, 60 kB and more."""


class StoredCutouts:
    """Reads them from their packs."""

    def __init__(self, store: Store, packs: CutoutPacks) -> None:
        self._store = store
        self._packs = packs
        # three are asked for at a time
        self._documents = Once(self._read, _RECENT)

    async def one(self, survey: Survey, candid: int, field: str) -> bytes | None:
        """Return a cutout as it came in the packet, None if there is none."""
        return await asyncio.to_thread(await self.reader(survey, candid), field)

    async def reader(self, survey: Survey, candid: int) -> Reader:
        """Return what reads the cutouts of an alert from their files; not to be called in the event loop."""
        key = (survey.cutouts, candid)
        found = await self._documents.of(key) or {}

        def read(field: str) -> bytes | None:
            data = self._packs.data(found, field)
            if data is None and field in found:  # it is in another pack now, or gone
                self._documents.forget(key)
            return data

        return read

    async def _read(self, key: tuple[str, int], /) -> Document | None:
        collection, candid = key
        return next(iter(await self._store.among(collection, "_id", [Int64(candid)])), None)

    async def of(
        self, survey: Survey, candids: Collection[int], fields: Collection[str]
    ) -> dict[int, Document]:
        """Return the cutouts of alerts, by alert."""
        wanted = {"_id": {"$in": [Int64(candid) for candid in candids]}}
        found = await self._store[survey.cutouts].find(wanted).to_list()

        def read() -> dict[int, Document]:
            return {one["_id"]: self._packs.whole(one, fields) for one in found}

        return await asyncio.to_thread(read)
