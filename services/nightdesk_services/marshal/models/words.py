"""Requests about what people say: comments, classifications, lists."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from nightdesk_services.marshal.models.fields import Body, Ids, ObjId, Query, Text

ListName = Annotated[str, StringConstraints(pattern=r"^\w[\w .\-]*$", max_length=100)]


class CommentPost(Body):
    """A new comment."""

    text: Text
    group_ids: Ids | None = None


class CommentPut(Body):
    """A comment's new words or readers."""

    text: Text | None = None
    group_ids: Annotated[Ids, Field(min_length=1)] | None = None


class ClassificationPost(Body):
    """A new classification."""

    obj_id: ObjId
    classification: str
    taxonomy_id: int = 1
    probability: float | None = Field(default=None, ge=0, le=1)
    origin: str | None = Field(default=None, max_length=200)
    ml: bool = False
    group_ids: Ids | None = None


class ListingPost(Body):
    """An object to put on a list."""

    obj_id: ObjId
    list_name: ListName
    user_id: int | None = None


class ListingsQuery(Query):
    """Which list to read."""

    list_name: str | None = Field(default=None, alias="listName")


class Selection(Body):
    """The objects on a desk."""

    ids: list[ObjId] = Field(max_length=10_000)
