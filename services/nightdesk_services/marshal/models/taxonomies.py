"""Requests about taxonomies."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from nightdesk_services.marshal.models.fields import Body, Ids, Title


class TaxonomyPost(Body):
    """A new taxonomy, its hierarchy as JSON or as a text in YAML."""

    name: Title
    version: Title
    hierarchy: dict[str, Any] | None = None
    hierarchy_file: str | None = None
    group_ids: Ids | None = None
    provenance: str | None = Field(default=None, max_length=1000)
    is_latest: bool = Field(default=True, alias="isLatest")


class TaxonomyPut(Body):
    """A taxonomy's new name, version, origin or readers; its hierarchy stays."""

    name: Title | None = None
    version: Title | None = None
    provenance: str | None = Field(default=None, max_length=1000)
    is_latest: bool | None = Field(default=None, alias="isLatest")
    group_ids: Annotated[Ids, Field(min_length=1)] | None = None
