"""Requests about teams."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from nightdesk_services.marshal.models.fields import Body, Ids, Title

Colour = Annotated[str, StringConstraints(max_length=40, pattern=r"^(#[0-9A-Fa-f]{3,8}|[a-zA-Z]+)$")]
Url = Annotated[str, StringConstraints(max_length=2000, pattern=r"^(https?://|/)\S+$")]


class TeamFields(Body):
    """What a team looks like."""

    nickname: Annotated[str, StringConstraints(max_length=60)] | None = None
    description: Annotated[str, StringConstraints(max_length=2000)] | None = None
    primary_color: Colour | None = None
    secondary_color: Colour | None = None
    logo_url: Url | None = None
    background_url: Url | None = None


class TeamPost(TeamFields):
    """A new team."""

    name: Title
    group_ids: Ids = Field(default=[])


class TeamPut(TeamFields):
    """Changes to a team; null clears a field, what is not given stays."""

    name: Title | None = None
    group_ids: Ids | None = None
