"""Requests about finding charts, offset stars, positions and observability."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from nightdesk_services.marshal.models.fields import Dec, Ids, Query, Ra, Time

FacilityName = Literal["Keck", "P200", "P200-NGPS", "Shane"]
Magnitude = Annotated[float, Field(ge=-5, le=40, allow_inf_nan=False)]


class StarsQuery(Query):
    """For which telescope, and when; without a time now."""

    facility: FacilityName = "Keck"
    obstime: Time | None = None
    use_ztfref: bool = True


class OffsetsQuery(StarsQuery):
    """How many offset stars, and the run whose words on the target are told too."""

    num_offset_stars: int = Field(default=3, ge=0, le=10)
    observing_run_id: int | None = Field(default=None, ge=0, lt=2**63)


class ChartQuery(StarsQuery):
    """What a chart shows."""

    imsize: float = Field(default=4.0, ge=2, le=15)
    """Arcmin on a side."""
    image_source: Literal["ps1", "desi", "dss", "ztfref"] = "ps1"
    """Taken and not needed: the picture is made of what this desk has itself."""
    num_offset_stars: int = Field(default=3, ge=0, le=4)
    type: Literal["pdf", "png"] = "pdf"


class FinderQuery(ChartQuery):
    """A chart of a source."""

    mag_min: Magnitude | None = None
    mag_limit: Magnitude | None = None
    use_cache: bool = True
    as_json: bool = False

    @model_validator(mode="after")
    def _ordered(self) -> FinderQuery:
        if self.mag_min is not None and self.mag_limit is not None and self.mag_min > self.mag_limit:
            msg = "mag_min: it is fainter than mag_limit"
            raise ValueError(msg)
        return self


class UnsourcedQuery(ChartQuery):
    """A chart of any place, or of a star of Gaia."""

    location_type: Literal["gaia_dr3", "gaia_dr2", "pos"]
    catalog_id: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,19}$")] | None = None
    ra: Ra | None = None
    dec: Dec | None = None

    @model_validator(mode="after")
    def _located(self) -> UnsourcedQuery:
        if self.location_type == "pos" and (self.ra is None or self.dec is None):
            msg = "ra, dec: a position needs both"
            raise ValueError(msg)
        if self.location_type != "pos" and self.catalog_id is None:
            msg = f"catalog_id: {self.location_type} needs the digits of the star's source_id"
            raise ValueError(msg)
        return self


class PositionQuery(Query):
    """Which points a position is made of, and how."""

    instrument_ids: Ids | None = None
    stream_ids: Ids | None = None
    stream_only: bool = False
    snr_threshold: float = Field(default=3.0, gt=0, allow_inf_nan=False)
    method: Literal["snr2", "invvar"] = "snr2"


class ObservabilityQuery(Query):
    """When a source counts as observable."""

    max_airmass: float = Field(default=2.5, ge=1.01, le=10, alias="maxAirmass")
    twilight: Literal["astronomical", "nautical", "civil"] = "astronomical"
    type: Literal["pdf", "png"] = "pdf"
