"""The store's side of the question whether the archive has every alert."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from nightdesk.archive import limits, night_of
from nightdesk.surveys import Survey
from pymongo.database import Database

from nightdesk_services.broker.storage.guard import guarded

Document = dict[str, Any]

_MARGIN: Final = 1e-5
"""Days around a night that are read too, so that rounding at noon loses nothing."""


class StoredNights:
    """Alerts in the store by night, as the archive counts nights."""

    def __init__(self, db: Database[Document]) -> None:
        self._db = db

    def candids(self, survey: Survey, night: int) -> Iterator[int]:
        """Yield the alerts of a night (``yyyymmdd``), by the index on their time."""
        low, high = limits(night, survey)
        between = {"jd": {"$gte": low - _MARGIN, "$lt": high + _MARGIN}}
        with guarded():
            for found in self._db[survey.alerts].find(between, {"jd": 1}, batch_size=10_000):
                if night_of(found["jd"], survey) == night:
                    yield int(found["_id"])

    def nights(self, survey: Survey) -> list[int]:
        """Return the nights that the store has alerts of, in order."""
        found: list[int] = []
        after = 0.0
        with guarded():
            while True:
                # one look into the index for each night
                first = self._db[survey.alerts].find_one({"jd": {"$gt": after}}, {"jd": 1}, sort=[("jd", 1)])
                if first is None:
                    return found
                night = night_of(first["jd"], survey)
                if not found or found[-1] != night:
                    found.append(night)
                after = max(limits(night, survey)[1] - _MARGIN, first["jd"])
