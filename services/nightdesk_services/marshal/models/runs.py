"""Requests about observing runs, their targets, and shifts."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from nightdesk_services.marshal.models.fields import Body, Ids, ObjId, Query, Time, Title

Priority = Literal["1", "2", "3", "4", "5"]
Status = str


class RunPut(Body):
    """Changes to an observing run."""

    instrument_id: int | None = None
    calendar_date: date | None = None
    pi: str | None = Field(default=None, max_length=200)
    observers: str | None = Field(default=None, max_length=1000)
    duration: int | None = Field(default=None, ge=1, le=366)
    """Nights."""
    group_id: int | None = None


class RunPost(RunPut):
    """A new observing run."""

    instrument_id: int
    calendar_date: date


class NotObserved(Body):
    """A new status for all targets of a run that have some status."""

    current_status: str = Field(min_length=1, max_length=100)
    new_status: str = Field(min_length=1, max_length=100)


class AssignmentPut(Body):
    """Changes to a target of a run."""

    comment: str | None = Field(default=None, max_length=10_000)
    status: str | None = Field(default=None, max_length=100)
    priority: Priority | None = None


class AssignmentPost(AssignmentPut):
    """A new target of a run."""

    run_id: int
    obj_id: ObjId
    priority: Priority


class ShiftPost(Body):
    """A new shift."""

    name: Title
    start_date: Time
    end_date: Time
    group_id: int
    description: str | None = Field(default=None, max_length=10_000)
    required_users_number: int | None = Field(default=None, ge=1, le=1000)
    shift_admins: Ids = Field(default=[])


class ShiftPatch(Body):
    """Changes to a shift."""

    name: Title | None = None
    description: str | None = Field(default=None, max_length=10_000)
    required_users_number: int | None = Field(default=None, ge=1, le=1000)


class ShiftUserPatch(Body):
    """Changes to a person's part in a shift; who needs no replacement need not say so."""

    admin: bool | None = None
    needs_replacement: bool = False


class ShiftUserPost(ShiftUserPatch):
    """Somebody who takes part in a shift."""

    user_id: int = Field(alias="userID")


class ShiftsQuery(Query):
    """Which shifts to list."""

    group_id: int | None = None
    start_date_limit: Time | None = None
    end_date_limit: Time | None = None


class SummaryQuery(Query):
    """The time that a summary is about."""

    start_date: Time | None = Field(default=None, alias="startDate")
    end_date: Time | None = Field(default=None, alias="endDate")
