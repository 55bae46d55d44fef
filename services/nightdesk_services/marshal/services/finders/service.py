"""Finding charts and offset stars, of what this desk has itself."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import replace
from datetime import datetime
from typing import Final

from nightdesk import sky

from nightdesk_services.marshal.access import Access, Document
from nightdesk_services.marshal.exceptions import Invalid
from nightdesk_services.marshal.models.finders import ChartQuery, FinderQuery, OffsetsQuery, UnsourcedQuery
from nightdesk_services.marshal.services.facilities.runs import RunService
from nightdesk_services.marshal.services.finders import gaia
from nightdesk_services.marshal.services.finders.facilities import FACILITIES, Facility
from nightdesk_services.marshal.services.finders.making import Found, Made, Maker, Search, Wanted
from nightdesk_services.marshal.services.finders.offsets import Target
from nightdesk_services.marshal.services.finders.position import best
from nightdesk_services.marshal.services.finders.positions import PositionService
from nightdesk_services.marshal.services.finders.references import References
from nightdesk_services.marshal.services.finders.sexagesimal import sexagesimal
from nightdesk_services.marshal.services.finders.starlists import starlist, text
from nightdesk_services.marshal.services.finders.stars import gaia_catalogues
from nightdesk_services.marshal.storage.documents import Documents
from nightdesk_services.marshal.storage.store import now

_KEPT: Final = 64
"""Charts kept in memory, of about half a megabyte each."""
_SNR: Final = 3.0


class FinderService:
    """Draws charts one at a time, in a thread, and keeps the last ones."""

    def __init__(
        self,
        *,
        maker: Maker,
        positions: PositionService,
        references: References,
        runs: RunService,
        assignments: Documents,
    ) -> None:
        self._maker = maker
        self._positions = positions
        self._references = references
        self._runs = runs
        self._assignments = assignments
        self._drawing = asyncio.Semaphore(1)
        self._charts: OrderedDict[tuple[Wanted, str], Made] = OrderedDict()

    def facilities(self) -> Document:
        """Return what each telescope can acquire."""
        return {name: facility.shown() for name, facility in FACILITIES.items()}

    async def offsets(self, access: Access, obj_id: str, query: OffsetsQuery) -> Document:
        """Return the offset stars of an object in a telescope's format.

        Raises
        ------
        NotFound
            If stars are wanted and no catalogue of stars is loaded on this desk.
        """
        target, _ = await self._target(access, obj_id)
        if query.observing_run_id is not None:
            target = await self._assigned(access, target, query.observing_run_id)
        time, bounds = query.obstime or _this_hour(), FACILITIES[query.facility]
        search = Search(target, bounds, query.num_offset_stars, time, query.use_ztfref)
        found = await asyncio.to_thread(self._maker.found, search)
        lines = starlist(query.facility, target, found.offsets)
        loaded = await asyncio.to_thread(self._maker.catalogues)
        return {
            "facility": query.facility,
            "starlist_str": text(query.facility, lines),
            "starlist_info": lines,
            "ra": target.ra,
            "dec": target.dec,
            "noffsets": len(found.offsets),
            "queries_issued": 1 + found.widened if query.num_offset_stars else 0,
            "query": _query(found, target),
            "used_ztfref": bool(found.field and found.field.used_ztfref),
            "gaia_available": bool(gaia_catalogues(loaded)),
        }

    async def chart(self, access: Access, obj_id: str, query: FinderQuery) -> Made:
        """Return the finding chart of an object."""
        target, note = await self._target(access, obj_id)
        bounds = FACILITIES[query.facility]
        bounds = replace(
            bounds,
            mag_min=bounds.mag_min if query.mag_min is None else query.mag_min,
            mag_limit=bounds.mag_limit if query.mag_limit is None else query.mag_limit,
        )
        wanted = _wanted(query, target, bounds, note)
        wanted = replace(wanted, cutout=await self._references.of(access, obj_id))
        return await self._drawn(wanted, use_cache=query.use_cache)

    async def unsourced(self, query: UnsourcedQuery) -> Made:
        """Return the finding chart of a place, or of a star of Gaia."""
        if query.location_type == "pos":
            ra, dec = query.ra or 0.0, query.dec or 0.0
            name = "J" + "".join(part.replace(":", "") for part in sexagesimal(ra, dec))
            target, note = Target(name, ra, dec), "Target: the position that was asked for."
        else:
            star = await asyncio.to_thread(
                lambda: gaia.star_of(
                    self._maker.catalogues(),
                    query.location_type,
                    query.catalog_id or "",
                    query.obstime or _this_hour(),
                )
            )
            release = query.location_type.removeprefix("gaia_").upper()
            target = Target(f"Gaia {release} {star.name}", star.ra, star.dec, star.mag)
            note = "Target: the star's position in Gaia, moved to the time above."
        wanted = _wanted(query, target, FACILITIES[query.facility], note)
        return await self._drawn(wanted, use_cache=True)

    async def _target(self, access: Access, obj_id: str) -> tuple[Target, str]:
        """Return an object as a target, and where its position comes from."""
        known = await self._positions.known(access, obj_id)
        good = [point for point in known.points if point.snr > _SNR]
        place = best(good, known.discovery)
        newest = next((point for point in reversed(good) if point.mag is not None), None)
        mag, band = (newest.mag, newest.filter) if newest else (None, "")
        target = Target(obj_id, place.ra, place.dec, mag, band)
        if place.used == 0:
            return target, "Target: its discovery position."
        away = float(sky.separation(*known.discovery, place.ra, place.dec))
        many = f"{place.used} detections" if place.used > 1 else "one detection"
        return target, f'Target: mean of {many} weighted by S/N, {away:.2f}" from its discovery position.'

    async def _assigned(self, access: Access, target: Target, run_id: int) -> Target:
        """Return a target with what an observing run says of it."""
        await self._runs.known(access, run_id, "observing_run_id")
        found = await self._assignments.one({"run_id": run_id, "obj_id": target.name})
        if found is None:
            raise Invalid(f"observing_run_id: {target.name} is no target of run {run_id}")
        return replace(target, priority=str(found["priority"]), comment=found.get("comment") or "")

    async def _drawn(self, wanted: Wanted, *, use_cache: bool) -> Made:
        loaded = await asyncio.to_thread(self._maker.catalogues)
        key = (wanted, " ".join(f"{one.name}/{one.meta.version}" for one in loaded))
        if use_cache and key in self._charts:
            self._charts.move_to_end(key)
            return self._charts[key]
        cutout = await self._references.read(wanted.cutout) if wanted.cutout else None
        async with self._drawing:
            made = await asyncio.to_thread(self._maker.draw, wanted, cutout)
        self._charts[key] = made
        self._charts.move_to_end(key)
        while len(self._charts) > _KEPT:
            self._charts.popitem(last=False)
        return made


def _wanted(query: ChartQuery, target: Target, bounds: Facility, note: str) -> Wanted:
    time = query.obstime or _this_hour()
    search = Search(target, bounds, query.num_offset_stars, time, query.use_ztfref)
    return Wanted(search, query.facility, query.imsize, query.type, None, note)


def _this_hour() -> datetime:
    """Return the present hour: no star moves within it, and a chart of it can be kept."""
    return now().replace(minute=0, second=0, microsecond=0)


def _query(found: Found, target: Target) -> str | None:
    """Return in words what the catalogue was asked for."""
    if found.field is None:
        return None
    bounds = found.bounds
    return (
        f"{found.field.catalogue}: within {bounds.radius_degrees * 3600:g} arcsec of {target.ra:.6f}"
        f" {target.dec:+.6f}, {found.field.band or 'magnitude'} {bounds.mag_min:g} to {bounds.mag_limit:g},"
        f" no other star within {bounds.min_sep_arcsec:g} arcsec"
    )
