"""Times as people say them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from astropy.time import Time
from nightdesk.client.when import instant, julian_date, moment

NOW = datetime(2026, 11, 24, 3, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("12h", NOW - timedelta(hours=12)),
        ("90 min", NOW - timedelta(minutes=90)),
        ("1.5 days ago", NOW - timedelta(days=1.5)),
        ("2w", NOW - timedelta(weeks=2)),
        ("now", NOW),
        ("tonight", datetime(2026, 11, 23, 12, tzinfo=UTC)),
        ("2026-11-24", datetime(2026, 11, 24, tzinfo=UTC)),
        ("2026-11-24T03:00:00Z", datetime(2026, 11, 24, 3, tzinfo=UTC)),
        ("2026-11-24T03:00+02:00", datetime(2026, 11, 24, 1, tzinfo=UTC)),
        (datetime(2026, 11, 24), datetime(2026, 11, 24, tzinfo=UTC)),
        (datetime(2026, 11, 24, 2, tzinfo=timezone(timedelta(hours=2))), datetime(2026, 11, 24, tzinfo=UTC)),
        (date(2026, 11, 24), datetime(2026, 11, 24, tzinfo=UTC)),
        (timedelta(hours=1), NOW - timedelta(hours=1)),
        (None, None),
    ],
)
def test_moment(said: object, meant: datetime | None) -> None:
    assert moment(said, NOW) == meant  # type: ignore[arg-type]


def test_tonight_after_noon_is_the_night_to_come() -> None:
    assert moment("tonight", NOW.replace(hour=13)) == datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize("mjd", [58000.25, 61368.5])
def test_mjd_and_jd_are_as_in_astropy(mjd: float) -> None:
    expected = Time(mjd, format="mjd", scale="utc").to_datetime(timezone=UTC)
    for number in (mjd, mjd + 2400000.5):
        found = moment(number)
        assert found is not None
        assert abs(found - expected) < timedelta(milliseconds=1)
        assert julian_date(found) == pytest.approx(mjd + 2400000.5, abs=1e-8)


def test_nonsense_is_refused_with_examples() -> None:
    with pytest.raises(ValueError, match="tonight"):
        moment("yesteryear")


def test_instant_without_zone_is_utc() -> None:
    assert instant("2026-11-24T03:30:00") == NOW == instant("2026-11-24T03:30:00+00:00")
