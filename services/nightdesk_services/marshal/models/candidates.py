"""Requests for candidates."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from nightdesk_services.marshal.models.fields import Ids, Page, Time

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
    """Which candidates to list, and how."""

    group_ids: Ids = Field(default=[], alias="groupIDs")
    filter_ids: Ids = Field(default=[], alias="filterIDs")
    start_date: Time | None = Field(default=None, alias="startDate")
    end_date: Time | None = Field(default=None, alias="endDate")
    saved_status: SavedStatus = Field(default="all", alias="savedStatus")
    list_name: str | None = Field(default=None, alias="listName")
    list_name_reject: str | None = Field(default=None, alias="listNameReject")
    survey: str | None = None
    min_score: float | None = Field(default=None, ge=0, le=1, alias="minScore")
    sort_by: SortBy = Field(default="passed_at", alias="sortBy")
    sort_order: Literal["asc", "desc"] = Field(default="desc", alias="sortOrder")
