"""Instruments: their filters, fields on the sky and logs."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

from nightdesk_services.marshal.access import Document
from nightdesk_services.marshal.exceptions import Conflict, Invalid, absent
from nightdesk_services.marshal.models.facilities import (
    InstrumentPost,
    InstrumentPut,
    InstrumentQuery,
    LogPost,
    Span,
)
from nightdesk_services.marshal.services import shapes
from nightdesk_services.marshal.services.facilities.telescopes import TelescopeService
from nightdesk_services.marshal.storage.documents import Documents
from nightdesk_services.marshal.storage.store import now

_HIDDEN = ("fields", "region")
_GIVEN = ("field_data", "field_region", "field_fov_type", "field_fov_attributes", "references")
_CORNERS = 24
"""Of the polygon that stands for a round field of view."""


class InstrumentService:
    """Knows the instruments; everybody sees them."""

    def __init__(
        self, instruments: Documents, logs: Documents, allocations: Documents, telescopes: TelescopeService
    ) -> None:
        self._instruments = instruments
        self._logs = logs
        self._allocations = allocations
        self._telescopes = telescopes

    async def listing(self, name: str | None) -> list[Document]:
        """Return the instruments, or those of a name."""
        found = await self._instruments.find({} if name is None else {"name": name})
        return await self.shown_all(found)

    async def get(self, number: int, query: InstrumentQuery | None = None) -> Document:
        """Return an instrument, with its fields and their outlines if asked for."""
        instrument = await self.known(number)
        query = query or InstrumentQuery()
        fields = [
            {name: value for name, value in one.items() if name not in ("contour", "contour_summary")}
            | {"instrument_id": number}
            | ({"contour": one["contour"]} if query.geojson else {})
            | ({"contour_summary": one["contour"]} if query.geojson_summary else {})
            for one in instrument.get("fields") or []
        ]
        shown = await self.shown(instrument)
        return shown | {"fields": fields} | ({"region": instrument.get("region")} if query.region else {})

    async def known(self, number: int, field: str = "") -> Document:
        """Return an instrument's document.

        Raises
        ------
        NotFound
            There is none; `Invalid` if a field of a request named it.
        """
        found = await self._instruments.get(number)
        if found is None:
            raise absent(f"instrument {number}", field)
        return found

    async def telescope(self, instrument: Document) -> Document:
        """Return the telescope that an instrument is on."""
        return await self._telescopes.known(instrument["telescope_id"])

    async def shown(self, instrument: Document) -> Document:
        """Return an instrument with its telescope, as other things show it."""
        return (await self.shown_all([instrument]))[0]

    async def shown_all(self, instruments: Sequence[Document]) -> list[Document]:
        """Return instruments with their telescopes, which are read once for all."""
        telescopes = await self._telescopes.by_id(one["telescope_id"] for one in instruments)
        logged = await self._logged([one["_id"] for one in instruments])
        made = []
        for instrument in instruments:
            fields = instrument.get("fields") or []
            telescope = telescopes.get(instrument["telescope_id"])
            if telescope is None:
                raise absent(f"telescope {instrument['telescope_id']}")
            made.append(
                shapes.named(instrument, *_HIDDEN)
                | {
                    "telescope": shapes.named(telescope),
                    "has_fields": bool(fields),
                    "has_region": bool(instrument.get("region")),
                    "number_of_fields": len(fields),
                    "log_exists": instrument["_id"] in logged,
                }
            )
        return made

    async def by_id(self, numbers: Iterable[int]) -> dict[int, Document]:
        """Return instruments' documents by their ids, as far as they are there."""
        return await self._instruments.by_id(numbers)

    async def documents(self) -> list[Document]:
        """Return the documents of all instruments, without their fields on the sky."""
        return await self._instruments.find({}, fields=dict.fromkeys(_HIDDEN, 0))

    async def _logged(self, numbers: list[int]) -> set[int]:
        """Return which of some instruments have a log."""
        found: set[int] = set()
        if len(numbers) == 1:
            return {numbers[0]} if await self._logs.one({"instrument_id": numbers[0]}) else found
        for row in await self._logs.find({"instrument_id": {"$in": numbers}}, fields={"instrument_id": 1}):
            found.add(row["instrument_id"])
        return found

    async def create(self, post: InstrumentPost) -> int:
        """Add an instrument and return its id."""
        await self._telescopes.known(post.telescope_id, "telescope_id")
        await self._free(post.name, post.telescope_id)
        fields = post.model_dump(exclude=set(_GIVEN))
        _check_filters(fields)
        fields |= {"status": None, "last_status_update": None}
        made = await self._instruments.insert(fields | _placed(fields, post))
        return int(made["_id"])

    async def change(self, number: int, put: InstrumentPut) -> None:
        """Change an instrument."""
        before = await self.known(number)
        fields = put.model_dump(exclude_unset=True, exclude=set(_GIVEN))
        after = before | fields
        _check_filters(after)
        if "telescope_id" in fields:
            await self._telescopes.known(fields["telescope_id"], "telescope_id")
        if (after["name"], after["telescope_id"]) != (before["name"], before["telescope_id"]):
            await self._free(after["name"], after["telescope_id"])
        await self._instruments.change(number, fields | _placed(after, put))

    async def remove(self, number: int) -> None:
        """Remove an instrument that no allocation is on, and its logs."""
        await self.known(number)
        if await self._allocations.one({"instrument_id": number}):
            raise Conflict("there are allocations on this instrument; remove them first")
        await self._logs.remove({"instrument_id": number})
        await self._instruments.remove({"_id": number})

    async def remove_fields(self, number: int) -> None:
        """Remove an instrument's fields."""
        await self.known(number)
        await self._instruments.change(number, {"fields": []})

    async def set_status(self, number: int, status: Document) -> None:
        """Note what an instrument does now; empty values are left out."""
        await self.known(number)
        told = {name: value for name, value in status.items() if value not in (None, "", [], {})}
        if not told:
            raise Invalid("status: say what the instrument does; no facility here can be asked for it")
        await self._instruments.change(number, {"status": told, "last_status_update": now()})

    async def logs(self, number: int, span: Span) -> list[Document]:
        """Return the logs that overlap a span of time."""
        await self.known(number)
        wanted: dict[str, Any] = {"instrument_id": number}
        if span.start_date:
            wanted["end_date"] = {"$gte": span.start_date}
        if span.end_date:
            wanted["start_date"] = {"$lte": span.end_date}
        return [shapes.named(one) for one in await self._logs.find(wanted, sort=[("start_date", 1)])]

    async def add_log(self, number: int, post: LogPost) -> int:
        """Keep a log and return its id; lines of text become a list."""
        await self.known(number)
        if post.end_date < post.start_date:
            raise Invalid("end_date: lies before start_date")
        log = (
            {"logs": [{"message": line} for line in post.log.splitlines()]}
            if isinstance(post.log, str)
            else post.log
        )
        made = await self._logs.insert(
            {"instrument_id": number, "start_date": post.start_date, "end_date": post.end_date, "log": log}
        )
        return int(made["_id"])

    async def _free(self, name: str, telescope_id: int) -> None:
        if await self._instruments.one({"name": name, "telescope_id": telescope_id}):
            raise Conflict(f"name: the telescope has an instrument {name!r} already")


def _placed(instrument: Document, given: InstrumentPut) -> Document:
    """Return the region and the fields that a request gives an instrument."""
    region = instrument.get("region")
    if given.field_region and given.field_fov_type:
        raise Invalid("field_region: give either it or field_fov_type")
    if given.field_fov_type:
        region = _region(given.field_fov_type, given.field_fov_attributes)
    elif given.field_region:
        region = given.field_region
    made: Document = {"region": region}
    if given.field_data is not None:
        if region is None:
            raise Invalid("field_data: the fields need field_fov_type or field_region")
        made["fields"] = _fields(given, region)
    return made


def _check_filters(instrument: Document) -> None:
    filters = set(instrument.get("filters") or ())
    if unknown := sorted(set(instrument.get("sensitivity_data") or {}) - filters):
        raise Invalid(f"sensitivity_data: {unknown[0]!r} is not among the instrument's filters")


def _region(kind: str, attributes: Any) -> str:
    sizes = [
        float(v) for v in (attributes if isinstance(attributes, list) else [attributes]) if v is not None
    ]
    wanted = 1 if kind == "circle" else 2
    if len(sizes) != wanted or any(not 0 < size <= 90 for size in sizes):
        what = "a radius" if kind == "circle" else "a width and a height"
        raise Invalid(f"field_fov_attributes: a {kind} needs {what} in degrees")
    shape = f"circle(0,0,{sizes[0]})" if kind == "circle" else f"box(0,0,{sizes[0]},{sizes[1]},0)"
    return f"icrs;{shape}"


def _fields(given: InstrumentPut, region: str) -> list[Document]:
    data = {name.lower(): values for name, values in (given.field_data or {}).items()}
    if lacking := [name for name in ("ra", "dec") if name not in data]:
        raise Invalid(f"field_data: lacks {lacking[0]}")
    count = len(data["ra"])
    ids = data.get("id") or list(range(1, count + 1))
    if not count == len(data["dec"]) == len(ids):
        raise Invalid("field_data: ID, RA and Dec must be of one length")
    outline = _outline(region)
    return [
        {
            "id": int(i),
            "field_id": int(i),
            "ra": float(ra),
            "dec": float(dec),
            "contour": _contour(float(ra), float(dec), outline),
        }
        for i, ra, dec in zip(ids, data["ra"], data["dec"], strict=True)
    ]


def _outline(region: str) -> list[tuple[float, float]]:
    """Return the corners of a region around (0, 0), in degrees on the tangent plane."""
    try:
        kind, _, inner = region.rpartition(";")[2].strip().partition("(")
        numbers = [float(part) for part in inner.rstrip(") ").split(",")]
        if kind == "circle":
            angles = [2 * math.pi * i / _CORNERS for i in range(_CORNERS)]
            return [(numbers[2] * math.cos(a), numbers[2] * math.sin(a)) for a in angles]
        if kind == "box":
            width, height = numbers[2] / 2, numbers[3] / 2
            return [(-width, -height), (width, -height), (width, height), (-width, height)]
        if kind == "polygon":
            return list(zip(numbers[::2], numbers[1::2], strict=True))
    except (ValueError, IndexError) as error:
        raise Invalid(f"field_region: {error}") from error
    raise Invalid("field_region: a ds9 circle, box or polygon is needed")


def _contour(ra: float, dec: float, outline: list[tuple[float, float]]) -> Document:
    """Return a field's outline as GeoJSON, deprojected from the tangent plane at its centre."""
    ring = []
    sin0, cos0 = math.sin(math.radians(dec)), math.cos(math.radians(dec))
    for dx, dy in outline:
        x, y = math.radians(dx), math.radians(dy)
        below = cos0 - y * sin0
        alpha = ra + math.degrees(math.atan2(x, below))
        delta = math.degrees(math.atan2(sin0 + y * cos0, math.hypot(x, below)))
        ring.append([alpha % 360, delta])
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {},
                "geometry": {"type": "LineString", "coordinates": [*ring, ring[0]]},
            }
        ],
    }
