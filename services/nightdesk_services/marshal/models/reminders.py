"""Requests about reminders."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from nightdesk_services.marshal.models.fields import Body, Ids, Text, Time

Delay = Annotated[float, Field(gt=0, le=3650, allow_inf_nan=False)]
"""Days from one reminder to the next."""
Number = Annotated[int, Field(ge=1, le=1000)]
Some = Annotated[Ids, Field(min_length=1, max_length=100)]


class ReminderPost(Body):
    """A new reminder, for each of some users."""

    text: Text
    next_reminder: Time
    reminder_delay: Delay = 1.0
    number_of_reminders: Number = 1
    group_ids: Some | None = None
    user_ids: Some | None = None


class ReminderPatch(Body):
    """What changes in a reminder."""

    text: Text | None = None
    origin: str | None = Field(default=None, max_length=200)
    bot: bool | None = None
    next_reminder: Time | None = None
    reminder_delay: Delay | None = None
    number_of_reminders: Number | None = None
    group_ids: Some | None = None
    user_ids: Annotated[Ids, Field(min_length=1, max_length=1)] | None = None
