"""Quiet hours and daily digests, by clocks of the reader's own."""

from __future__ import annotations

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest
from nightdesk_services.notifier.services.timing import Quiet, clock_of, following

PACIFIC, UTC_ZONE = ZoneInfo("America/Los_Angeles"), ZoneInfo("UTC")


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("moment", "until"),
    [
        # 22:00 to 07:00 in California, which is 06:00 to 15:00 UTC in winter
        (utc(2026, 1, 10, 5, 59), utc(2026, 1, 10, 5, 59)),
        (utc(2026, 1, 10, 6, 0), utc(2026, 1, 10, 15, 0)),
        (utc(2026, 1, 10, 8, 30), utc(2026, 1, 10, 15, 0)),
        (utc(2026, 1, 10, 14, 59), utc(2026, 1, 10, 15, 0)),
        (utc(2026, 1, 10, 15, 0), utc(2026, 1, 10, 15, 0)),
        # and an hour earlier in summer
        (utc(2026, 7, 10, 5, 0), utc(2026, 7, 10, 14, 0)),
        # in this night clocks go from 02:00 to 03:00
        (utc(2026, 3, 8, 7, 0), utc(2026, 3, 8, 14, 0)),
    ],
)
def test_quiet_hours_over_midnight(moment: datetime, until: datetime) -> None:
    assert Quiet(time(22), time(7), PACIFIC).until(moment) == until


def test_quiet_hours_of_a_day() -> None:
    quiet = Quiet(time(9), time(17, 30), UTC_ZONE)
    assert quiet.until(utc(2026, 1, 1, 8, 59)) == utc(2026, 1, 1, 8, 59)
    assert quiet.until(utc(2026, 1, 1, 9, 0)) == utc(2026, 1, 1, 17, 30)
    assert quiet.until(utc(2026, 1, 1, 17, 30)) == utc(2026, 1, 1, 17, 30)


def test_quiet_hours_of_no_length_are_none() -> None:
    quiet = Quiet(time(9), time(9), UTC_ZONE)
    for hour in range(24):
        assert quiet.until(utc(2026, 1, 1, hour)) == utc(2026, 1, 1, hour)


def test_the_next_time_of_a_clock() -> None:
    assert following(utc(2026, 1, 10, 15, 59), clock_of("08:00"), PACIFIC) == utc(2026, 1, 10, 16)
    assert following(utc(2026, 1, 10, 16, 0), clock_of("08:00"), PACIFIC) == utc(2026, 1, 11, 16)
    # the day on which clocks change
    assert following(utc(2026, 3, 7, 16, 0), clock_of("08:00"), PACIFIC) == utc(2026, 3, 8, 15)
    # a time that this day does not have
    assert following(utc(2026, 3, 8, 9, 0), clock_of("02:30"), PACIFIC) == utc(2026, 3, 8, 10, 30)
