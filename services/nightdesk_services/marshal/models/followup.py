"""Requests about robotic follow-up."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from nightdesk_services.marshal.models.fields import (
    Body,
    ObjId,
    Page,
    Query,
    StoredId,
    StoredIds,
    Time,
    Title,
)

Numbers = Annotated[StoredIds, Field(max_length=1000)]
Words = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00]*$")
]
Json = dict[str, Any]


class Constraints(Body):
    """What must hold of an object, and of what lies near it, lest a request is not handed in."""

    radius: float = Field(default=0.5, gt=0, le=3600)
    """Arcsec."""
    not_if_duplicates: bool = False
    source_group_ids: Numbers = Field(default=[])
    ignore_source_group_ids: Numbers = Field(default=[])
    not_if_classified: bool = False
    not_if_spectra_exist: bool = False
    not_if_tns_classified: bool = False
    not_if_tns_reported: float | None = Field(default=None, ge=0, le=1_000_000)
    """Hours since the discovery was reported."""
    not_if_assignment_exists: bool = False
    ignore_allocation_ids: Numbers = Field(default=[])

    @property
    def constraints(self) -> Constraints:
        """These alone."""
        return Constraints(**{name: getattr(self, name) for name in Constraints.model_fields})


class RequestPost(Constraints):
    """A new follow-up request."""

    obj_id: ObjId
    allocation_id: StoredId
    payload: Json
    target_group_ids: Numbers | None = None
    comment: str | None = Field(default=None, max_length=10_000)


class RequestPut(Body):
    """Changes to a request: with a status they are only noted, else the facility is told."""

    status: Words | None = None
    obj_id: ObjId | None = None
    allocation_id: StoredId | None = None
    payload: Json | None = None
    target_group_ids: Numbers | None = None

    @model_validator(mode="after")
    def _named(self) -> Self:
        missing = [name for name in ("obj_id", "allocation_id") if getattr(self, name) is None]
        if self.status is None and missing:
            msg = f"{missing[0]}: needed where no status is given"
            raise ValueError(msg)
        return self


class CommentPut(Body):
    """What is said of a request; nothing clears it."""

    comment: str | None = Field(default=None, max_length=10_000)


class Nothing(Body):
    """A body that says nothing."""


class RequestQuery(Query):
    """What to show with a request."""

    include_obj_thumbnails: bool = Field(default=True, alias="includeObjThumbnails")
    extras: bool = False
    """Also the history of its status, which is none of SkyPortal's fields."""


class Wanted(Query):
    """Which requests."""

    source_id: Words | None = Field(default=None, alias="sourceID")
    status: Words | None = None
    start_date: Time | None = Field(default=None, alias="startDate")
    end_date: Time | None = Field(default=None, alias="endDate")
    observation_start_date: Time | None = Field(default=None, alias="observationStartDate")
    observation_end_date: Time | None = Field(default=None, alias="observationEndDate")
    priority_threshold: float | None = Field(default=None, alias="priorityThreshold", allow_inf_nan=False)


class RequestsQuery(Wanted, Page):
    """Which requests to list."""

    num_per_page: int = Field(default=100, ge=1, le=1000, alias="numPerPage")
    page_number: int = Field(default=1, ge=1, le=1_000_000, alias="pageNumber")
    instrument_id: StoredId | None = Field(default=None, alias="instrumentID")
    allocation_id: StoredId | None = Field(default=None, alias="allocationID")
    requesters: Numbers = Field(default=[])
    sort_by: Literal["created_at", "modified", "status", "obj"] = Field(default="created_at", alias="sortBy")
    sort_order: Literal["asc", "desc"] = Field(default="asc", alias="sortOrder")


class ScheduleQuery(Wanted):
    """Which requests to plan, and for when; the observation dates are the span that is planned."""

    output_format: Literal["csv", "png", "pdf"] = "csv"
    time_resolution: float = Field(default=20, ge=1, le=3600, alias="timeResolution")
    """Seconds."""
    include_standards: bool = Field(default=False, alias="includeStandards")
    standards_only: bool = Field(default=False, alias="standardsOnly")
    standard_type: str = Field(default="ESO", max_length=100, alias="standardType")
    magnitude_range: str | None = Field(default=None, max_length=100, alias="magnitudeRange")


class ReportQuery(Query):
    """As what to send a report."""

    output_format: Literal["pdf", "png"] = "pdf"


class PrioritizationPut(Body):
    """A new order of some requests."""

    request_ids: Numbers = Field(alias="requestIds", min_length=1)
    priority_type: Literal["magnitude", "localization"] = Field(default="magnitude", alias="priorityType")
    magnitude_ordering: Literal["ascending", "descending"] = Field(
        default="ascending", alias="magnitudeOrdering"
    )
    localization_id: StoredId | None = Field(default=None, alias="localizationId")
    minimum_priority: int = Field(default=1, ge=0, le=1000, alias="minimumPriority")
    maximum_priority: int = Field(default=5, ge=0, le=1000, alias="maximumPriority")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.maximum_priority < self.minimum_priority:
            msg = "maximumPriority: lies below minimumPriority"
            raise ValueError(msg)
        return self


class SourceFilter(Body):
    """Which saved sources a default request is for."""

    group_id: StoredId
    """The group that a source is saved to."""


class DefaultPost(Constraints):
    """A new default request: made of itself whenever a source is saved to a group."""

    allocation_id: StoredId
    payload: Json
    default_followup_name: Title
    source_filter: SourceFilter
    target_group_ids: Numbers | None = None
    comment: str | None = Field(default=None, max_length=10_000)
    implements_update: bool = True
    """Whether a request that exists is given a higher priority instead."""
    priority_order: Literal["asc", "desc"] = "asc"
    """Whether a larger number is the more urgent (asc), or a smaller."""
    validity_days: int | None = Field(default=None, ge=1, le=366)


class Refresh(Query):
    """SkyPortal's hints to its pages; here what changes is pushed anyway."""

    refresh_source: bool = Field(default=True, alias="refreshSource")
    refresh_requests: bool = Field(default=False, alias="refreshRequests")


class FacilityMessage(Body):
    """What a facility tells of a request; the rest is as its listener says."""

    model_config = ConfigDict(extra="allow", str_max_length=100_000)

    followup_request_id: StoredId

    @property
    def content(self) -> Json:
        """The message itself."""
        return dict(self.model_extra or {})


class LogSpan(Query):
    """The span of time of a log."""

    start_date: Time = Field(alias="startDate")
    end_date: Time = Field(alias="endDate")
