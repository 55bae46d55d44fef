"""Requests about streams."""

from __future__ import annotations

from typing import Any

from nightdesk_services.marshal.models.fields import Body, Title


class StreamPost(Body):
    """A new stream."""

    name: Title
    altdata: dict[str, Any] | None = None
    auto_join: bool = False


class StreamPatch(Body):
    """Changes to a stream; what is not given stays."""

    name: Title
    altdata: dict[str, Any] | None = None
    auto_join: bool | None = None


class StreamUser(Body):
    """Somebody to grant a stream to."""

    user_id: int
