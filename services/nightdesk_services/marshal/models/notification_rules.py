"""Requests about what one is told, where, and when."""

from __future__ import annotations

from typing import Annotated, Final, Literal, Self
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from nightdesk_services.marshal.models.fields import Body, Query, Title

Kind = Literal["mention", "comment", "classification", "filter_hit", "followup", "shift", "admission"]
"""What a rule is about."""
Channel = Literal["inbox", "email", "sms", "slack", "webhook"]
"""Where a message goes."""

OPTIONS: Final[dict[str, frozenset[str]]] = {
    "mention": frozenset(),
    "comment": frozenset({"lists", "group_ids"}),
    "classification": frozenset({"lists", "group_ids", "classifications"}),
    "filter_hit": frozenset({"filter_ids", "group_ids"}),
    "followup": frozenset({"group_ids"}),
    "shift": frozenset({"lead_minutes"}),
    "admission": frozenset({"group_ids"}),
}
"""Kind of a rule -> the fields that narrow it."""


def _distinct(value: list[str]) -> list[str]:
    return list(dict.fromkeys(value))


def _zone(value: str) -> str:
    if value not in available_timezones():
        msg = "no time zone of this name; give an IANA name, as America/Los_Angeles"
        raise ValueError(msg)
    return value


Clock = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
"""Local time, ``hh:mm``."""
Zone = Annotated[str, StringConstraints(max_length=64), AfterValidator(_zone)]
Number = Annotated[int, Field(ge=1, le=2**53)]
Numbers = Annotated[list[Number], Field(max_length=200)]
Channels = Annotated[list[Channel], Field(min_length=1, max_length=10), AfterValidator(_distinct)]
Titles = Annotated[list[Title], Field(max_length=200)]
Address = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]


class Digest(Body):
    """Gather messages into one: for some minutes from the first, or until a local time of every day."""

    minutes: int | None = Field(default=None, ge=1, le=7 * 24 * 60)
    daily: Clock | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.minutes is None) == (self.daily is None):
            msg = "give minutes or daily"
            raise ValueError(msg)
        return self


class RuleFields(Body):
    """What narrows a rule; which of it a kind knows stands in `OPTIONS`."""

    group_ids: Numbers | None = None
    """Groups whose comments, candidates, requests count; without: all of one's own."""
    filter_ids: Numbers | None = None
    classifications: Titles | None = None
    """Classes that count; without: all."""
    lists: Titles | None = None
    """Names of one's lists whose sources are followed; without: favorites."""
    lead_minutes: int | None = Field(default=None, ge=1, le=7 * 24 * 60)
    """How long before a shift one is told; without: an hour."""
    digest: Digest | None = None


class RulePost(RuleFields):
    """A new rule."""

    kind: Kind
    channels: Channels
    active: bool = True


class RulePatch(RuleFields):
    """What changes in a rule; null takes a narrowing away."""

    channels: Channels | None = None
    active: bool | None = None


class QuietHours(Body):
    """Local times between which nothing is sent; they may span midnight."""

    start: Clock
    end: Clock


class NotificationSettingsPatch(Body):
    """What changes in when and where one is told; null takes it away."""

    time_zone: Zone | None = None
    quiet_hours: QuietHours | None = None
    per_hour: int | None = Field(default=None, ge=1, le=1000)
    """Most messages an hour on each channel, if fewer than the desk's own bound."""
    slack: Address | None = None
    """One's Slack: an incoming webhook's address, or one's member id where the desk has a bot."""
    webhook: Address | None = None


class TestPost(Body):
    """Where to send a test."""

    channel: Channel


class DeliveriesQuery(Query):
    """How many of one's latest messages to show."""

    limit: int = Field(default=50, ge=1, le=500)
