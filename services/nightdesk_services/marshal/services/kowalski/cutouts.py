"""Cutouts in the answers of queries: Kowalski keeps them in the alert, this desk beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from nightdesk.surveys import Survey

from nightdesk_services.marshal.access import Document
from nightdesk_services.marshal.services.kowalski import paths
from nightdesk_services.marshal.services.kowalski.limits import Budget, sendable
from nightdesk_services.marshal.services.kowalski.readers import AlertsReader, Reader
from nightdesk_services.marshal.storage.cutouts import StoredCutouts

_AT_A_TIME: Final = 50


class Cutouts:
    """Puts cutouts to alerts that the asker sees, and so sees their cutouts."""

    def __init__(self, stored: StoredCutouts) -> None:
        self._stored = stored

    async def added(
        self, reader: Reader, documents: list[Document], projection: Mapping[str, Any] | None, budget: Budget
    ) -> list[Document]:
        """Return documents with those cutouts that a projection lets through, all of them without one."""
        if not isinstance(reader, AlertsReader) or not documents:
            return documents
        names = [
            name for name in fields_of(reader.survey) if projection is None or paths.shown(projection, name)
        ]
        if not names:
            return documents
        size, made = 0, []
        for start in range(0, len(documents), _AT_A_TIME):
            budget.check()
            part = documents[start : start + _AT_A_TIME]
            found = await self._stored.of(reader.survey, [one["_id"] for one in part], names)
            for one in part:
                own = found.get(one["_id"], {})
                cutouts = {name: own[name] for name in names if name in own}
                size += sum(len(cutout["stampData"]) for cutout in cutouts.values())
                made.append({**one, **cutouts})
            # as text they are longer by a third
            sendable(size * 4 // 3)
        return made


def fields_of(survey: Survey) -> list[str]:
    """Return the fields of an alert that are cutouts."""
    return [f"cutout{kind.capitalize()}" for kind in survey.stamps]
