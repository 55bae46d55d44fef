"""Requests for candidates."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field

from nightdesk_services.marshal.models.fields import (
    Body,
    Dec,
    Ids,
    Names,
    ObjId,
    Page,
    Query,
    Ra,
    StoredIds,
    Time,
)
from nightdesk_services.marshal.models.sources import SourceFields

SavedStatus = Literal[
    "all",
    "savedToAllSelected",
    "savedToAnySelected",
    "savedToAnyAccessible",
    "notSavedToAnyAccessible",
    "notSavedToAnySelected",
    "notSavedToAllSelected",
]
SortBy = Literal["passed_at", "last_detected_at", "score", "magpsf", "n_det", "first_jd", "id"]


class CandidatesQuery(Page):
    """Which candidates to list, and how; times in UTC.

    What an object was detected as is told by its candidates, and by the statistics of its photometry if it
    is saved.
    """

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    group_ids: Ids = Field(default=[], alias="groupIDs")
    filter_ids: StoredIds = Field(default=[], alias="filterIDs")
    start_date: Time | None = Field(default=None, alias="startDate")
    end_date: Time | None = Field(default=None, alias="endDate")
    saved_status: SavedStatus = Field(default="all", alias="savedStatus")
    list_name: str | None = Field(default=None, alias="listName")
    list_name_reject: str | None = Field(default=None, alias="listNameReject")
    survey: str | None = None
    min_score: float | None = Field(default=None, ge=0, le=1, alias="minScore")
    sort_by: SortBy = Field(default="passed_at", alias="sortBy")
    sort_order: Literal["asc", "desc"] = Field(default="desc", alias="sortOrder")
    obj_id: str | None = Field(default=None, max_length=128, alias="objID")
    name_only: bool = Field(default=False, alias="nameOnly")
    include_photometry: bool = Field(default=False, alias="includePhotometry")
    annotation_origin: str | None = Field(default=None, alias="sortByAnnotationOrigin")
    annotation_key: str | None = Field(default=None, alias="sortByAnnotationKey")
    annotation_order: Literal["asc", "desc"] = Field(default="asc", alias="sortByAnnotationOrder")
    annotation_filter_list: str | None = Field(default=None, alias="annotationFilterList")
    classifications: Names = Field(default=[])
    classifications_reject: Names = Field(default=[], alias="classificationsReject")
    min_redshift: float | None = Field(default=None, alias="minRedshift")
    max_redshift: float | None = Field(default=None, alias="maxRedshift")
    first_detection_after: Time | None = Field(default=None, alias="firstDetectionAfter")
    last_detection_before: Time | None = Field(default=None, alias="lastDetectionBefore")
    number_detections: int | None = Field(default=None, ge=0, lt=2**31, alias="numberDetections")
    require_detections: bool = Field(default=True, alias="requireDetections")
    exclude_forced_photometry: bool = Field(default=False, alias="excludeForcedPhotometry")
    """Whether forced photometry does not count as a detection."""
    query_id: str | None = Field(default=None, alias="queryID")
    autosave: bool = False
    autosave_group_ids: Ids = Field(default=[], alias="autosaveGroupIds")
    photometry_annotations_filter: Names = Field(default=[], alias="photometryAnnotationsFilter")
    photometry_annotations_origin: Names = Field(default=[], alias="photometryAnnotationsFilterOrigin")
    photometry_annotations_before: Time | None = Field(
        default=None, alias="photometryAnnotationsFilterBefore"
    )
    photometry_annotations_after: Time | None = Field(default=None, alias="photometryAnnotationsFilterAfter")
    photometry_annotations_count: int | None = Field(
        default=None, ge=1, lt=2**31, alias="photometryAnnotationsFilterMinCount"
    )
    localization_dateobs: str | None = Field(default=None, alias="localizationDateobs")
    localization_name: str | None = Field(default=None, alias="localizationName")
    localization_cumprob: float | None = Field(default=None, alias="localizationCumprob")
    extras: bool = False
    """Give cards as the panels show them, with fields of our own."""


class CandidateQuery(Query):
    """What to show of one candidate."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    include_photometry: bool = Field(default=False, alias="includePhotometry")
    include_spectra: bool = Field(default=False, alias="includeSpectra")
    include_alerts: bool = Field(default=False, alias="includeAlerts")
    extras: bool = False


class CandidatePost(SourceFields):
    """An object that passed filters."""

    id: ObjId
    ra: Ra
    dec: Dec
    filter_ids: StoredIds = Field(min_length=1)
    passed_at: Time
    passing_alert_id: int | None = Field(default=None, ge=0, lt=2**63)


class RowsQuery(Page):
    """Which passages of filters to list."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    group_ids: Ids = Field(default=[], alias="groupIDs")
    filter_ids: StoredIds = Field(default=[], alias="filterIDs")
    start_date: Time | None = Field(default=None, alias="startDate")
    end_date: Time | None = Field(default=None, alias="endDate")
    saved_status: SavedStatus = Field(default="all", alias="savedStatus")


class BulkDelete(Body):
    """How old candidates must be to go, and how many at once."""

    max_age_months: int = Field(default=6, ge=1, alias="maxAgeMonths")
    batch_size: int = Field(default=1000, ge=1, le=10_000, alias="batchSize")
    dry_run: bool = Field(default=False, alias="dryRun")
