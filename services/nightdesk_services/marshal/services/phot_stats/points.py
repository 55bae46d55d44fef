"""The points of a light curve as statistics need them: the surveys' and those that people uploaded."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from nightdesk.photometry import ZEROPOINT, light_curve, magnitude_or_limit
from nightdesk.surveys import Survey

from nightdesk_services.marshal.access import measured_part, program_part
from nightdesk_services.marshal.services.phot_stats.statistics import Point

Document = dict[str, Any]


def of_survey(survey: Survey, aux: Document) -> list[Point]:
    """Return the points that came with a survey's alerts."""
    made = []
    for row in light_curve(survey, aux).iter_rows(named=True):
        if row["mjd"] is None or row["filter"] is None:
            continue
        made.append(
            Point(
                mjd=row["mjd"],
                filter=row["filter"],
                part=program_part(survey.name, row["programid"]),
                mag=row["mag"],
                limit=row["limiting_mag"] if row["mag"] is None else None,
                forced=row["kind"] == "forced",
            )
        )
    return made


def uploaded(documents: Iterable[Document]) -> list[Point]:
    """Return the points that people uploaded: fluxes in µJy, or in units of a zero point ``zp``."""
    return [point for one in documents if (point := _uploaded(one)) is not None]


def _uploaded(document: Document) -> Point | None:
    mjd, band = _number(document.get("mjd")), document.get("filter")
    if mjd is None or not isinstance(band, str):
        return None
    zero = _number(document.get("zp")) or ZEROPOINT
    flux, error = _number(document.get("flux")), _number(document.get("fluxerr"))
    mag, limit = None, _number(document.get("limiting_mag"))
    if error is not None:
        seen, _, faintest = magnitude_or_limit(math.nan if flux is None else flux, error, zero)
        mag, limit = _number(float(seen)), limit if limit is not None else _number(float(faintest))
    return Point(
        mjd=mjd,
        filter=band,
        part=measured_part(document),
        mag=mag,
        limit=limit if mag is None else None,
        forced=_is_forced(str(document.get("origin") or "")),
    )


def _is_forced(origin: str) -> bool:
    """Return whether a point's origin says that it was forced, as SkyPortal's services name theirs."""
    words = origin.lower().replace("-", "_").split("_")
    return "fp" in words or any(word.startswith("forced") for word in words)


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return float(value) if math.isfinite(value) else None
