"""From the difference image to the whole: how bright a source is together with its reference.

A difference image tells how much brighter or fainter a source is than in the reference. For a variable star
or an active nucleus that is not its brightness; for a transient beside its host it is.
"""

from __future__ import annotations

from functools import partial

import numpy as np
import numpy.typing as npt
import polars as pl

from nightdesk.photometry.conversions import (
    POGSON,
    Floats,
    flux_in_ujy,
    flux_of_magnitude,
    magnitude_of_flux,
)
from nightdesk.photometry.fields import FrameFields
from nightdesk.surveys.model import Survey


def total_magnitude(
    magpsf: npt.ArrayLike,
    sigmapsf: npt.ArrayLike,
    sign: npt.ArrayLike,
    magnr: npt.ArrayLike,
    sigmagnr: npt.ArrayLike,
) -> tuple[Floats, Floats, Floats]:
    """Return apparent magnitudes of sources that are in the reference image, from difference magnitudes.

    The correction of Förster et al. 2021 (AJ 161, 242)::

        m = -2.5 log10(10^(-0.4 magnr) + sign 10^(-0.4 magpsf))
        σ = sqrt((10^(-0.4 magpsf) sigmapsf)² - (10^(-0.4 magnr) sigmagnr)²) / 10^(-0.4 m)
        σ_ext = 10^(-0.4 magpsf) sigmapsf / 10^(-0.4 m)

    Parameters
    ----------
    magpsf, sigmapsf
        AB magnitude of the difference flux's absolute value, and its standard error.
    sign
        1 if brighter than the reference, -1 if fainter.
    magnr, sigmagnr
        AB magnitude of the source in the reference image, and its standard error.

    Returns
    -------
    magnitude
        AB; NaN where nothing positive is left.
    error
        For a point source: the reference's noise is part of the difference's. NaN where the latter is less.
    extended_error
        For a source whose reference flux is not a point's.
    """
    difference, reference = flux_of_magnitude(magpsf), flux_of_magnitude(magnr)
    total = reference + np.asarray(sign, dtype=np.float64) * difference
    noise = difference * np.asarray(sigmapsf, dtype=np.float64)
    steady = reference * np.asarray(sigmagnr, dtype=np.float64)
    left = np.where(total > 0, total, np.nan)
    with np.errstate(invalid="ignore"):
        error = np.sqrt(noise**2 - steady**2) / left
    return magnitude_of_flux(total), error, noise / left


def total(points: pl.DataFrame, survey: Survey, prefix: str = "") -> pl.DataFrame:
    """Return how bright detections are together with their reference.

    Parameters
    ----------
    points
        Raw fields of the survey, one row per point.
    prefix
        Put before the survey's field names to find the columns, as in ``candidate.``.

    Returns
    -------
    frame
        A row for each point: ``total_flux``, ``total_fluxerr`` (µJy), ``total_mag``, ``total_magerr`` (AB).
        Null where the survey declares no total, where its reference source lies too far from the detection to
        be the same, or where a value is not known. With a reference, ``total_magerr`` is that of a point
        source, and null where the reference is noisier than the difference; ``total_fluxerr`` is the error of
        the difference flux, so the one of an extended source.
    """
    how = survey.total
    if how is None:
        unknown = np.full(points.height, np.nan)
        return _frame(unknown, unknown, unknown, unknown)
    fields = FrameFields(points, prefix)
    number = partial(fields.number, invalid=how.invalid)
    value, error = number(how.value), number(how.error)
    if how.kind == "flux":
        zero = number(how.zeropoint) if isinstance(how.zeropoint, str) else how.zeropoint or 0.0
        flux, sigma = flux_in_ujy(value, zero), flux_in_ujy(error, zero)
        mag = magnitude_of_flux(flux)
        return _frame(flux, sigma, mag, np.where(np.isnan(mag), np.nan, POGSON * sigma / np.abs(flux)))
    own = survey.detection
    seen = partial(fields.number, invalid=own.invalid)
    if own.kind == "flux":
        zero = seen(own.zeropoint) if isinstance(own.zeropoint, str) else own.zeropoint or 0.0
        signed = flux_in_ujy(seen(own.value), zero)
        sign = np.where(np.isnan(signed), np.nan, np.where(signed < 0, -1.0, 1.0))
        magpsf = magnitude_of_flux(np.abs(signed))
        with np.errstate(divide="ignore", invalid="ignore"):
            sigmapsf = POGSON * flux_in_ujy(seen(own.error), zero) / np.abs(signed)
    else:
        magpsf, sigmapsf = seen(own.value), seen(own.error)
        sign = fields.sign(own.sign, own.positive)
    if how.distance is not None:
        away = number(how.distance)
        value = np.where((away >= 0) & (away <= how.within), value, np.nan)
    mag, magerr, _ = total_magnitude(magpsf, sigmapsf, sign, value, error)
    flux = flux_of_magnitude(value) + sign * flux_of_magnitude(magpsf)
    sigma = np.where(np.isnan(flux), np.nan, flux_of_magnitude(magpsf) * sigmapsf / POGSON)
    return _frame(flux, sigma, mag, magerr)


def _frame(flux: Floats, fluxerr: Floats, mag: Floats, magerr: Floats) -> pl.DataFrame:
    columns = {"total_flux": flux, "total_fluxerr": fluxerr, "total_mag": mag, "total_magerr": magerr}
    return pl.DataFrame([pl.Series(n, v, pl.Float64, nan_to_null=True) for n, v in columns.items()])
