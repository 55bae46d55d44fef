"""Photometry of all surveys in the same units: UTC, difference fluxes in µJy, AB magnitudes."""

from __future__ import annotations

from nightdesk.photometry.columns import Integers, Texts
from nightdesk.photometry.conversions import (
    MJD_ZERO,
    POGSON,
    ZEROPOINT,
    flux_in_ujy,
    flux_of_magnitude,
    magnitude_of_flux,
    magnitude_or_limit,
    utc,
)
from nightdesk.photometry.curves import POINTS, Curves, curves_of_fields, light_curve, light_curves
from nightdesk.photometry.fields import PointFields
from nightdesk.photometry.points import Kind, frame_of_points, measure, raw_fields
from nightdesk.photometry.totals import total, total_magnitude

__all__ = [
    "MJD_ZERO",
    "POGSON",
    "POINTS",
    "ZEROPOINT",
    "Curves",
    "Integers",
    "Kind",
    "PointFields",
    "Texts",
    "curves_of_fields",
    "flux_in_ujy",
    "flux_of_magnitude",
    "frame_of_points",
    "light_curve",
    "light_curves",
    "magnitude_of_flux",
    "magnitude_or_limit",
    "measure",
    "raw_fields",
    "total",
    "total_magnitude",
    "utc",
]
