"""When a message may go out: quiet hours and digests, in the reader's own time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Quiet:
    """Local times between which nothing is sent; they may span midnight."""

    start: time
    end: time
    zone: ZoneInfo

    def until(self, moment: datetime) -> datetime:
        """Return the moment itself, or the end of the quiet hours that it lies in, in UTC."""
        local = moment.astimezone(self.zone).time()
        if self.start <= self.end:
            quiet = self.start <= local < self.end
        else:
            quiet = local >= self.start or local < self.end
        return following(moment, self.end, self.zone) if quiet else moment


def following(moment: datetime, clock: time, zone: ZoneInfo) -> datetime:
    """Return when clocks in a zone show a time next, after some moment, in UTC."""
    day = moment.astimezone(zone).date()
    found = datetime.combine(day, clock, zone).astimezone(UTC)
    if found <= moment:
        found = datetime.combine(day + _DAY, clock, zone).astimezone(UTC)
    return found


def clock_of(text: str) -> time:
    """Return the time that ``hh:mm`` says."""
    return time.fromisoformat(text)
