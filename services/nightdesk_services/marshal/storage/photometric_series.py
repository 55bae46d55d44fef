"""Photometric series: what is known of each, and beside it the file with its table."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from nightdesk_services.marshal.storage.documents import Documents
from nightdesk_services.marshal.storage.store import Document, Store

_FILES = "photometric_series_files"


class PhotometricSeries(Documents):
    """One document per series; the files are read only where tables are wanted."""

    def __init__(self, store: Store) -> None:
        super().__init__(store, "photometric_series")

    async def add(self, fields: Mapping[str, object], file: bytes) -> Document:
        """Store a new series.

        Raises
        ------
        Conflict
            If its owner has one of the same name.
        """
        made = await self.insert(fields)
        await self.keep(made["_id"], file)
        return made

    async def keep(self, number: int, file: bytes) -> None:
        """Store the file of a series in place of the one before."""
        await self._store[_FILES].replace_one({"_id": number}, {"file": file}, upsert=True)

    async def files(self, numbers: Collection[int]) -> dict[int, bytes]:
        """Return the files of series."""
        found = self._store[_FILES].find({"_id": {"$in": sorted(numbers)}})
        return {one["_id"]: bytes(one["file"]) async for one in found}

    async def drop(self, number: int) -> bool:
        """Remove a series with its file; False if there is none."""
        gone = await self.remove({"_id": number})
        await self._store[_FILES].delete_one({"_id": number})
        return bool(gone)
