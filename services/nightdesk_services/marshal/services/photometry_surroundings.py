"""What is read beside points to show them: instruments, and what was said of them and of their objects."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from nightdesk_services.marshal.access import Access, Document
from nightdesk_services.marshal.services import shapes
from nightdesk_services.marshal.storage.documents import Documents
from nightdesk_services.marshal.storage.records import Records

_CHUNK = 1000
_MOST_LINKED = 50
"""Most objects of a super-object whose points are shown together."""


class Surroundings:
    """Reads each kind once, for however many points."""

    def __init__(
        self,
        *,
        instruments: Documents,
        telescopes: Documents,
        on_points: Documents,
        on_objects: Records,
        validations: Documents,
        links: Documents,
    ) -> None:
        self._instruments = instruments
        self._telescopes = telescopes
        self._on_points = on_points
        self._on_objects = on_objects
        self._validations = validations
        self._links = links

    async def instruments(self, points: Iterable[Document]) -> dict[int, str]:
        """Return the names of the instruments of points."""
        ids = {point["instrument_id"] for point in points} - {None}
        return await self.instrument_names(ids) if ids else {}

    async def instrument_names(self, ids: Iterable[int] | None = None) -> dict[int, str]:
        """Return the names of instruments, of all if none are named."""
        query = {} if ids is None else {"_id": {"$in": sorted(ids)}}
        return {one["_id"]: one["name"] for one in await self._instruments.find(query, fields={"name": 1})}

    async def telescopes(self, instrument_ids: Iterable[int]) -> dict[int, str]:
        """Return the names of the telescopes that instruments are on."""
        query = {"_id": {"$in": sorted(set(instrument_ids))}}
        found = await self._instruments.find(query, fields={"telescope_id": 1})
        names = await self._telescopes.by_id(one["telescope_id"] for one in found)
        return {
            one["_id"]: names[one["telescope_id"]]["name"] for one in found if one["telescope_id"] in names
        }

    async def annotations(self, access: Access, points: Sequence[Document]) -> dict[int, list[Document]]:
        """Return what the person sees of the annotations on points, by point."""
        made: dict[int, list[Document]] = defaultdict(list)
        ids = [point["_id"] for point in points]
        for start in range(0, len(ids), _CHUNK):
            query = {"photometry_id": {"$in": ids[start : start + _CHUNK]}, "deleted_at": None}
            for one in access.visible(await self._on_points.find(query)):
                made[one["photometry_id"]].append(shapes.annotation(access, one))
        return made

    async def validations(self, obj_ids: Sequence[str]) -> dict[int, list[Document]]:
        """Return the validations of objects' points, by point."""
        made: dict[int, list[Document]] = defaultdict(list)
        for one in await self._validations.find({"obj_id": {"$in": list(obj_ids)}}):
            made[one["photometry_id"]].append(shapes.named(one, "obj_id"))
        return made

    async def numbers(self, access: Access, obj_ids: Sequence[str], names: Sequence[str]) -> dict[str, float]:
        """Return a number that objects were annotated with, by any of some names; the newest counts."""
        found: dict[str, float] = {}
        visible = access.visible(await self._on_objects.of(obj_ids))
        for one in sorted(visible, key=lambda one: one["modified"]):
            for name in names:
                if (value := _number(one["data"], name)) is not None:
                    found[one["obj_id"]] = value
        return found

    async def linked(self, obj_id: str) -> list[str]:
        """Return the objects that are one thing with an object."""
        links = await self._links.find({"obj_ids": obj_id})
        others = (other for link in links for other in link["obj_ids"] if other != obj_id)
        return list(dict.fromkeys(others))[:_MOST_LINKED]


def _number(data: Mapping[str, Any], name: str) -> float | None:
    value = data.get(name)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return float(value) if math.isfinite(value) else None
