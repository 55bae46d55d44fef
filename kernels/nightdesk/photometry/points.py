"""What the points of a survey say, in the units of all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
import polars as pl

from nightdesk.photometry.conversions import (
    LIMIT_SIGMA,
    POGSON,
    Floats,
    flux_in_ujy,
    flux_of_magnitude,
    magnitude_of_flux,
    utc,
)
from nightdesk.photometry.fields import PointFields
from nightdesk.photometry.texts import coded, texts
from nightdesk.surveys import Survey
from nightdesk.surveys.model import Photometry

Kind = Literal["detection", "forced"]


def measure(points: pl.DataFrame, survey: Survey, kind: Kind, prefix: str = "") -> pl.DataFrame:
    """Return what points of one kind say.

    Parameters
    ----------
    points
        Raw fields of the survey, one row per point; a field that is absent is null.
    kind
        ``detection`` for triggering sources and for the history of detections and non-detections, ``forced``
        for forced photometry.
    prefix
        Put before the survey's field names to find the columns, as in ``candidate.``.

    Returns
    -------
    frame
        A row for each point: ``mjd``, ``jd`` (UTC), ``band``, ``flux``, ``fluxerr`` (µJy), ``mag``,
        ``magerr`` (of the flux's absolute value, whatever its significance), ``limiting_mag``, ``isdiffpos``,
        ``candid`` (null for forced photometry), ``programid``. All but time, band, limit and programid are
        null for a non-detection.
    """
    how = _how(survey, kind)
    fields = PointFields(points, prefix, how.invalid)
    mjd, jd = utc(fields.number(survey.time.field), survey.time)
    flux, error, mag, magerr = _brightness(fields, how)
    limit = fields.number(how.limit) if how.limit else magnitude_of_flux(error * LIMIT_SIGMA)
    codes, names = coded(fields.text(survey.band.field))
    band = texts("band", codes, [survey.band.names.get(name) for name in names])
    own_id = None if kind == "forced" else survey.id.rpartition(".")[2]
    program: pl.Series | int = (
        survey.programid if isinstance(survey.programid, int) else fields.integer(survey.programid)
    )
    return pl.DataFrame(
        [
            _series("mjd", mjd),
            _series("jd", jd),
            band,
            _series("flux", flux),
            _series("fluxerr", error),
            _series("mag", mag),
            _series("magerr", magerr),
            _series("limiting_mag", limit),
            pl.Series("isdiffpos", flux > 0).set(pl.Series(np.isnan(flux)), None),
            fields.integer(own_id).alias("candid"),
            program.alias("programid")
            if isinstance(program, pl.Series)
            else pl.Series("programid", np.full(len(flux), program, dtype=np.int64)),
        ]
    )


def raw_fields(survey: Survey, kind: Kind) -> dict[str, pl.DataType]:
    """Return the fields of raw points that `measure` needs, and the types that it needs them in."""
    how = _how(survey, kind)
    numbers = dict.fromkeys([survey.time.field, how.value, how.error, how.zeropoint, how.limit], pl.Float64())
    integers = dict.fromkeys([survey.id.rpartition(".")[2], survey.programid], pl.Int64())
    words = dict.fromkeys([survey.band.field, how.sign], pl.String())
    wanted: dict[Any, pl.DataType] = {**numbers, **integers, **words}
    return {name: dtype for name, dtype in wanted.items() if isinstance(name, str)}


def frame_of_points(points: Sequence[Mapping[str, Any]], survey: Survey, kind: Kind) -> pl.DataFrame:
    """Return the columns of raw points that `measure` needs, with types that no odd value can change."""
    fields = raw_fields(survey, kind)
    return pl.DataFrame([_column(points, name, dtype) for name, dtype in fields.items()])


def _how(survey: Survey, kind: Kind) -> Photometry:
    return survey.forced if kind == "forced" else survey.detection


def _brightness(fields: PointFields, how: Photometry) -> tuple[Floats, Floats, Floats, Floats]:
    """Return flux and error in µJy, and magnitude and error of the flux's absolute value."""
    if how.kind == "flux":
        zero = fields.number(how.zeropoint) if isinstance(how.zeropoint, str) else how.zeropoint or 0.0
        flux = flux_in_ujy(fields.number(how.value), zero)
        error = flux_in_ujy(fields.number(how.error), zero)
        size = np.where(flux == 0, np.nan, np.abs(flux))
        return flux, error, magnitude_of_flux(size), POGSON * error / size
    mag, magerr = fields.number(how.value), fields.number(how.error)
    flux = flux_of_magnitude(mag) * fields.sign(how.sign, how.positive)
    return flux, np.abs(flux) * magerr / POGSON, mag, magerr


def _series(name: str, values: Floats) -> pl.Series:
    return pl.Series(name, values, pl.Float64, nan_to_null=True)


def _column(points: Sequence[Mapping[str, Any]], name: str, dtype: pl.DataType) -> pl.Series:
    values = [point.get(name) for point in points]
    if dtype == pl.String():
        values = [value if value is None or type(value) is str else str(value) for value in values]
    return pl.Series(name, values, dtype, strict=False)
