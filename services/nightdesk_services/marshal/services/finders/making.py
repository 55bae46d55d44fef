"""Making a finding chart of a target, the loaded catalogues and a cutout; slow, so for a thread."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from nightdesk import sky
from nightdesk.crossmatch import Catalogue

from nightdesk_services.marshal.exceptions import NotFound
from nightdesk_services.marshal.services.drawing import FileType
from nightdesk_services.marshal.services.finders.chart import Chart, drawn
from nightdesk_services.marshal.services.finders.facilities import Facility
from nightdesk_services.marshal.services.finders.offsets import Offset, Target, chosen
from nightdesk_services.marshal.services.finders.stamp import Stamp, stamp
from nightdesk_services.marshal.services.finders.starlists import Line, starlist
from nightdesk_services.marshal.services.finders.stars import Field, field_of

MOST: Final = 100
"""Stars of wider bounds that are looked at."""


@dataclass(frozen=True)
class Search:
    """Which offset stars are wanted, and for when."""

    target: Target
    bounds: Facility
    count: int
    time: datetime
    use_ztfref: bool
    within: float = math.inf
    """Arcsec from the target, however few stars there are."""


@dataclass(frozen=True)
class Found:
    """The stars around a target, and the offset stars among them."""

    field: Field | None
    offsets: Sequence[Offset]
    bounds: Facility
    """In which they were found."""
    widened: bool
    """Whether these are wider than what was wanted, for want of stars."""


@dataclass(frozen=True)
class Wanted:
    """All that a chart depends on but for the catalogues: equal ones give the same chart."""

    search: Search
    facility: str
    imsize: float
    """Arcmin."""
    kind: FileType
    cutout: tuple[str, int] | None
    """Survey and alert."""
    note: str
    """Where the target's position comes from."""


@dataclass(frozen=True)
class Made:
    """A chart as a file, with its list of stars."""

    name: str
    kind: FileType
    body: bytes
    lines: Sequence[Line]


class Maker:
    """Looks into the catalogues and draws."""

    def __init__(self, catalogues: Callable[[], list[Catalogue]]) -> None:
        self.catalogues = catalogues

    def found(self, search: Search, at_least: float = 0.0) -> Found:
        """Return the stars around a target, as far as offset stars may be or `at_least` so many arcsec.

        Raises
        ------
        NotFound
            If offset stars are wanted and no catalogue of stars is loaded.
        """
        loaded, target = self.catalogues(), search.target
        bounds, wide = search.bounds.within(search.within), search.bounds.relaxed().within(search.within)
        radius = max(at_least, wide.radius_degrees * 3600 + bounds.min_sep_arcsec)
        field = field_of(loaded, (target.ra, target.dec), radius, search.time, use_ztfref=search.use_ztfref)
        if field is None:
            if search.count == 0:
                return Found(None, (), bounds, widened=False)
            there = ", ".join(one.name for one in loaded) or "none"
            raise NotFound(
                f"num_offset_stars: no catalogue of stars is loaded on this desk (loaded: {there}); an"
                " administrator loads one with `nightdesk catalogs load gaia FILE --ra ra --dec dec`; without"
                " offset stars (0) none is needed"
            )
        good = chosen(field, target, bounds, search.count)
        if len(good) >= search.count:
            return Found(field, good, bounds, widened=False)
        names = {one.star.name for one in good}
        more = [one for one in chosen(field, target, wide, MOST) if one.star.name not in names]
        return Found(field, [*good, *more][: search.count], wide, widened=True)

    def draw(self, wanted: Wanted, cutout: bytes | None) -> Made:
        """Return a chart."""
        search, half = wanted.search, wanted.imsize * 30
        # a star that the picture does not show helps nobody
        found = self.found(replace(search, within=0.95 * half), half * 2**0.5)
        notes = [wanted.note, _of_stars(found.field)]
        if found.widened:
            notes.append(f"There are few stars within the bounds of {wanted.facility}, so they were widened.")
        page = Chart(
            target=search.target,
            facility=wanted.facility,
            imsize=wanted.imsize,
            time=search.time,
            field=found.field,
            offsets=found.offsets,
            stamp=_stamp(wanted, cutout),
            notes=notes,
        )
        name = re.sub(r"[^A-Za-z0-9_.+-]", "_", search.target.name)
        lines = starlist(wanted.facility, search.target, found.offsets)
        return Made(f"finder_{name}.{wanted.kind}", wanted.kind, drawn(page, wanted.kind), lines)


def _stamp(wanted: Wanted, data: bytes | None) -> Stamp | None:
    if data is None or wanted.cutout is None:
        return None
    survey, target = wanted.cutout[0], wanted.search.target
    found = stamp(data, survey, target.ra, target.dec)
    if found is None:
        return None
    # a cutout that lies elsewhere is of something else
    away = float(sky.separation(found.ra, found.dec, target.ra, target.dec))
    return replace(found, title=f"reference image of {survey}") if away < found.side else None


def _of_stars(field: Field | None) -> str:
    if field is None:
        return "Stars: no catalogue of stars is loaded on this desk."
    where = "where ZTF's reference images have them" if field.used_ztfref else "moved to the time above"
    band = f", magnitudes {field.band}" if field.band else ""
    return f"Stars: {field.catalogue}{band}, {where}."
