"""The spectra of many sources at once, with what their phases are counted from."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

from nightdesk_services.marshal.access import Access, Document
from nightdesk_services.marshal.models.spectra import BulkPost
from nightdesk_services.marshal.services.phot_stats.finding import PhotStatFinder
from nightdesk_services.marshal.services.spectra.listing import MOST_POINTS, MOST_SPECTRA
from nightdesk_services.marshal.services.spectra.values import Values
from nightdesk_services.marshal.storage.records import Records
from nightdesk_services.marshal.storage.sources import Sources
from nightdesk_services.marshal.storage.spectra import Spectra

MOST_SOURCES: Final = 1000
_TIMES: Final = {"first_detected_mjd": "first_detected_mjd", "peak_mjd": "peak_mjd_global"}
"""Field of an answer -> the statistic that it is."""


class BulkSpectra:
    """Reads slim spectra, and says so where there are more than one answer holds."""

    def __init__(
        self, spectra: Spectra, sources: Sources, classifications: Records, statistics: PhotStatFinder
    ) -> None:
        self._spectra = spectra
        self._sources = sources
        self._classifications = classifications
        self._statistics = statistics

    async def read(self, access: Access, post: BulkPost) -> Document:
        """Return sources with the spectra that the person sees, in order of name and time.

        Returns
        -------
        answer
            ``truncated`` if there are more sources than asked for (or 1000), more than 3000 spectra, or
            spectra of more than 3 million points together.
        """
        most = min(post.max_sources, MOST_SOURCES)
        found = await self._sources.ids(await self._condition(access, post), page=slice(0, most + 1))
        ids = found[:most]
        rows = await self._spectra.find(
            access.condition | {"obj_id": {"$in": ids}},
            sort=[("obj_id", 1), ("observed_at", 1)],
            limit=MOST_SPECTRA + 1,
        )
        kept = _fitting(rows[:MOST_SPECTRA])
        stored = await self._spectra.values([row["_id"] for row in kept])
        return {
            "sources": await self._phases(access, ids),
            "spectra": await asyncio.to_thread(_slim, kept, stored),
            "truncated": len(found) > most or len(rows) > len(kept),
        }

    async def _condition(self, access: Access, post: BulkPost) -> Document:
        parts: list[Document] = [access.condition or {"group_ids": {"$ne": []}}]
        if post.group_id is not None:
            parts.append({"group_ids": {"$in": sorted(access.chosen([post.group_id]))}})
        if post.obj_ids is not None:
            parts.append({"_id": {"$in": post.obj_ids}})
        if post.classifications is not None:
            which = access.condition | {"classification": {"$in": post.classifications}, "ml": {"$ne": True}}
            if post.classification_prob_threshold is not None:
                which["probability"] = {"$gte": post.classification_prob_threshold}
            parts.append({"_id": {"$in": await self._classifications.objects(which)}})
        return {"$and": parts}

    async def _phases(self, access: Access, ids: Sequence[str]) -> list[Document]:
        sources = await self._sources.by_id(ids)
        times = await self._statistics.values(access, set(_TIMES.values()), ids)
        return [
            {
                "id": i,
                "redshift": sources[i].get("redshift"),
                "tns_discovery_date": _discovered(sources[i]),
                **{name: times.get(i, {}).get(field) for name, field in _TIMES.items()},
            }
            for i in ids
            if i in sources
        ]


def _discovered(source: Document) -> str | None:
    """Return the date of discovery that the Transient Name Server tells."""
    found = (source.get("tns_info") or {}).get("discoverydate")
    return found if isinstance(found, str) else None


def _fitting(rows: Sequence[Document]) -> list[Document]:
    """Return as many of the first spectra as have no more points than an answer holds."""
    kept, room = [], MOST_POINTS
    for row in rows:
        room -= row.get("points") or 0
        if room < 0:
            break
        kept.append(row)
    return kept


def _slim(rows: Sequence[Document], stored: dict[int, Document]) -> list[Document]:
    made = []
    for row in rows:
        values = Values.stored(stored[row["_id"]]).lists if row["_id"] in stored else {}
        named = {name: row.get(name) for name in ("obj_id", "observed_at")}
        made.append(named | {name: values.get(name, []) for name in ("wavelengths", "fluxes")})
    return made
