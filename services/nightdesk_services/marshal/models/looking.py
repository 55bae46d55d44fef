"""What a client says over its WebSocket."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from nightdesk_services.marshal.models.fields import Body, ObjId


class Looking(Body):
    """The objects whose pages a client shows now."""

    type: Literal["looking"]
    obj_ids: list[ObjId] = Field(max_length=50)
