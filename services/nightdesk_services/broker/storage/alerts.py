"""Alert documents."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from bson import Int64
from nightdesk.alerts import AlertDocuments
from nightdesk.surveys import Survey
from pymongo.database import Database

from nightdesk_services.broker.storage.guard import guarded
from nightdesk_services.broker.storage.inserting import existing, insert_absent, wide

Document = dict[str, Any]


class AlertStore:
    """Alerts of all surveys."""

    def __init__(self, db: Database[Document]) -> None:
        self._db = db

    def existing(self, survey: Survey, candids: Iterable[int]) -> set[int]:
        """Return which alerts are there: those have been dealt with completely."""
        return existing(self._db[survey.alerts], [Int64(c) for c in candids])

    def insert(self, survey: Survey, documents: Sequence[AlertDocuments]) -> set[int]:
        """Insert alerts, which says that they are dealt with; return those that were there before."""
        return insert_absent(self._db[survey.alerts], [wide(d.alert) for d in documents])

    def count(self, survey: Survey) -> int:
        """Return about how many alerts there are."""
        with guarded():
            return self._db[survey.alerts].estimated_document_count()
