"""Which night a moment belongs to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_BEGINS = timedelta(hours=18)
"""UTC at which a night begins: by day at Palomar (10 h) and at Cerro Pachón (14 h), so it cuts neither."""
_DAY = timedelta(days=1)


def night_of(moment: datetime) -> str:
    """Return the night as YYYYMMDD: the UTC date on which most of it falls, as in ZTF's topics.

    Rubin's ``day_obs`` names the same night by the date before.
    """
    return (moment.astimezone(UTC) + _DAY - _BEGINS).strftime("%Y%m%d")


def span_of(night: str) -> tuple[datetime, datetime]:
    """Return begin and end of a night, UTC.

    Raises
    ------
    ValueError
        It is no date YYYYMMDD.
    """
    end = datetime.strptime(night, "%Y%m%d").replace(tzinfo=UTC) + _BEGINS
    return end - _DAY, end
