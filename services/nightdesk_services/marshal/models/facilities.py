"""Requests about telescopes, instruments and allocations."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from nightdesk_services.marshal.models.fields import Body, Ids, Names, Query, Time, Title

Link = str | None
Json = dict[str, Any]


class TelescopePost(Body):
    """A new telescope."""

    name: Title
    nickname: Title
    diameter: float = Field(gt=0, le=1000)
    lat: float | None = Field(default=None, ge=-90, le=90)
    lon: float | None = Field(default=None, ge=-180, le=360)
    elevation: float | None = Field(default=None, ge=-1000, le=10_000_000)
    skycam_link: Link = None
    weather_link: Link = None
    robotic: bool = False
    fixed_location: bool = True

    @model_validator(mode="after")
    def _placed(self) -> TelescopePost:
        missing = [name for name in ("lat", "lon", "elevation") if getattr(self, name) is None]
        if self.fixed_location and missing:
            msg = f"a telescope with a fixed location needs {', '.join(missing)}"
            raise ValueError(msg)
        return self


class TelescopePut(Body):
    """Changes to a telescope."""

    name: Title | None = None
    nickname: Title | None = None
    diameter: float | None = Field(default=None, gt=0, le=1000)
    lat: float | None = Field(default=None, ge=-90, le=90)
    lon: float | None = Field(default=None, ge=-180, le=360)
    elevation: float | None = Field(default=None, ge=-1000, le=10_000_000)
    skycam_link: Link = None
    weather_link: Link = None
    robotic: bool | None = None
    fixed_location: bool | None = None


class TelescopesQuery(Query):
    """Which telescopes to list."""

    name: str | None = None
    latitude_min: float | None = Field(default=None, alias="latitudeMin")
    latitude_max: float | None = Field(default=None, alias="latitudeMax")
    longitude_min: float | None = Field(default=None, alias="longitudeMin")
    longitude_max: float | None = Field(default=None, alias="longitudeMax")


InstrumentType = Literal["imager", "spectrograph", "imaging spectrograph"]


class InstrumentPut(Body):
    """Changes to an instrument."""

    name: Title | None = None
    type: InstrumentType | None = None
    telescope_id: int | None = None
    band: str | None = None
    filters: Names | None = None
    sensitivity_data: Json | None = None
    configuration_data: Json | None = None
    api_classname: str | None = None
    api_classname_obsplan: str | None = None
    listener_classname: str | None = None
    treasuremap_id: int | None = None
    tns_id: int | None = None
    across_id: str | None = None
    region: str | None = None
    field_data: dict[str, list[Any]] | None = None
    field_region: str | None = None
    field_fov_type: Literal["circle", "rectangle"] | None = None
    field_fov_attributes: list[float] | float | None = None
    references: dict[str, list[Any]] | None = None


class InstrumentPost(InstrumentPut):
    """A new instrument."""

    name: Title
    type: InstrumentType
    telescope_id: int
    filters: Names = Field(default=[])


class InstrumentsQuery(Query):
    """Which instruments to list."""

    name: str | None = None


class InstrumentQuery(Query):
    """What of an instrument's fields to show."""

    geojson: bool = Field(default=False, alias="includeGeoJSON")
    geojson_summary: bool = Field(default=False, alias="includeGeoJSONSummary")
    region: bool = Field(default=False, alias="includeRegion")


class LogPost(Body):
    """A log of an instrument's doings."""

    start_date: Time
    end_date: Time
    log: Json | str


class Span(Query):
    """A span of time."""

    start_date: Time | None = Field(default=None, alias="startDate")
    end_date: Time | None = Field(default=None, alias="endDate")


class StatusPut(Body):
    """What an instrument does now."""

    status: Json = Field(default={})


AllocationType = Literal["triggered", "forced_photometry", "observation_plan"]


class AllocationPut(Body):
    """Changes to an allocation."""

    instrument_id: int | None = None
    group_id: int | None = None
    hours_allocated: float | None = Field(default=None, ge=0, le=100_000)
    pi: str | None = Field(default=None, max_length=200)
    proposal_id: str | None = Field(default=None, max_length=200)
    types: list[AllocationType] | None = None
    validity_ranges: list[Json] | None = None
    default_share_group_ids: Ids | None = None
    allocation_admin_ids: Ids | None = None
    altdata: Json | None = Field(default=None, alias="_altdata")
    replace_altdata: bool = False


class AllocationPost(AllocationPut):
    """A new allocation."""

    instrument_id: int
    group_id: int
    hours_allocated: float = Field(ge=0, le=100_000)


class AllocationsQuery(Query):
    """Which allocations to list."""

    instrument_id: int | None = None
    api_type: Literal["api_classname", "api_classname_obsplan"] | None = Field(default=None, alias="apiType")
    api_implements: str | None = Field(default=None, alias="apiImplements")


class AllocationQuery(Query):
    """Which of an allocation's requests to show."""

    page_number: int = Field(default=1, ge=1, alias="pageNumber")
    num_per_page: int = Field(default=50, ge=1, le=500, alias="numPerPage")
    sort_by: Literal["created_at", "modified", "status", "obj"] = Field(default="created_at", alias="sortBy")
    sort_order: Literal["asc", "desc"] = Field(default="asc", alias="sortOrder")
