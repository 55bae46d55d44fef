"""From the columns that people send to points in the store: µJy, AB, MJD in UTC."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any, Final

import numpy as np
from nightdesk.photometry import (
    POGSON,
    ZEROPOINT,
    flux_in_ujy,
    flux_of_magnitude,
    magnitude_of_flux,
    magnitude_or_limit,
)
from nightdesk.photometry.conversions import LIMIT_SIGMA, Floats

from nightdesk_services.marshal.access import Document
from nightdesk_services.marshal.exceptions import Invalid
from nightdesk_services.marshal.models.photometry import MOST_ROWS, PhotometryPost
from nightdesk_services.marshal.services.photometry_systems import vega_offset

BRIGHTNESS: Final = ("flux", "fluxerr", "mag", "magerr", "limiting_mag", "ref_flux", "ref_fluxerr")
"""Fields of a stored point that say how bright: µJy and AB magnitudes."""
_COPIED: Final = ("obj_id", "mjd", "instrument_id", "filter", "ra", "dec", "ra_unc", "dec_unc", "origin")
_MAG: Final = ("mag", "magerr", "limiting_mag", "limiting_mag_nsigma", "magref", "e_magref")
_FLUX: Final = ("flux", "fluxerr", "zp", "ref_flux", "ref_fluxerr", "ref_zp")
_SAME: Final = ("obj_id", "instrument_id", "origin", "mjd", "fluxerr", "flux", "owner_id")


def rows_of(post: PhotometryPost) -> list[Document]:
    """Return the points of a request, as they are stored but for who uploaded and who sees them.

    Raises
    ------
    Invalid
        If columns do not fit together or a point lacks something; says which field, and which row (from 0).
    """
    columns = {name: value for name, value in post if isinstance(value, list) and name not in _NO_COLUMN}
    count = max(len(values) for values in columns.values())
    altdata = _altdata(post.altdata, count)
    count = max(count, len(altdata))
    if count > MOST_ROWS:
        raise Invalid(f"at most {MOST_ROWS} points at once, not {count}")
    for name, values in columns.items():
        if len(values) not in (1, count):
            raise Invalid(f"{name}: has {len(values)} values, other columns have {count}")
    table: dict[str, list[Any]] = {
        name: values * count if len(values) == 1 else values for name, values in columns.items()
    }
    made = brightness(table, count)
    absent: list[Any] = [None] * count
    own = [table.get(name, absent) for name in _COPIED]
    more: Document = {
        name: value
        for name in ("assignment_id", "extinction_corrected")
        if (value := getattr(post, name)) is not None
    }
    points = []
    for row, cells in enumerate(zip(*own, strict=True)):
        point = dict(zip(_COPIED, cells, strict=True))
        point["origin"] = point["origin"] or None
        point |= {name: column[row] for name, column in made.items()}
        points.append(point | {"altdata": altdata[row] if altdata else None} | more)
    return points


_NO_COLUMN = ("group_ids", "stream_ids", "altdata")


def brightness(table: Mapping[str, Sequence[Any]], count: int) -> dict[str, list[float | None]]:
    """Return the columns `BRIGHTNESS` of points whose columns are in either space, and ``snr``.

    Raises
    ------
    Invalid
        As `rows_of`.
    """
    in_mag, in_flux = ([n for n in names if n in table] for names in (_MAG, _FLUX))
    if in_mag and in_flux:
        raise Invalid(f"{in_flux[0]}: give magnitudes or fluxes, not {in_mag[0]} and {in_flux[0]}")
    offset = _offsets(table, count)
    numbers = {name: _floats(table[name]) for name in (*in_mag, *in_flux)}
    made = _of_fluxes(numbers, offset, count) if in_flux else _of_magnitudes(numbers, offset, count)
    with np.errstate(divide="ignore", invalid="ignore"):
        made["snr"] = made["flux"] / made["fluxerr"]
    return {name: _nullable(values) for name, values in made.items()}


def same(point: Mapping[str, Any], *, ignore_flux: bool = False) -> bytes:
    """Return what two points have in common that are one measurement, uploaded by one person.

    SkyPortal's rule: object, instrument, origin, time, flux and its error. That the uploader counts too keeps
    what others uploaded for themselves from being guessed.
    """
    names = [name for name in _SAME if not ignore_flux or name not in ("flux", "fluxerr", "owner_id")]
    words = "\n".join(repr(point.get(name)) for name in names)
    return blake2b(words.encode(), digest_size=16).digest()


def _offsets(table: Mapping[str, Sequence[Any]], count: int) -> Floats:
    """Return what to add to the magnitudes of each point to have AB ones."""
    offset = np.zeros(count)
    for row, (system, name) in enumerate(zip(table["magsys"], table["filter"], strict=True)):
        if system == "vega":
            found = vega_offset(name)
            if found is None:
                raise Invalid(f"magsys: row {row}: no Vega magnitude is known of the filter {name}; use ab")
            offset[row] = found
    return offset


def _of_magnitudes(given: Mapping[str, Floats], offset: Floats, count: int) -> dict[str, Floats]:
    absent = np.full(count, np.nan)
    mag, magerr = given.get("mag", absent), given.get("magerr", absent)
    limit = given.get("limiting_mag", absent)
    _refuse("magerr", np.isnan(mag) != np.isnan(magerr), "mag and magerr are given both or neither")
    _refuse("limiting_mag", np.isnan(limit), "is missing")
    sigma = given.get("limiting_mag_nsigma", absent)
    sigma = np.where(np.isnan(sigma), LIMIT_SIGMA, sigma)
    mag, limit = mag + offset, limit + offset
    seen = ~np.isnan(mag)
    flux = flux_of_magnitude(mag)
    reference = flux_of_magnitude(given.get("magref", absent) + offset)
    return {
        "flux": flux,
        "fluxerr": np.where(seen, flux * magerr / POGSON, flux_of_magnitude(limit) / sigma),
        "mag": mag,
        "magerr": magerr,
        "limiting_mag": limit,
        "ref_flux": reference,
        "ref_fluxerr": reference * given.get("e_magref", absent) / POGSON,
    }


def _of_fluxes(given: Mapping[str, Floats], offset: Floats, count: int) -> dict[str, Floats]:
    absent = np.full(count, np.nan)
    _refuse("fluxerr", np.isnan(given.get("fluxerr", absent)), "is missing")
    zero = _or(given.get("zp", absent), ZEROPOINT) + offset
    flux, error = (flux_in_ujy(given.get(name, absent), zero) for name in ("flux", "fluxerr"))
    reference = _or(given.get("ref_zp", absent), ZEROPOINT) + offset
    mag, magerr, _ = magnitude_or_limit(flux, error)
    return {
        "flux": flux,
        "fluxerr": error,
        "mag": mag,
        "magerr": magerr,
        "limiting_mag": magnitude_of_flux(error * LIMIT_SIGMA),
        "ref_flux": flux_in_ujy(given.get("ref_flux", absent), reference),
        "ref_fluxerr": flux_in_ujy(given.get("ref_fluxerr", absent), reference),
    }


def _altdata(given: Any, count: int) -> list[Document | None]:
    """Return a dictionary for each point: of a list one each, of one dictionary what its lists have."""
    if given is None:
        return []
    if isinstance(given, list):
        if len(given) not in (1, count) and count > 1:
            raise Invalid(f"altdata: has {len(given)} values, other columns have {count}")
        return given * count if len(given) == 1 else given
    lists = {name: value for name, value in given.items() if isinstance(value, list) and count > 1}
    for name, values in lists.items():
        if len(values) not in (1, count):
            raise Invalid(f"altdata.{name}: has {len(values)} values, other columns have {count}")
    rows = [
        {
            name: lists[name][row % len(lists[name])] if name in lists else value
            for name, value in given.items()
        }
        for row in range(count)
    ]
    return [{name: value for name, value in row.items() if value not in (None, "")} or None for row in rows]


def _refuse(field: str, bad: np.ndarray[Any, np.dtype[np.bool_]], why: str) -> None:
    if bad.any():
        raise Invalid(f"{field}: row {int(bad.argmax())}: {why}")


def _or(values: Floats, default: float) -> Floats:
    return np.where(np.isnan(values), default, values)


def _floats(values: Sequence[float | None]) -> Floats:
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


def _nullable(values: Floats) -> list[float | None]:
    finite = np.isfinite(values)
    return [value if good else None for value, good in zip(values.tolist(), finite.tolist(), strict=True)]
