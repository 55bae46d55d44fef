"""Requests about filters."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from nightdesk_services.marshal.models.fields import Body, Query, Title

Source = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200_000)]


class FilterPost(Body):
    """A new filter."""

    name: Title
    stream_id: int
    group_id: int
    kind: Literal["expression", "pipeline"] = "expression"
    source: Source
    active: bool = True


class FilterPatch(Body):
    """Changes to a filter; a new source makes a new version."""

    name: Title | None = None
    source: Source | None = None
    active: bool | None = None


class FiltersQuery(Query):
    """Which filters to list."""

    group_id: int | None = Field(default=None, alias="groupID")
