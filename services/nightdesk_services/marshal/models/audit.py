"""Requests about what was written on this desk."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from nightdesk_services.marshal.models.fields import Page, Time

Outcome = Literal["done", "refused", "failed"]


class AuditQuery(Page):
    """Which entries to list; all conditions must hold."""

    username: str | None = Field(default=None, max_length=120)
    user_id: int | None = Field(default=None, alias="userID", ge=0, lt=2**63)
    token_id: str | None = Field(default=None, alias="tokenID", max_length=120)
    bot: bool | None = None
    method: Literal["POST", "PUT", "PATCH", "DELETE"] | None = None
    route: str | None = Field(default=None, max_length=200)
    """As entries name it, as in ``sources/{}/comments``."""
    key: str | None = Field(default=None, max_length=128)
    """What it was about: an object or a number that stands in the address."""
    outcome: Outcome | None = None
    start_date: Time | None = Field(default=None, alias="startDate")
    end_date: Time | None = Field(default=None, alias="endDate")
