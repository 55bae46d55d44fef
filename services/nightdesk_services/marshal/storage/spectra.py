"""Spectra: what is known of each in one collection, its numbers and its file in others.

Lists, filters and change streams read of a spectrum only what they need, and never megabytes of numbers.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from nightdesk_services.marshal.storage.documents import Documents, Sort
from nightdesk_services.marshal.storage.store import Document, Store, now


class Spectra:
    """Stored spectra."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._rows = Documents(store, "spectra")

    async def get(self, number: int) -> Document | None:
        """Return what is known of a spectrum."""
        return await self._rows.get(number)

    async def find(
        self, query: Mapping[str, Any], *, sort: Sort | None = None, limit: int = 0
    ) -> list[Document]:
        """Return what is known of the spectra of a query, by time of observation unless sorted otherwise."""
        return await self._rows.find(
            query,
            sort=sort or [("observed_at", 1), ("_id", 1)],
            page=slice(0, limit) if limit else None,
        )

    async def of(self, obj_id: str) -> list[Document]:
        """Return what is known of the spectra of an object, by id."""
        return await self._rows.among("obj_id", [obj_id])

    async def insert(self, fields: Mapping[str, Any], values: Document, file: str | None) -> int:
        """Store a spectrum and return its id; `values` are its numbers as bytes, `file` what was sent."""
        number = await self._store.next_id("spectra")
        # others see a spectrum by its row, so that comes last
        await self._store["spectrum_values"].insert_one({"_id": number, **values})
        if file is not None:
            await self._store["spectrum_files"].insert_one({"_id": number, "content": file})
        time = now()
        await self._store["spectra"].insert_one(
            {"_id": number, **fields, "created_at": time, "modified": time}
        )
        return number

    async def change(
        self, number: int, fields: Mapping[str, Any], values: Document | None, groups: Collection[int]
    ) -> None:
        """Set fields of a spectrum, replace its numbers if there are new ones, and add groups."""
        if values is not None:
            await self._store["spectrum_values"].replace_one({"_id": number}, values, upsert=True)
        update: Document = {"$set": {**fields, "modified": now()}}
        if groups:
            update["$addToSet"] = {"group_ids": {"$each": sorted(groups)}}
        await self._rows.update({"_id": number}, update)

    async def remove(self, row: Document) -> None:
        """Remove a spectrum with all that was said of it, and note it for those who follow."""
        number = row["_id"]
        await self._rows.remove({"_id": number})
        await self.note_gone(row)
        for name in ("spectrum_values", "spectrum_files"):
            await self._store[name].delete_one({"_id": number})
        for name in ("spectrum_comments", "spectrum_annotations", "reminders"):
            await self._store[name].delete_many({"spectrum_id": number})

    async def note_gone(self, row: Document) -> None:
        """Note that a spectrum is no longer with its object; the store's clock removes notes after a day."""
        note = {name: row.get(name) for name in ("obj_id", "group_ids")}
        await self._store["spectra_gone"].insert_one({**note, "spectrum_id": row["_id"], "deleted_at": now()})

    async def values(self, numbers: Collection[int]) -> dict[int, Document]:
        """Return the numbers of some spectra, by their id."""
        return {one["_id"]: one for one in await self._store.among("spectrum_values", "_id", numbers)}

    async def files(self, numbers: Collection[int]) -> dict[int, str]:
        """Return what was sent for some spectra, by their id, where it was a file."""
        found = await self._store.among("spectrum_files", "_id", numbers)
        return {one["_id"]: one["content"] for one in found}

    async def comments(self, numbers: Collection[int]) -> list[Document]:
        """Return the comments on some spectra, newest first."""
        return await self._said("spectrum_comments", numbers)

    async def annotations(self, numbers: Collection[int]) -> list[Document]:
        """Return the annotations of some spectra, newest first."""
        return await self._said("spectrum_annotations", numbers)

    async def commented(self, query: Mapping[str, Any]) -> list[int]:
        """Return the spectra that comments of a query are on."""
        found: list[int] = await self._store["spectrum_comments"].distinct(
            "spectrum_id", {**query, "deleted_at": None}
        )
        return found

    async def _said(self, name: str, numbers: Collection[int]) -> list[Document]:
        found = await self._store.among(name, "spectrum_id", numbers)
        living = [one for one in found if one.get("deleted_at") is None]
        return sorted(living, key=lambda one: one["_id"], reverse=True)
