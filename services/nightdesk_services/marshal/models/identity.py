"""Requests about which objects are one thing."""

from __future__ import annotations

from pydantic import Field

from nightdesk_services.marshal.models.fields import Body, ObjId


class MergeBody(Body):
    """Objects that are the same as another; none: look for them by position."""

    obj_ids: list[ObjId] = Field(default=[], max_length=100)
