"""Light curves of objects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl

from nightdesk.photometry.conversions import LIMIT_SIGMA, SIGNIFICANT, Floats, flux_of_magnitude
from nightdesk.photometry.points import Kind, frame_of_points, measure
from nightdesk.photometry.texts import coded, texts
from nightdesk.surveys import Survey

Integers = npt.NDArray[np.int64]

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
    parts: dict[Kind, tuple[pl.DataFrame, Integers]] = {}
    for field, kind in LISTS.items():
        lists = [aux.get(field) or () for aux in objects.values()]
        owners = np.repeat(np.arange(len(lists)), [len(points) for points in lists])
        parts[kind] = frame_of_points([point for points in lists for point in points], survey, kind), owners
    return curves_of_fields(survey, list(objects), parts)


def curves_of_fields(
    survey: Survey, names: Sequence[str], parts: Mapping[Kind, tuple[pl.DataFrame, Integers]]
) -> pl.DataFrame:
    """Return `light_curves` of raw points that are columns already.

    Parameters
    ----------
    names
        Objects.
    parts
        Raw points of a kind, with the fields of `raw_fields`, and the index of each one's object.
    """
    measured: list[pl.DataFrame] = []
    for kind, (points, owners) in parts.items():
        if points.height or not measured:
            found = _points(survey, points, kind)
            measured.append(found.insert_column(0, pl.Series("owner", owners, dtype=pl.Int64)))
    curves = measured[0] if len(measured) == 1 else pl.concat(measured)
    # what has no time comes last: NaN is sorted there
    times, owners = (curves.get_column(name).to_numpy() for name in ("mjd", "owner"))
    order = np.lexsort((times, owners))
    whose, curves = texts("objectId", owners[order], names), curves[order]
    return pl.DataFrame([whose, *(curves.get_column(name) for name in POINTS)])


def _points(survey: Survey, points: pl.DataFrame, kind: Kind) -> pl.DataFrame:
    found = measure(points, survey, kind)
    flux, error, limit = (_floats(found, name) for name in ("flux", "fluxerr", "limiting_mag"))
    missed = np.isnan(flux) if kind == "detection" else np.zeros(len(flux), dtype=bool)
    with np.errstate(divide="ignore", invalid="ignore"):
        significant = flux / error >= SIGNIFICANT
    codes, bands = coded(found.get_column("band"))
    prefix = survey.name.lower()
    made = {
        "filter": texts("filter", codes, [prefix + band for band in bands]),
        "fluxerr": _series(np.where(missed, flux_of_magnitude(limit) / LIMIT_SIGMA, error)),
        "mag": _series(np.where(significant, _floats(found, "mag"), np.nan)),
        "magerr": _series(np.where(significant, _floats(found, "magerr"), np.nan)),
        "kind": texts("kind", missed.astype(np.int64), [kind, "limit"]),
    }
    return pl.DataFrame({name: made[name] if name in made else found.get_column(name) for name in POINTS})


def _floats(frame: pl.DataFrame, name: str) -> Floats:
    return frame.get_column(name).to_numpy().astype(np.float64)


def _series(values: Floats) -> pl.Series:
    return pl.Series(values, dtype=pl.Float64, nan_to_null=True)
