"""Light curves of objects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from nightdesk.photometry.columns import Integers, Texts, integers, texts
from nightdesk.photometry.conversions import LIMIT_SIGMA, SIGNIFICANT, Floats, flux_of_magnitude
from nightdesk.photometry.fields import FrameFields, PointFields
from nightdesk.photometry.points import Kind, frame_of_points, measured, positive, series
from nightdesk.surveys import Survey

Integer = npt.NDArray[np.int64]

POINTS: Final[dict[str, pl.DataType]] = {
    "mjd": pl.Float64(),
    "band": pl.String(),
    "filter": pl.String(),
    "flux": pl.Float64(),
    "fluxerr": pl.Float64(),
    "mag": pl.Float64(),
    "magerr": pl.Float64(),
    "limiting_mag": pl.Float64(),
    "kind": pl.String(),
    "candid": pl.Int64(),
    "programid": pl.Int64(),
    "isdiffpos": pl.Boolean(),
}
"""Columns of a light curve."""
LISTS: Final[dict[str, Kind]] = {"prv_candidates": "detection", "fp_hists": "forced"}
"""Fields of an object's document that list its points -> what these are."""


def light_curve(survey: Survey, aux: Mapping[str, Any]) -> pl.DataFrame:
    """Return an object's light curve.

    Parameters
    ----------
    aux
        Document of the object: ``prv_candidates`` and ``fp_hists`` are lists of raw points.

    Returns
    -------
    frame
        Columns of `POINTS`, sorted by ``mjd`` (UTC). ``flux`` and ``fluxerr`` are difference fluxes in µJy;
        ``mag`` is null where the flux is negative or below three sigma. ``kind`` is ``detection``, ``limit``
        (a non-detection: only ``limiting_mag``, and a fifth of its flux as ``fluxerr``) or ``forced``.
    """
    return light_curves(survey, {"": aux}).drop("objectId")


def light_curves(survey: Survey, objects: Mapping[str, Mapping[str, Any]]) -> pl.DataFrame:
    """Return the light curves of many objects at once, which is much quicker than one by one.

    Parameters
    ----------
    objects
        Name of an object -> its document, as `light_curve` takes it.

    Returns
    -------
    frame
        ``objectId`` and the columns of `POINTS`, object by object as given, each sorted by ``mjd``.
    """
    return curves_of_fields(survey, list(objects), parts_of(survey, list(objects.values()))).frame()


def parts_of(survey: Survey, objects: Sequence[Mapping[str, Any]]) -> dict[Kind, tuple[PointFields, Integer]]:
    """Return the raw points of objects' documents by kind, and the index of each one's object."""
    parts: dict[Kind, tuple[PointFields, Integer]] = {}
    for field, kind in LISTS.items():
        lists = [aux.get(field) or () for aux in objects]
        points = frame_of_points([point for points in lists for point in points], survey, kind)
        parts[kind] = FrameFields(points), np.repeat(np.arange(len(lists)), [len(one) for one in lists])
    return parts


class Curves(NamedTuple):
    """Light curves as arrays: the columns of `light_curves`; NaN or null where a value is not known."""

    objects: Texts
    mjd: Floats
    band: Texts
    filter: Texts
    flux: Floats
    fluxerr: Floats
    mag: Floats
    magerr: Floats
    limiting_mag: Floats
    kind: Texts
    candid: Integers
    programid: Integers

    @property
    def height(self) -> int:
        """How many points these are."""
        return len(self.mjd)

    def taken(self, rows: npt.NDArray[np.generic]) -> Curves:
        """Return the points at some rows, or where a mask is set."""
        columns: tuple[Any, ...] = self
        return Curves(*(one[rows] if isinstance(one, np.ndarray) else one.taken(rows) for one in columns))

    def frame(self) -> pl.DataFrame:
        """Return the same as a frame."""
        columns = {name: series(name, values) for name, values in self._asdict().items()}
        whose = columns.pop("objects").alias("objectId")
        return pl.DataFrame([whose, *columns.values(), positive(self.flux)])


def curves_of_fields(
    survey: Survey, names: Sequence[str], parts: Mapping[Kind, tuple[PointFields, Integer]]
) -> Curves:
    """Return the light curves of raw points, object by object as given, each sorted by time.

    Parameters
    ----------
    names
        Objects.
    parts
        Raw points of a kind, with the fields of `raw_fields`, and the index of each one's object.
    """
    found = [
        _points(survey, fields, kind, Texts(owners, names))
        for kind, (fields, owners) in parts.items()
        if len(fields)
    ]
    if not found:
        kind, (fields, owners) = next(iter(parts.items()))
        return _points(survey, fields, kind, Texts(owners, names))
    curves = found[0] if len(found) == 1 else _joined(found)
    # what has no time comes last: NaN is sorted there
    return curves.taken(np.lexsort((curves.mjd, curves.objects.codes)))


def _points(survey: Survey, fields: PointFields, kind: Kind, whose: Texts) -> Curves:
    found = measured(fields, survey, kind)
    missed = np.isnan(found.flux) if kind == "detection" else np.zeros(len(fields), dtype=bool)
    with np.errstate(divide="ignore", invalid="ignore"):
        significant = found.flux / found.fluxerr >= SIGNIFICANT
    prefix = survey.name.lower()
    codes, bands = found.band
    return Curves(
        objects=whose,
        mjd=found.mjd,
        band=found.band,
        filter=Texts(codes, [None if band is None else prefix + band for band in bands]),
        flux=found.flux,
        fluxerr=np.where(missed, flux_of_magnitude(found.limiting_mag) / LIMIT_SIGMA, found.fluxerr),
        mag=np.where(significant, found.mag, np.nan),
        magerr=np.where(significant, found.magerr, np.nan),
        limiting_mag=found.limiting_mag,
        kind=Texts(missed.astype(np.int64), [kind, "limit"]),
        candid=found.candid,
        programid=found.programid,
    )


def _joined(parts: Sequence[Curves]) -> Curves:
    columns: list[Any] = []
    for same in zip(*parts, strict=True):
        match same[0]:
            case Integers():
                columns.append(integers(same))
            case Texts():
                columns.append(texts(same))
            case _:
                columns.append(np.concatenate(same))
    return Curves(*columns)
