"""Requests about one's messages."""

from __future__ import annotations

from nightdesk_services.marshal.models.fields import Body


class NoticePatch(Body):
    """Whether a message was read."""

    viewed: bool
