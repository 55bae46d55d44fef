"""Which follow-up requests a query means, as a condition on the store."""

from __future__ import annotations

import re
from datetime import datetime, time
from typing import Any

from nightdesk_services.marshal.access import Document
from nightdesk_services.marshal.models.followup import Wanted
from nightdesk_services.marshal.storage.bounds import between


def wanted(query: Wanted) -> Document:
    """Return the condition of a query."""
    made: dict[str, Any] = {}
    if query.source_id is not None:
        made["obj_id"] = {"$regex": re.escape(query.source_id)}
    if query.status is not None:
        made["status"] = {"$regex": re.escape(query.status), "$options": "i"}
    if created := between(query.start_date, query.end_date):
        made["created_at"] = created
    if query.priority_threshold is not None:
        made["payload.priority"] = {"$gte": query.priority_threshold}
    return made


def observed_between(query: Wanted) -> Document:
    """Return the condition that a request's own window lies in that of a query."""
    made: dict[str, Any] = {}
    if query.observation_start_date is not None:
        made["payload.start_date"] = {"$gte": _text(query.observation_start_date)}
    if query.observation_end_date is not None:
        made["payload.end_date"] = {"$lte": _text(query.observation_end_date)}
    return made


def _text(moment: datetime) -> str:
    """Return a time as it compares with the days that stand in payloads; ISO dates sort as text."""
    return moment.date().isoformat() if moment.time() == time() else moment.strftime("%Y-%m-%dT%H:%M:%S")
