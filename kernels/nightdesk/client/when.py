"""Times as people say them: ``"12h"``, ``"tonight"``, a datetime, an MJD, an ISO string."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

When = str | int | float | datetime | date | timedelta | None

_AGO = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*(s|min|m|h|d|w)[a-z]*(?:\s+ago)?\s*$", re.IGNORECASE)
_UNITS = {"s": "seconds", "min": "minutes", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_MJD_ZERO = datetime(1858, 11, 17, tzinfo=UTC)
_JD_ZERO = 2_400_000.5


def moment(when: When, now: datetime | None = None) -> datetime | None:
    """Return a time as a UTC datetime.

    Parameters
    ----------
    when
        A datetime (UTC if it does not say), a date, a timedelta ago, ``"90min"``, ``"12h"``, ``"3d"``
        ago, ``"tonight"`` (since the last noon UTC), ``"now"``, an ISO string, or a number: an MJD
        or a JD (UTC). None stays None.
    now
        The present, for what is relative to it.

    Raises
    ------
    ValueError
        If it is none of these.
    """
    now = now or datetime.now(UTC)
    if when is None:
        return None
    if isinstance(when, datetime):
        return _utc(when)
    if isinstance(when, date):
        return datetime(when.year, when.month, when.day, tzinfo=UTC)
    if isinstance(when, timedelta):
        return now - when
    if isinstance(when, str):
        return _spoken(when, now)
    return _MJD_ZERO + timedelta(days=when - _JD_ZERO if when > 1_000_000 else when)


def instant(text: str) -> datetime:
    """Return a time as the marshal writes it (ISO 8601, UTC if it does not say) as a UTC datetime."""
    return _utc(datetime.fromisoformat(text))


def julian_date(when: datetime) -> float:
    """Return the JD (UTC) of a time, good to 0.1 ms."""
    return (when - _MJD_ZERO) / timedelta(days=1) + _JD_ZERO


def _spoken(text: str, now: datetime) -> datetime:
    if found := _AGO.match(text):
        return now - timedelta(**{_UNITS[found[2].lower()]: float(found[1])})
    word = text.strip().lower()
    if word == "now":
        return now
    if word == "tonight":
        noon = now.replace(hour=12, minute=0, second=0, microsecond=0)
        return noon if now >= noon else noon - timedelta(days=1)
    try:
        return _utc(datetime.fromisoformat(text.strip()))
    except ValueError:
        msg = f'{text!r} is not a time; say "12h", "3d", "tonight", "2026-11-24T03:00" or an MJD'
        raise ValueError(msg) from None


def _utc(when: datetime) -> datetime:
    return when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
