"""Requests about the news feed."""

from __future__ import annotations

from pydantic import Field

from nightdesk_services.marshal.models.fields import Query


class NewsQuery(Query):
    """How much news, and about what."""

    num_items: int | None = Field(default=None, ge=1, le=1000, alias="numItems")
    team_id: int | None = Field(default=None, alias="teamID")
