"""Statistics of many sources against each other, for plots."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from nightdesk_services.marshal.access import Access, Document
from nightdesk_services.marshal.exceptions import Invalid
from nightdesk_services.marshal.models.phot_stats import FIELDS, AggregateQuery
from nightdesk_services.marshal.services.phot_stats.finding import PhotStatFinder
from nightdesk_services.marshal.storage.records import Records
from nightdesk_services.marshal.storage.sources import Sources

_MOST: Final = 100_000
_TIMES: Final = {"first_detected_mjd": "first_detected_mjd", "peak_mjd": "peak_mjd_global"}
"""What every point tells besides its axes -> the statistic that it is."""


class PhotStatComparison:
    """Points for a plot: of each source two or three statistics, and what it is."""

    def __init__(self, finder: PhotStatFinder, sources: Sources, classifications: Records) -> None:
        self._finder = finder
        self._sources = sources
        self._classifications = classifications

    async def of(self, access: Access, query: AggregateQuery) -> Document:
        """Return the fields that can be plotted, and the points if two of them are named.

        Raises
        ------
        Invalid
            If a field is none that can be plotted.
        """
        axes = {"x": query.x_field, "y": query.y_field, "z": query.z_field}
        for name, field in axes.items():
            if field is not None and field not in FIELDS:
                raise Invalid(f"{name}Field: {field!r} is none of {', '.join(FIELDS)}")
        known = [{"value": value, "label": label} for value, label in FIELDS.items()]
        answer: Document = {"fields": known, "points": [], "count": 0, "truncated": False}
        if query.x_field is None or query.y_field is None:
            return answer
        points = await self._points(access, query, {n: f for n, f in axes.items() if f is not None})
        most = min(query.max_matches, _MOST)
        return answer | {
            "points": points[:most],
            "count": len(points[:most]),
            "truncated": len(points) > most,
        }

    async def _points(self, access: Access, query: AggregateQuery, axes: dict[str, str]) -> list[Document]:
        groups = access.chosen(None if query.group_id is None else [query.group_id])
        held: Document = {"group_ids": {"$in": sorted(groups)}}
        if access.super_admin and query.group_id is None:
            held = {"group_ids": {"$ne": []}}
        if query.obj_ids:
            held["_id"] = {"$in": query.obj_ids}
        ids = await self._sources.ids(held)
        classes = await self._classes(access, ids, query.classification_prob_threshold)
        if query.classifications:
            wanted = set(query.classifications)
            ids = [i for i in ids if wanted.intersection(classes.get(i, ()))]
        sources = await self._sources.by_id(ids)
        values = await self._finder.values(access, {*axes.values(), *_TIMES.values()}, ids)
        return [
            _point(sources[i], values[i], classes.get(i), axes)
            for i in ids
            if i in values and all(values[i][field] is not None for field in axes.values())
        ]

    async def _classes(
        self, access: Access, ids: Collection[str], least: float | None
    ) -> dict[str, dict[str, float]]:
        """Return the classes of objects that people gave them, with the highest probability of each."""
        made: dict[str, dict[str, float]] = {}
        for one in access.visible(await self._classifications.of(ids)):
            chance = one.get("probability")
            if one.get("ml") or (least is not None and (chance is None or chance < least)):
                continue
            held = made.setdefault(one["obj_id"], {})
            held[one["classification"]] = max(held.get(one["classification"], 0.0), chance or 0.0)
        return made


def _point(
    source: Document, values: Document, classes: dict[str, float] | None, axes: dict[str, str]
) -> Document:
    return {
        "id": source["_id"],
        "ra": source["ra"],
        "dec": source["dec"],
        "redshift": source.get("redshift"),
        "classification": max(classes, key=lambda name: classes[name]) if classes else None,
        "tns_discovery_date": (source.get("tns_info") or {}).get("discoverydate"),
        **{name: values[field] for name, field in _TIMES.items()},
        **{axis: values[field] for axis, field in axes.items()},
    }
