"""What a person sees of a point, in SkyPortal's shape."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from nightdesk.photometry import POGSON, ZEROPOINT

from nightdesk_services.marshal.access import Access, Document
from nightdesk_services.marshal.encoding import encode
from nightdesk_services.marshal.services import shapes
from nightdesk_services.marshal.services.photometry_systems import extinction_of, vega_offset

_COMMON: Final = (
    *("id", "obj_id", "ra", "dec", "ra_unc", "dec_unc", "filter", "mjd", "snr"),
    *("instrument_id", "instrument_name", "origin", "altdata", "created_at"),
)
_PLOT: Final = ("id", "obj_id", "filter", "mjd", "origin", "mag", "magerr", "limiting_mag")
_FORMS: Final[dict[str, tuple[str, ...]]] = {
    "mag": ("magsys", "mag", "magerr", "limiting_mag"),
    "flux": ("magsys", "flux", "fluxerr", "zp"),
    "both": ("magsys", "mag", "magerr", "limiting_mag", "flux", "fluxerr", "zp"),
}


class Point(NamedTuple):
    """A point as it is answered, and what it is sorted and told apart by."""

    obj_id: str
    mjd: float | None
    filter: str | None
    made: float
    """When it came to be here, in seconds since 1970; 0 for what came with alerts."""
    body: Any
    """The point itself, encoded if its `Look` says so."""


@dataclass(frozen=True)
class Look:
    """How points shall look."""

    format: str = "mag"
    magsys: str = "ab"
    owner: bool = False
    streams: bool = False
    extras: bool = False
    ebv: Mapping[str, float] | None = None
    """Object -> reddening E(B-V) on the scale of Schlegel et al. 1998; None to leave extinction out."""
    period: float | None = None
    """In days, to fold by."""
    encoded: bool = False
    """Whether points are wanted as JSON."""

    def fields(self, extras: Sequence[str] = ()) -> tuple[str, ...]:
        """Return the names that a plain point has."""
        if self.format == "plot":
            return _PLOT
        # extinction is of the brightness in both units
        more = () if self.ebv is None else ("mag", "flux")
        names = (*_COMMON, *_FORMS[self.format], *more, *(extras if self.extras else ()))
        return tuple(dict.fromkeys(names))

    @property
    def finishes(self) -> bool:
        """Whether something depends on the object."""
        return self.period is not None or self.ebv is not None

    def wrapped(self, row: Document) -> Point:
        """Return a whole row as a point."""
        created = row.get("created_at")
        made = 0.0 if created is None else created.timestamp()
        return Point(row["obj_id"], row["mjd"], row["filter"], made, encode(row) if self.encoded else row)

    def finish(self, row: Document) -> None:
        """Add what depends on the object, and take away what only that needed."""
        if self.period is not None:
            row["phase"] = None if row["mjd"] is None else row["mjd"] % self.period / self.period
        if self.ebv is None or self.format == "plot":
            return
        ebv = self.ebv.get(row["obj_id"])
        dimmed = None if ebv is None else extinction_of(row["filter"], ebv)
        mag, flux = row["mag"], row["flux"]
        row["extinction"] = dimmed
        row["flux_corr"] = None if dimmed is None or flux is None else flux * 10 ** (0.4 * dimmed)
        if self.format != "flux":
            row["mag_corr"] = None if dimmed is None or mag is None else mag - dimmed
        for name in {"mag", "flux"} - set(_FORMS[self.format]):
            del row[name]


@dataclass
class PointViews:
    """Draws uploaded points.

    Parameters
    ----------
    instruments
        Id of an instrument -> its name.
    annotations, validations
        Id of a point -> what was said of it; None to leave that out.
    """

    access: Access
    look: Look
    instruments: Mapping[int, str]
    annotations: Mapping[int, list[Document]] | None = None
    validations: Mapping[int, list[Document]] | None = None
    _groups: dict[tuple[int, ...], list[Document]] = field(default_factory=dict)

    def of(self, point: Document) -> Document:
        """Return a point as the person sees it."""
        look = self.look
        shift = vega_offset(point["filter"]) if look.magsys == "vega" else None
        zero = ZEROPOINT - (shift or 0.0)
        made = {
            "id": point["_id"],
            "instrument_name": self.instruments.get(point["instrument_id"], point.get("instrument_name")),
            "magsys": "ab" if shift is None else "vega",
            "mag": _less(point["mag"], shift),
            "limiting_mag": _less(point["limiting_mag"], shift),
            "zp": zero,
        }
        row = {name: made[name] if name in made else point.get(name) for name in look.fields()}
        if look.format != "plot":
            self._surround(row, point, shift)
        look.finish(row)
        return row

    def _surround(self, row: Document, point: Document, shift: float | None) -> None:
        row["groups"] = self._shown(point.get("group_ids") or ())
        if self.look.owner:
            user = self.access.directory.users.get(point.get("owner_id", 0))
            names = ("id", "username", "first_name", "last_name")
            row["owner"] = {n: shapes.person(user)[n] for n in names} if user else None
        if self.look.streams:
            row["streams"] = [
                {"id": i, "name": self.access.directory.streams[i].get("name")}
                for i in point.get("stream_ids") or ()
                if i in self.access.stream_ids and i in self.access.directory.streams
            ]
        for name, said in (("annotations", self.annotations), ("validations", self.validations)):
            if said is not None:
                row[name] = said.get(point["_id"], [])
        if point.get("ref_flux") is not None and point.get("ref_fluxerr") is not None:
            row |= _reference(point, shift or 0.0)

    def _shown(self, group_ids: Sequence[int]) -> list[Document]:
        key = tuple(group_ids)
        if key not in self._groups:
            groups = self.access.directory.groups
            self._groups[key] = [
                one | {"single_user_group": bool(groups[one["id"]].get("single_user_group"))}
                for one in shapes.groups(self.access, key)
            ]
        return self._groups[key]


def _less(mag: float | None, shift: float | None) -> float | None:
    return mag if mag is None or shift is None else mag - shift


def _reference(point: Document, shift: float) -> dict[str, Any]:
    """Return what a point is together with its reference."""
    flux, error = point["ref_flux"], point["ref_fluxerr"]
    own, sigma = point["flux"], point["fluxerr"]
    total = None if own is None else flux + own
    noise = math.hypot(error, sigma) if total is not None and sigma is not None else None
    return {
        "ref_flux": flux,
        "ref_fluxerr": error,
        "tot_flux": total,
        "tot_fluxerr": noise,
        "magref": _magnitude(flux, shift),
        "e_magref": _relative(error, flux),
        "magtot": _magnitude(total, shift),
        "e_magtot": _relative(noise, total),
    }


def _magnitude(flux: float | None, shift: float) -> float | None:
    return None if flux is None or flux <= 0 else ZEROPOINT - 2.5 * math.log10(flux) - shift


def _relative(error: float | None, flux: float | None) -> float | None:
    return None if error is None or flux is None or flux <= 0 else POGSON * error / flux
