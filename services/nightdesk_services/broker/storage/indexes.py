"""Indexes of the broker's collections."""

from __future__ import annotations

from typing import Any

from nightdesk.surveys import SURVEYS
from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.database import Database

from nightdesk_services.broker.storage.guard import guarded

Document = dict[str, Any]


def _index(*fields: str) -> IndexModel:
    return IndexModel([(f.lstrip("-"), DESCENDING if f.startswith("-") else ASCENDING) for f in fields])


def ensure_indexes(db: Database[Document]) -> None:
    """Create the indexes that are missing."""
    with guarded():
        for survey in SURVEYS.values():
            db[survey.alerts].create_indexes([_index(f) for f in ("objectId", "jd", "hpx12", "hpx6")])
            db[survey.objects].create_indexes([_index("objectId"), IndexModel([("fresh", 1)], sparse=True)])
        # each index costs the embedded store as much as a tenth of the document: these serve every query
        db["candidates"].create_indexes([_index("-passed_at"), _index("objectId", "-passed_at")])
        db["quarantine"].create_indexes([_index("-at")])
        db["filters"].create_indexes([_index("active", "kind")])
