"""Looking at quarantined packets, and throwing them away."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from nightdesk_services.broker.storage.quarantine import Quarantine
from nightdesk_services.broker.storage.retries import Retries

log = logging.getLogger(__name__)

Document = dict[str, Any]

MOST = 200
"""Most entries in one page or one request."""


class QuarantineDesk:
    """What people do with the quarantine, besides trying packets again."""

    def __init__(self, quarantine: Quarantine, retries: Retries) -> None:
        self._quarantine = quarantine
        self._retries = retries

    def page(self, survey: str = "", kind: str = "", skip: int = 0, limit: int = 25) -> Document:
        """Return entries, newest first, and the counts around them.

        Parameters
        ----------
        survey, kind
            Only those of a survey (``unknown``: of none) or of a kind of reason.
        skip, limit
            Which part of them.
        """
        rows, matching = self._quarantine.page(survey, kind, skip, min(limit, MOST))
        under_way = self._retries.among([row["_id"] for row in rows])
        return {
            "total": self._quarantine.count(),
            "matching": matching,
            "retrying": len(self._retries.pending()),
            "kinds": [{"kind": k, "count": n} for k, n in self._quarantine.kinds().items()],
            "entries": [_entry(row, under_way.get(row["_id"])) for row in rows],
        }

    def payload(self, digest: str) -> tuple[bytes, bool] | None:
        """Return a packet's bytes and whether they are all of it; None if it is not here."""
        found = self._quarantine.entry(digest)
        return None if found is None else (found["payload"], len(found["payload"]) == found["size"])

    def delete(self, digests: Sequence[str], by: str) -> int:
        """Delete packets for good; return how many were here."""
        number = self._quarantine.delete(digests)
        for digest in digests:
            self._retries.drop(digest)
        log.info("%s deleted %d packets from the quarantine", by, number)
        return number


def _entry(row: Document, attempt: Document | None) -> Document:
    tries = row.get("tries", 0)
    return {
        "id": row["_id"],
        "at": row["at"].isoformat(),
        "last_at": (row.get("last_at") or row["at"]).isoformat(),
        "survey": row["survey"],
        "reason": row["reason"],
        "kind": row.get("kind", ""),
        "size": row["size"],
        "topic": row["topic"],
        "partition": row["partition"],
        "offset": row["offset"],
        "count": row["count"],
        "tries": tries,
        "state": "retrying" if attempt else "came back" if tries else "quarantined",
        "retried_by": attempt["by"] if attempt else None,
    }
