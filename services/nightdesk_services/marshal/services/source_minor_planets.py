"""Known minor planets at a source's place: those that the surveys matched to its own alerts.

No orbits are kept on the desk, so nothing is computed; ZTF and Rubin match every detection to the orbits of
the Minor Planet Center, and that match comes with the alert.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from nightdesk.surveys import SURVEYS

from nightdesk_services.marshal.access import Access, Document
from nightdesk_services.marshal.services.shapes import jd_of_time
from nightdesk_services.marshal.storage.archive import Archive

CODES: Final = {"ZTF": "I41", "LSST": "X05"}
"""Survey -> the observatory code of its telescope."""
GEOCENTRE: Final = "500"
REACH_ARCSEC: Final = 30.0
"""How far from a detection the surveys look for minor planets."""
_NEAR_DAYS: Final = 1 / 24
"""A main-belt asteroid moves half an arcminute in an hour; what was seen later tells nothing of the date."""
_MOST: Final = 1000


@dataclass(frozen=True)
class MinorPlanet:
    """A known minor planet near a detection."""

    name: str
    offset: float
    """From the detection [arcsec]."""
    magnitude: float | None
    """As its orbit predicts."""
    jd: float
    """Of the detection, UTC."""


@dataclass(frozen=True)
class Search:
    """What was looked at, and the nearest minor planet in it."""

    alerts: int
    found: MinorPlanet | None


class MinorPlanets:
    """Looks through the alerts of an object."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    async def near(
        self, access: Access, obj_id: str, *, date: datetime | None, radius: float, limit: float, obscode: str
    ) -> Search:
        """Return the nearest known minor planet to any alert of an object that the person sees.

        Parameters
        ----------
        date
            Only alerts within an hour of it count; None: all.
        radius
            In arcsec.
        limit
            Faintest predicted magnitude.
        obscode
            `GEOCENTRE` for all telescopes, or one of `CODES`.
        """
        seen, found = 0, []
        for name, code in CODES.items():
            if obscode not in (GEOCENTRE, code):
                continue
            alerts = await self._archive.alerts_of(SURVEYS[name], obj_id, _MOST)
            kept = [one for one in alerts if access.sees_point(name, one.get("programid")) and _at(one, date)]
            seen += len(kept)
            found += list(matches(name, kept))
        near = [
            one for one in found if one.offset <= radius and (one.magnitude is None or one.magnitude <= limit)
        ]
        return Search(seen, min(near, key=lambda one: one.offset, default=None))


def matches(survey: str, alerts: Iterable[Document]) -> Iterable[MinorPlanet]:
    """Return the minor planets that a survey matched to some of its alerts."""
    for alert in alerts:
        if survey == "ZTF":
            held = alert.get("candidate") or {}
            fields = ("ssnamenr", "ssdistnr", "ssmagnr")
        else:
            held = alert.get("ssSource") or {}
            fields = ("designation", "ephOffset", "ephVmag")
        name, offset, magnitude = (held.get(field) for field in fields)
        distance = _known(offset)
        if isinstance(name, str) and name.strip() not in ("", "null") and distance is not None:
            yield MinorPlanet(name.strip(), distance, _known(magnitude), float(alert["jd"]))


def _known(value: Any) -> float | None:
    """Return a number that the survey knew; it writes negative ones where it did not."""
    if not isinstance(value, (int, float)) or not math.isfinite(value) or value < 0:
        return None
    return float(value)


def _at(alert: Document, date: datetime | None) -> bool:
    return date is None or abs(float(alert["jd"]) - jd_of_time(date)) <= _NEAR_DAYS
