"""Cutouts of alerts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nightdesk.alerts import AlertDocuments
from nightdesk.surveys import Survey
from pymongo.database import Database

from nightdesk_services.broker.storage.inserting import insert_absent, wide
from nightdesk_services.common.cutouts import CutoutPacks


class CutoutStore:
    """Writes packs, and tells in the store what is in them."""

    def __init__(self, db: Database[dict[str, Any]], packs: CutoutPacks) -> None:
        self._db = db
        self._packs = packs

    def insert(self, survey: Survey, documents: Sequence[AlertDocuments]) -> None:
        """Keep the cutouts of alerts."""
        kept = self._packs.keep(survey, [wide(d.cutouts) for d in documents])
        insert_absent(self._db[survey.cutouts], kept)
