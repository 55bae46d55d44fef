"""Requests about lists and the desk."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, StringConstraints

from nightdesk_services.marshal.models.fields import Body, ObjId, Query

ListName = Annotated[str, StringConstraints(pattern=r"^\w[\w .\-]*$", max_length=100)]


class ListingPost(Body):
    """An object to put on a list."""

    obj_id: ObjId
    list_name: ListName
    user_id: int | None = None
    params: dict[str, Any] | None = None


class ListingPatch(Body):
    """Where an entry moves: another owner, object or list."""

    user_id: int | None = None
    obj_id: ObjId | None = None
    list_name: ListName | None = None


class WatchParams(Body):
    """How an entry of the watchlist is watched: radius in arcsec, cadence as the client counts it."""

    arcsec: float = Field(ge=0, le=3600)
    cadence: float = Field(ge=1, allow_inf_nan=False)
    end_of_night: bool | None = None


class ListingsQuery(Query):
    """Which list to read."""

    list_name: str | None = Field(default=None, alias="listName")


class Selection(Body):
    """The objects on a desk."""

    ids: list[ObjId] = Field(max_length=10_000)
