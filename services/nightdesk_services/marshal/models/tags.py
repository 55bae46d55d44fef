"""Requests about tags on objects."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from nightdesk_services.marshal.models.fields import Body, Ids, ObjId, Query

TagName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]+$", max_length=64)]
Color = Annotated[str, StringConstraints(pattern=r"^#(?:[0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})$")]


class TagOptionPost(Body):
    """A tag that can be put on objects."""

    name: TagName
    color: Color | None = None


class TagOptionPatch(Body):
    """A tag's new name or colour."""

    name: TagName | None = None
    color: Color | None = None


class TagPost(Body):
    """A tag to put on an object."""

    obj_id: ObjId
    objtagoption_id: int
    group_ids: Annotated[Ids, Field(min_length=1)] | None = None


class TagDelete(Body):
    """The groups that shall no longer hold a tag."""

    group_ids: Annotated[Ids, Field(min_length=1)] | None = None


class TagsQuery(Query):
    """Which tags to list."""

    obj_id: str | None = None
    objtagoption_id: int | None = None
