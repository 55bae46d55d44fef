"""Light curves of objects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import polars as pl

from nightdesk.photometry.conversions import LIMIT_SIGMA, SIGNIFICANT, Floats, flux_of_magnitude
from nightdesk.photometry.points import Kind, frame_of_points, measure
from nightdesk.surveys import Survey

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
    past = _points(survey, aux.get("prv_candidates") or (), "detection")
    forced = _points(survey, aux.get("fp_hists") or (), "forced")
    curve = past.vstack(forced)
    times = curve.get_column("mjd").fill_null(np.inf).to_numpy()
    return curve[np.argsort(times, kind="stable")]


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
    parts = []
    kinds: tuple[tuple[str, Kind], ...] = (("prv_candidates", "detection"), ("fp_hists", "forced"))
    for field, kind in kinds:
        lists = [aux.get(field) or () for aux in objects.values()]
        owners = np.repeat(np.arange(len(lists)), [len(points) for points in lists])
        found = _points(survey, [point for points in lists for point in points], kind)
        parts.append(found.insert_column(0, pl.Series("owner", owners, dtype=pl.Int64)))
    curves = parts[0].vstack(parts[1])
    times = curves.get_column("mjd").fill_null(np.inf).to_numpy()
    owners = curves.get_column("owner").to_numpy()
    curves = curves[np.lexsort((times, owners))]
    names = pl.Series(list(objects), dtype=pl.String)
    return curves.select(names.gather(curves["owner"]).alias("objectId"), *POINTS)


def _points(survey: Survey, points: Any, kind: Kind) -> pl.DataFrame:
    found = measure(frame_of_points(points, survey, kind), survey, kind)
    flux, error, limit = (_floats(found, name) for name in ("flux", "fluxerr", "limiting_mag"))
    missed = np.isnan(flux) if kind == "detection" else np.zeros(len(flux), dtype=bool)
    with np.errstate(divide="ignore", invalid="ignore"):
        significant = flux / error >= SIGNIFICANT
    prefix = survey.name.lower()
    made = {
        "filter": pl.Series(
            [None if band is None else prefix + band for band in found["band"]], dtype=pl.String
        ),
        "fluxerr": _series(np.where(missed, flux_of_magnitude(limit) / LIMIT_SIGMA, error)),
        "mag": _series(np.where(significant, _floats(found, "mag"), np.nan)),
        "magerr": _series(np.where(significant, _floats(found, "magerr"), np.nan)),
        "kind": pl.Series(["limit" if m else kind for m in missed.tolist()], dtype=pl.String),
    }
    return pl.DataFrame({name: made[name] if name in made else found.get_column(name) for name in POINTS})


def _floats(frame: pl.DataFrame, name: str) -> Floats:
    return frame.get_column(name).to_numpy().astype(np.float64)


def _series(values: Floats) -> pl.Series:
    return pl.Series(values, dtype=pl.Float64, nan_to_null=True)
