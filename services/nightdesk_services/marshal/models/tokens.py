"""Requests about tokens."""

from __future__ import annotations

from pydantic import Field

from nightdesk_services.marshal.models.fields import Body, Names, Query, Title


class TokenPost(Body):
    """A new token."""

    name: Title
    acls: Names = Field(max_length=100)
    user_id: int | None = None


class TokenPut(Body):
    """Changes to a token; what is not given stays."""

    name: Title | None = None
    acls: Names | None = Field(default=None, max_length=100)
    user_id: int | None = None


class TokensQuery(Query):
    """Whose tokens to list."""

    user_id: int | None = Field(default=None, alias="userID")
