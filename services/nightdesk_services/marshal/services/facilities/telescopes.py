"""Telescopes: everybody sees them, who manages them changes them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

from nightdesk_services.marshal.access import Document
from nightdesk_services.marshal.exceptions import Conflict, Invalid, absent
from nightdesk_services.marshal.models.facilities import TelescopePost, TelescopePut, TelescopesQuery
from nightdesk_services.marshal.services import shapes
from nightdesk_services.marshal.services.facilities.night import darkness, site_of
from nightdesk_services.marshal.storage.bounds import between
from nightdesk_services.marshal.storage.documents import Documents
from nightdesk_services.marshal.storage.store import now


class TelescopeService:
    """Knows the telescopes and what is attached to them."""

    def __init__(self, telescopes: Documents, instruments: Documents) -> None:
        self._telescopes = telescopes
        self._instruments = instruments

    async def listing(self, query: TelescopesQuery) -> list[Document]:
        """Return telescopes of a name or a box on Earth, with tonight's darkness."""
        wanted: dict[str, Any] = {} if query.name is None else {"name": query.name}
        for field, low, high in (
            ("lat", query.latitude_min, query.latitude_max),
            ("lon", query.longitude_min, query.longitude_max),
        ):
            if bounds := between(low, high):
                wanted[field] = bounds
        found = await self._telescopes.find(wanted)
        attached = await self._attached([one["_id"] for one in found])
        return await asyncio.to_thread(lambda: [_shown(one, attached.get(one["_id"], [])) for one in found])

    async def get(self, number: int) -> Document:
        """Return a telescope with its instruments."""
        telescope = await self.known(number)
        attached = await self._attached([number])
        return await asyncio.to_thread(_shown, telescope, attached.get(number, []))

    async def known(self, number: int, field: str = "") -> Document:
        """Return a telescope's document.

        Raises
        ------
        NotFound
            There is none; `Invalid` if a field of a request named it.
        """
        found = await self._telescopes.get(number)
        if found is None:
            raise absent(f"telescope {number}", field)
        return found

    async def by_id(self, numbers: Iterable[int]) -> dict[int, Document]:
        """Return telescopes' documents by their ids, as far as they are there."""
        return await self._telescopes.by_id(numbers)

    async def create(self, post: TelescopePost) -> int:
        """Add a telescope and return its id."""
        await self._free(post.name)
        return int((await self._telescopes.insert(post.model_dump()))["_id"])

    async def change(self, number: int, put: TelescopePut) -> None:
        """Change a telescope."""
        before = await self.known(number)
        fields = put.model_dump(exclude_unset=True)
        if put.name is not None and put.name != before["name"]:
            await self._free(put.name)
        after = before | fields
        missing = [name for name in ("lat", "lon", "elevation") if after.get(name) is None]
        if after.get("fixed_location") and missing:
            raise Invalid(f"{missing[0]}: a telescope with a fixed location needs it")
        await self._telescopes.change(number, fields)

    async def remove(self, number: int) -> None:
        """Remove a telescope that has no instruments."""
        await self.known(number)
        if attached := (await self._attached([number])).get(number):
            raise Conflict(f"the telescope has the instrument {attached[0]['name']!r}; remove it first")
        await self._telescopes.remove({"_id": number})

    async def _attached(self, numbers: list[int]) -> dict[int, list[Document]]:
        found: dict[int, list[Document]] = {}
        for one in await self._instruments.find({"telescope_id": {"$in": numbers}}) if numbers else []:
            found.setdefault(one["telescope_id"], []).append(shapes.named(one, "fields", "field_of_view"))
        return found

    async def _free(self, name: str) -> None:
        if await self._telescopes.one({"name": name}):
            raise Conflict(f"name: there is a telescope {name!r} already")


def _shown(telescope: Document, instruments: list[Document]) -> Document:
    site = site_of(telescope)
    dark = darkness(site, now()) if site else {"is_night_astronomical": None}
    return shapes.named(telescope) | {"instruments": instruments} | dark
