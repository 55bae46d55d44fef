"""Requests for alerts and cutouts."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from nightdesk_services.marshal.models.fields import Dec, Query, Ra


class AlertQuery(Query):
    """Which survey's object is meant; without it the name tells."""

    survey: str | None = None
    limit: int = Field(default=1000, ge=1, le=10_000)


class AlertsQuery(Query):
    """Which alerts to list: of a span of time, of a cone, or of both."""

    survey: str
    jd_min: float | None = Field(default=None, alias="jdMin")
    jd_max: float | None = Field(default=None, alias="jdMax")
    ra: Ra | None = None
    dec: Dec | None = None
    radius: float | None = Field(default=None, gt=0, le=7200)
    """Arcseconds."""
    limit: int = Field(default=1000, ge=1, le=10_000)

    @model_validator(mode="after")
    def _whole(self) -> AlertsQuery:
        given = [value is not None for value in (self.ra, self.dec, self.radius)]
        if any(given) and not all(given):
            msg = "a cone needs ra, dec and radius"
            raise ValueError(msg)
        return self


class ImageQuery(Query):
    """How to draw a cutout."""

    size: int | None = Field(default=None, ge=8, le=1024)
    """Edge in pixels; the cutout's own without it."""
    stretch: Literal["asinh", "linear", "log", "sqrt"] = "asinh"
