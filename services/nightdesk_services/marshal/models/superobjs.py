"""Requests about objects that are one thing, and about their hosts."""

from __future__ import annotations

from pydantic import Field

from nightdesk_services.marshal.models.fields import Body, ObjId, Query, Title


class SuperObjPost(Body):
    """Objects that are one thing."""

    name: Title | None = None
    is_roid: bool = False
    obj_ids: list[ObjId] = Field(default=[], max_length=1000)


class SuperObjPatch(Body):
    """What changes of a super-object; its members as a whole, or some more and some less."""

    name: Title | None = None
    is_roid: bool | None = None
    obj_ids: list[ObjId] | None = Field(default=None, max_length=1000)
    add_obj_ids: list[ObjId] | None = Field(default=None, max_length=1000)
    remove_obj_ids: list[ObjId] | None = Field(default=None, max_length=1000)


class SuperObjsQuery(Query):
    """Which super-objects to list."""

    name: str | None = Field(default=None, max_length=120)
    is_roid: bool | None = Field(default=None, alias="isRoid")
    obj_id: str | None = Field(default=None, alias="objID")


class HostPost(Body):
    """The galaxy that an object is in."""

    galaxy_name: str = Field(alias="galaxyName", min_length=1, max_length=200)
