"""What the points of a survey say, in the units of all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
import polars as pl
import pyarrow as pa

from nightdesk.photometry.columns import Integers, Texts
from nightdesk.photometry.conversions import (
    LIMIT_SIGMA,
    POGSON,
    Floats,
    flux_in_ujy,
    flux_of_magnitude,
    magnitude_of_flux,
    utc,
)
from nightdesk.photometry.fields import FrameFields, PointFields
from nightdesk.surveys import Survey
from nightdesk.surveys.model import Photometry

Kind = Literal["detection", "forced"]


class Measured(NamedTuple):
    """What points say, one value a point; NaN or null where it is not known."""

    mjd: Floats
    jd: Floats
    """Both UTC."""
    band: Texts
    flux: Floats
    fluxerr: Floats
    """µJy."""
    mag: Floats
    magerr: Floats
    """Of the flux's absolute value, whatever its significance."""
    limiting_mag: Floats
    candid: Integers
    programid: Integers

    def frame(self) -> pl.DataFrame:
        """Return the same as a frame, as `measure` tells."""
        columns = {name: series(name, values) for name, values in self._asdict().items()}
        own = (columns.pop("candid"), columns.pop("programid"))
        return pl.DataFrame([*columns.values(), positive(self.flux), *own])


def series(name: str, values: Floats | Integers | Texts) -> pl.Series:
    """Return a column; null where a value is not known."""
    if isinstance(values, np.ndarray):
        return pl.Series(name, values, pl.Float64, nan_to_null=True)
    return values.series(name)


def positive(flux: Floats) -> pl.Series:
    """Return whether fluxes are positive; null where one is not known."""
    return pl.Series("isdiffpos", pa.array(flux > 0, mask=np.isnan(flux)), pl.Boolean)


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
    return measured(FrameFields(points, prefix), survey, kind).frame()


def measured(fields: PointFields, survey: Survey, kind: Kind) -> Measured:
    """Return what points of one kind say, as arrays.

    Parameters
    ----------
    fields
        Raw fields of the survey.
    kind
        As for `measure`.
    """
    how = _how(survey, kind)
    mjd, jd = utc(fields.number(survey.time.field, how.invalid), survey.time)
    flux, error, mag, magerr = _brightness(fields, how)
    limit = fields.number(how.limit, how.invalid) if how.limit else magnitude_of_flux(error * LIMIT_SIGMA)
    codes, names = fields.text(survey.band.field)
    bands = [None if name is None else survey.band.names.get(name) for name in names]
    program = survey.programid
    return Measured(
        mjd=mjd,
        jd=jd,
        band=Texts(codes, bands),
        flux=flux,
        fluxerr=error,
        mag=mag,
        magerr=magerr,
        limiting_mag=limit,
        candid=fields.integer(None if kind == "forced" else survey.id.rpartition(".")[2]),
        programid=Integers.everywhere(program, len(fields))
        if isinstance(program, int)
        else fields.integer(program),
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
    value, spread = (fields.number(name, how.invalid) for name in (how.value, how.error))
    if how.kind == "flux":
        field = how.zeropoint
        zero = fields.number(field, how.invalid) if isinstance(field, str) else field or 0.0
        flux, error = flux_in_ujy(value, zero), flux_in_ujy(spread, zero)
        size = np.where(flux == 0, np.nan, np.abs(flux))
        return flux, error, magnitude_of_flux(size), POGSON * error / size
    flux = flux_of_magnitude(value) * fields.sign(how.sign, how.positive)
    return flux, np.abs(flux) * spread / POGSON, value, spread


def _column(points: Sequence[Mapping[str, Any]], name: str, dtype: pl.DataType) -> pl.Series:
    values = [point.get(name) for point in points]
    if dtype == pl.String():
        values = [value if value is None or type(value) is str else str(value) for value in values]
    return pl.Series(name, values, dtype, strict=False)
