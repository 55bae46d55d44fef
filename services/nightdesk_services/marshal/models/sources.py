"""Requests about sources and their photometry."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from nightdesk_services.marshal.models.fields import Body, Dec, Ids, ObjId, Page, Query, Ra, Text, Time


class SourceFields(Body):
    """What people find out about a source."""

    redshift: float | None = Field(default=None, gt=-1, lt=50)
    redshift_error: float | None = Field(default=None, ge=0)
    redshift_origin: str | None = Field(default=None, max_length=200)
    t0: float | None = None
    summary: Text | None = None
    tns_name: str | None = Field(default=None, max_length=60)
    mpc_name: str | None = Field(default=None, max_length=60)
    transient: bool | None = None
    varstar: bool | None = None
    is_roid: bool | None = None
    altdata: dict[str, Any] | None = None


class SourcePost(SourceFields):
    """An object to save to groups."""

    id: ObjId
    group_ids: Ids | None = None
    ra: Ra | None = None
    dec: Dec | None = None


class SourcesQuery(Page):
    """Which saved sources to list."""

    num_per_page: int = Field(default=100, ge=1, le=500, alias="numPerPage")
    group_ids: Ids = Field(default=[], alias="group_ids")
    source_id: str | None = Field(default=None, max_length=128, alias="sourceID")
    ra: Ra | None = None
    dec: Dec | None = None
    radius: float | None = Field(default=None, gt=0, le=5)
    """Degrees, as in SkyPortal."""
    saved_after: Time | None = Field(default=None, alias="savedAfter")
    saved_before: Time | None = Field(default=None, alias="savedBefore")
    sort_by: Literal["saved_at", "id", "ra", "dec", "redshift"] = Field(default="saved_at", alias="sortBy")
    sort_order: Literal["asc", "desc"] = Field(default="desc", alias="sortOrder")


class UnsaveQuery(Query):
    """The group to take a source out of."""

    group_id: int


class PhotometryQuery(Query):
    """The form of a light curve."""

    format: Literal["mag", "flux", "both"] = "mag"
    magsys: Literal["ab"] = "ab"
