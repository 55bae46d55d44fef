"""Requests about statistics of photometry."""

from __future__ import annotations

from typing import Final

from pydantic import Field

from nightdesk_services.marshal.models.fields import Names, Page, Query, Time

FIELDS: Final = {
    "num_obs_global": "Number of observations",
    "num_det_global": "Number of detections",
    "first_detected_mjd": "First detection [MJD]",
    "first_detected_mag": "Magnitude at first detection",
    "last_detected_mjd": "Last detection [MJD]",
    "last_detected_mag": "Magnitude at last detection",
    "peak_mjd_global": "Peak [MJD]",
    "peak_mag_global": "Peak magnitude",
    "mean_mag_global": "Mean magnitude",
    "faintest_mag_global": "Faintest magnitude",
    "deepest_limit_global": "Deepest limit",
    "rise_rate": "Rise [mag/day]",
    "decay_rate": "Decay [mag/day]",
    "mag_rms_global": "Scatter of magnitudes",
    "time_to_non_detection": "From last non-detection to first detection [day]",
}
"""Statistics that can be compared -> what they are called; rates are negative while an object fades."""


class CreatedQuery(Query):
    """When sources were created; UTC."""

    created_at_start: Time | None = Field(default=None, alias="createdAtStartTime")
    created_at_end: Time | None = Field(default=None, alias="createdAtEndTime")


class CountsQuery(CreatedQuery):
    """When statistics were made; each time it is of all points, so quick and full updates are the same."""

    quick_update_start: Time | None = Field(default=None, alias="quickUpdateStartTime")
    quick_update_end: Time | None = Field(default=None, alias="quickUpdateEndTime")
    full_update_start: Time | None = Field(default=None, alias="fullUpdateStartTime")
    full_update_end: Time | None = Field(default=None, alias="fullUpdateEndTime")


class BatchQuery(CreatedQuery, Page):
    """One page of the sources that have no statistics."""

    num_per_page: int = Field(default=100, ge=1, le=500, alias="numPerPage")


class UpdateQuery(CountsQuery, Page):
    """One page of the sources that have statistics."""

    num_per_page: int = Field(default=100, ge=1, le=500, alias="numPerPage")


class AggregateQuery(Query):
    """What to compare, of which sources."""

    x_field: str | None = Field(default=None, alias="xField")
    y_field: str | None = Field(default=None, alias="yField")
    z_field: str | None = Field(default=None, alias="zField")
    classifications: Names = Field(default=[])
    classification_prob_threshold: float | None = Field(default=None, alias="classificationProbThreshold")
    group_id: int | None = None
    obj_ids: Names = Field(default=[])
    max_matches: int = Field(default=20_000, ge=1, alias="maxMatches")
