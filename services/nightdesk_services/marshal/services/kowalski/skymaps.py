"""Sky maps of events: kept by their contours, which queries name. They are the desk's, for all to use."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import numpy as np

from nightdesk_services.marshal.access import Access, Document
from nightdesk_services.marshal.exceptions import Conflict, Invalid, NotFound
from nightdesk_services.marshal.models.kowalski import SkymapGet, SkymapName, SkymapPut
from nightdesk_services.marshal.services.kowalski import regions
from nightdesk_services.marshal.services.kowalski.regions import Integers
from nightdesk_services.marshal.storage.kowalski import Skymaps
from nightdesk_services.marshal.storage.store import now

MOST_LEVELS = 20


class SkymapService:
    """Keeps maps and finds their regions."""

    def __init__(self, skymaps: Skymaps) -> None:
        self._skymaps = skymaps

    async def put(self, access: Access, put: SkymapPut) -> Document:
        """Keep the contours of a map, or more contours of one that is kept.

        Raises
        ------
        Conflict
            If there are all of them already.
        """
        if put.dateobs is None:
            raise Invalid("dateobs: when did it happen?")
        time = moment(put.dateobs)
        name, skymap = await asyncio.to_thread(_read, put.skymap)
        former = await self._find(name, time, put.triggerid, put.aliases)
        known = list(former["contours"]) if former else []
        levels = [level for level in put.contours if _key(level) not in known]
        if not levels:
            raise Conflict("contours: this skymap is here already, with all of them")
        if len(known) + len(levels) > MOST_LEVELS:
            raise Invalid(f"contours: at most {MOST_LEVELS} of a skymap")
        made = await asyncio.to_thread(
            lambda: {_key(level): skymap.region(level).tobytes() for level in levels}
        )
        if former is not None:
            await self._skymaps.add(former["_id"], made)
        else:
            await self._skymaps.insert(
                {
                    "_id": f"{time:%Y%m%dT%H%M%S%f}/{name}",
                    "dateobs": time,
                    "triggerid": put.triggerid,
                    "aliases": put.aliases,
                    "localization_name": name,
                    "contours": made,
                    "author": access.author,
                    "created_at": now(),
                }
            )
        return {
            "dateobs": time.replace(tzinfo=None).isoformat(),
            "localization_name": name,
            "contours": [*(_level(one) for one in known), *levels],
        }

    async def get(self, query: SkymapGet) -> Document:
        """Return a map with its contours, as ranges of pixels."""
        found = await self._asked(query)
        lacking = [level for level in query.contours if _key(level) not in found["contours"]]
        if lacking:
            raise Invalid(f"contours: this skymap has no {', '.join(f'{level:g}' for level in lacking)}")
        return {
            "dateobs": found["dateobs"].replace(tzinfo=None).isoformat(),
            "triggerid": found["triggerid"],
            "aliases": found["aliases"],
            "localization_name": found["localization_name"],
            "contours": {name: _shown(_ranges(value)) for name, value in found["contours"].items()},
        }

    async def remove(self, access: Access, query: SkymapGet) -> None:
        """Forget a map; only who brought it, or an administrator, may."""
        found = await self._asked(query)
        access.require_author(found, "skymap")
        await self._skymaps.remove(found["_id"])

    async def region(self, wanted: SkymapName) -> Integers:
        """Return the region of a map that a query names."""
        if not (wanted.dateobs or wanted.triggerid is not None or wanted.aliases):
            raise Invalid("skymap: name its dateobs, its trigger_id or one of its aliases")
        time = moment(wanted.dateobs) if wanted.dateobs else None
        found = await self._find(wanted.localization_name, time, wanted.triggerid, wanted.aliases)
        if found is None:
            raise Invalid("skymap: not found; put it here first: PUT /api/skymap")
        if _key(wanted.contour) not in found["contours"]:
            known = ", ".join(f"{_level(one):g}" for one in found["contours"])
            raise Invalid(f"skymap.contour: this skymap has no {wanted.contour:g}, but {known}")
        return _ranges(found["contours"][_key(wanted.contour)])

    async def _asked(self, query: SkymapGet) -> Document:
        asked: Document = {}
        if query.dateobs:
            asked["dateobs"] = moment(query.dateobs)
        if query.triggerid is not None:
            asked["triggerid"] = query.triggerid
        if query.alias:
            asked["aliases"] = query.alias
        if query.localization_name:
            asked["localization_name"] = query.localization_name
        if not asked:
            raise Invalid("dateobs, triggerid, alias, localization_name: name one")
        found = await self._skymaps.find(asked)
        if not found:
            raise NotFound("no skymap found")
        return found[0]

    async def _find(
        self, name: str, time: datetime | None, trigger: int | None, aliases: list[str]
    ) -> Document | None:
        """Return a map of a name that is of this time, this trigger, or has one of these aliases."""
        for found in await self._skymaps.find({"localization_name": name}):
            if (
                (time is not None and found["dateobs"] == time)
                or (trigger is not None and found["triggerid"] == trigger)
                or set(aliases) & set(found["aliases"])
            ):
                return found
        return None


def moment(text: str) -> datetime:
    """Return a time in UTC as it stands in a request, ``YYYY-MM-DDTHH:MM:SS[.SSS]``."""
    try:
        read = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise Invalid("dateobs: must be YYYY-MM-DDTHH:MM:SS[.SSS]") from error
    made = read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    return made.replace(microsecond=made.microsecond // 1000 * 1000)


def _read(sent: dict[str, Any]) -> tuple[str, regions.Skymap]:
    if "uniq" in sent:
        name = sent.get("localization_name")
        if not isinstance(name, str) or not 0 < len(name) <= 256:
            raise Invalid("skymap.localization_name: what is it called?")
        uniq, density = sent["uniq"], sent.get("probdensity")
        if not (isinstance(uniq, list) and isinstance(density, list)):
            raise Invalid("skymap.uniq, skymap.probdensity: must be lists")
        return name, regions.multiorder(uniq, density)
    cone = [sent.get(name) for name in ("ra", "dec", "error")]
    if not all(isinstance(one, int | float) and not isinstance(one, bool) for one in cone):
        raise Invalid("skymap: ra, dec and error in degrees; or localization_name, uniq and probdensity")
    ra, dec, error = (float(one) for one in cone)  # type: ignore[arg-type]
    if not (0 <= ra < 360 and -90 <= dec <= 90):
        raise Invalid("skymap.ra, skymap.dec: no position in degrees")
    return f"{ra:.5f}_{dec:.5f}_{error:.5f}", regions.gaussian(ra, dec, error)


def _key(level: float) -> str:
    # a dot would be a path to the store
    return f"contour{level:g}".replace(".", "_")


def _level(key: str) -> float:
    level = float(key.removeprefix("contour").replace("_", "."))
    return int(level) if level == int(level) else level


def _ranges(stored: bytes) -> Integers:
    return np.frombuffer(stored, np.int64).reshape(-1, 2)


def _shown(ranges: Integers) -> Document:
    return {"order": regions.FINEST, "ranges": ranges.tolist(), "area_deg2": round(regions.area(ranges), 6)}
