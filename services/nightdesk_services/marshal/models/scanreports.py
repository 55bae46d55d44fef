"""Requests about reports of scanning."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from pydantic import Field, model_validator

from nightdesk_services.marshal.models.fields import Body, Ids, Query, Text, Time


class PassedRange(Body):
    """When the candidates of a report passed a filter."""

    start_date: Time
    end_date: Time


class SavedRange(Body):
    """When the candidates of a report were saved."""

    start_saved_date: Time
    end_saved_date: Time


class ScanReportPost(Body):
    """A report to make; each time is a range, or some hours that end now."""

    group_ids: Ids = Field(min_length=1)
    passed_filters_range: PassedRange | None = None
    saved_candidates_range: SavedRange | None = None
    passed_filters_window_hours: float | None = Field(default=None, gt=0, le=24 * 366)
    saved_candidates_window_hours: float | None = Field(default=None, gt=0, le=24 * 366)
    gcn_event_dateobs: str | None = None

    @model_validator(mode="after")
    def _whole(self) -> ScanReportPost:
        for name, given in (
            ("passed_filters", self.passed_filters_range or self.passed_filters_window_hours),
            ("saved_candidates", self.saved_candidates_range or self.saved_candidates_window_hours),
        ):
            if given is None:
                msg = f"give {name}_range or {name}_window_hours"
                raise ValueError(msg)
        for start, end in (self.passed, self.saved):
            if start >= end:
                msg = "a range must end after it starts"
                raise ValueError(msg)
        return self

    @property
    def passed(self) -> tuple[datetime, datetime]:
        """When the candidates passed."""
        if self.passed_filters_range is not None:
            return self.passed_filters_range.start_date, self.passed_filters_range.end_date
        return _until_now(self.passed_filters_window_hours)

    @property
    def saved(self) -> tuple[datetime, datetime]:
        """When the candidates were saved."""
        if self.saved_candidates_range is not None:
            return self.saved_candidates_range.start_saved_date, self.saved_candidates_range.end_saved_date
        return _until_now(self.saved_candidates_window_hours)


class ScanReportsQuery(Query):
    """One page of reports."""

    page: int = Field(default=1, ge=1)
    num_per_page: int = Field(default=10, ge=1, le=500, alias="numPerPage")


class ItemPatch(Body):
    """What is said of one candidate of a report; nothing takes it back."""

    comment: Text | None = None


def _until_now(hours: float | None) -> tuple[datetime, datetime]:
    time = datetime.now(UTC)
    return time - timedelta(hours=hours or 0), time
