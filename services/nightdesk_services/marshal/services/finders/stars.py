"""Stars around a place, from the catalogues that are loaded on this desk."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np
import pyarrow as pa
from nightdesk import sky
from nightdesk.crossmatch import Catalogue, Matches

MOST: Final = 4000
"""Stars of one field, the brightest."""
_PREFERRED: Final = (
    *("gaia", "ps1", "panstarrs", "lsdr", "legacysurvey", "refcat", "sdss", "skymapper", "apass"),
    *("ucac", "tycho", "usno", "gsc", "ztfref"),
)
"""Beginnings of the names of catalogues of stars, letters and digits only; the first loaded is taken."""
_ZTF_REF: Final = "ztfref"
_MAGNITUDES: Final = (
    *("phot_rp_mean_mag", "rpmag", "phot_g_mean_mag", "gmag", "rmag", "r_mag", "rmeanpsfmag", "mag_r"),
    *("g_mag", "mag_g", "imag", "vmag", "v_mag", "mag", "magnitude"),
)
_NAMES: Final = ("source_id", "dr3name", "source", "objid", "obj_id", "id", "name")
_EPOCHS: Final = {"gaiadr2": 2015.5, "gaia": 2016.0}
_SAME_ARCSEC: Final = 0.5
_J2000: Final = datetime(2000, 1, 1, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Star:
    """A star where it stands at the time of the observation; ICRS, degrees."""

    name: str
    ra: float
    dec: float
    mag: float | None


@dataclass(frozen=True)
class Field:
    """The stars of a cone, brightest first."""

    catalogue: str
    version: str
    """Of the catalogue's files."""
    band: str
    """Column that the magnitudes are of, empty if there is none."""
    stars: tuple[Star, ...]
    used_ztfref: bool = False
    """Whether stars stand where the reference images of ZTF have them."""


def star_catalogue(catalogues: Sequence[Catalogue]) -> Catalogue | None:
    """Return the best catalogue of stars among those that are loaded."""
    for beginning in _PREFERRED:
        for one in catalogues:
            if _bare(one.name).startswith(beginning) and not one.physical:
                return one
    return None


def gaia_catalogues(catalogues: Sequence[Catalogue]) -> list[Catalogue]:
    """Return the catalogues of Gaia among those that are loaded."""
    return [one for one in catalogues if _bare(one.name).startswith("gaia")]


def field_of(
    catalogues: Sequence[Catalogue],
    place: tuple[float, float],
    radius: float,
    time: datetime,
    *,
    use_ztfref: bool = True,
) -> Field | None:
    """Return the stars of a cone, moved to where they are at a time; None if no catalogue of stars is loaded.

    Parameters
    ----------
    place
        ICRS, degrees.
    radius
        In arcsec.
    use_ztfref
        Take the positions of a loaded catalogue of ZTF's reference images where it has a star.
    """
    catalogue = star_catalogue(catalogues)
    if catalogue is None:
        return None
    ra, dec = place
    stars = placed(catalogue, _brightest(catalogue, ra, dec, radius), time)
    stars.sort(key=lambda star: math.inf if star.mag is None else star.mag)
    field = Field(catalogue.name, catalogue.meta.version, _band(catalogue), tuple(stars))
    reference = next((one for one in catalogues if _bare(one.name).startswith(_ZTF_REF)), None)
    if not use_ztfref or reference is None:
        return field
    if reference is catalogue:
        return replace(field, used_ztfref=True)
    return _moved(field, reference, ra, dec)


def placed(catalogue: Catalogue, found: Matches, time: datetime) -> list[Star]:
    """Return rows of a catalogue as stars, moved to where they are at a time."""
    band = _band(catalogue)
    records = ({key.lower(): value for key, value in one.items()} for one in catalogue.records(found))
    return [_star(record, catalogue.name, band, time) for record in records]


def _band(catalogue: Catalogue) -> str:
    """Return the column of magnitudes, empty if there is none."""
    columns = {name.lower(): name for name in catalogue.columns.column_names}
    return next((columns[name] for name in _MAGNITUDES if name in columns), "")


def _brightest(catalogue: Catalogue, ra: float, dec: float, radius: float) -> Matches:
    """Return the brightest stars of a cone."""
    found = catalogue.match([ra], [dec], radius)
    if len(found.index) <= MOST:
        return found
    ranked = np.arange(len(found.index))
    if band := _band(catalogue):
        mags = catalogue.columns.column(band).take(pa.array(found.index)).to_numpy()
        ranked = np.argsort(np.asarray(mags, np.float64), kind="stable")
    keep = ranked[:MOST]
    return Matches(found.row[keep], found.index[keep], found.distance[keep])


def _star(record: Mapping[str, Any], catalogue: str, band: str, time: datetime) -> Star:
    ra, dec = float(record["ra"]), float(record["dec"])
    epoch = _number(record, "ref_epoch") or next(
        (year for name, year in _EPOCHS.items() if _bare(catalogue).startswith(name)), None
    )
    # mas a year, that of right ascension along the circle, as Gaia has it
    east, north = (_number(record, name) for name in ("pmra", "pmdec"))
    if east is None:
        north = _number(record, "pmde") if north is None else north
        east = _number(record, "pmra_cosdec")
    if epoch is not None and east is not None and north is not None:
        years = 2000.0 + (time - _J2000).total_seconds() / (365.25 * 86400) - epoch
        dec = min(max(dec + north * years / 3.6e6, -90.0), 90.0)
        ra = (ra + east * years / 3.6e6 / max(math.cos(math.radians(dec)), 1e-6)) % 360.0
    name = next((str(record[key]) for key in _NAMES if record.get(key) is not None), str(record["_id"]))
    return Star(name, ra, dec, _number(record, band.lower()) if band else None)


def _moved(field: Field, reference: Catalogue, ra: float, dec: float) -> Field:
    """Return the stars at the positions that a reference catalogue has of them."""
    if not field.stars or not len(reference.match([ra], [dec], 60.0).index):
        return field
    lon, lat = ([getattr(star, axis) for star in field.stars] for axis in ("ra", "dec"))
    found = reference.match(lon, lat, _SAME_ARCSEC)
    places: dict[int, dict[str, Any]] = {}
    for row, record in zip(found.row.tolist(), reference.records(found), strict=True):
        # the nearest comes first
        places.setdefault(row, record)
    stars = tuple(
        replace(star, ra=float(places[i]["ra"]), dec=float(places[i]["dec"])) if i in places else star
        for i, star in enumerate(field.stars)
    )
    return replace(field, stars=stars, used_ztfref=bool(places))


def neighbours(field: Field, star: Star) -> float:
    """Return the distance in arcsec from a star to the nearest other one, infinite if there is none."""
    others = [one for one in field.stars if one is not star]
    if not others:
        return math.inf
    lon, lat = ([getattr(one, axis) for one in others] for axis in ("ra", "dec"))
    return float(sky.separation(star.ra, star.dec, lon, lat).min())


def _number(record: Mapping[str, Any], name: str) -> float | None:
    value = record.get(name)
    if value is None or isinstance(value, (str, bool)):
        return None
    return float(value) if math.isfinite(float(value)) else None


def _bare(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
