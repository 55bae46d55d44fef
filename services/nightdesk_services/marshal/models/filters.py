"""Requests about filters."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from nightdesk_services.marshal.models.fields import Body, Query, Title

Source = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200_000)]
Kind = Literal["expression", "pipeline"]


class Code(BaseModel):
    """What a filter does, as SkyPortal's clients say it: among the rest of ``altdata``."""

    model_config = ConfigDict(extra="ignore")

    kind: Kind | None = None
    source: Source | None = None
    active: bool | None = None


CODE = ("kind", "source", "active", "version", "survey")
"""Names in ``altdata`` that tell of the code; the rest there is the client's own."""


class FilterPost(Body):
    """A new filter; one without source is a name that candidates can be posted under."""

    name: Title
    stream_id: int
    group_id: int
    broker_id: int | None = None
    kind: Kind | None = None
    source: Source | None = None
    active: bool | None = None
    altdata: dict[str, Any] | None = None

    @model_validator(mode="after")
    def _said(self) -> FilterPost:
        return _completed(self)


class FilterPatch(Body):
    """Changes to a filter; a new source makes a new version."""

    name: Title | None = None
    group_id: int | None = None
    stream_id: int | None = None
    kind: Kind | None = None
    source: Source | None = None
    active: bool | None = None
    autosave: bool | None = None
    altdata: dict[str, Any] | None = None

    @model_validator(mode="after")
    def _said(self) -> FilterPatch:
        return _completed(self)


class FiltersQuery(Query):
    """Which filters to list, and in which shape."""

    group_id: int | None = Field(default=None, alias="groupID")
    include_versions: bool = Field(default=False, alias="includeVersions")
    """Tell source, kind, version and former versions beside SkyPortal's own fields."""


_Request = TypeVar("_Request", FilterPost, FilterPatch)


def _completed(request: _Request) -> _Request:
    """Take what ``altdata`` says of the code as if it were said outright."""
    if request.altdata:
        code = Code.model_validate(request.altdata)
        request.kind = request.kind or code.kind
        request.source = request.source or code.source
        request.active = code.active if request.active is None else request.active
        request.altdata = {name: value for name, value in request.altdata.items() if name not in CODE}
    return request
