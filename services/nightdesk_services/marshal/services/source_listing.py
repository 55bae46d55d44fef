"""Lists of saved sources, page by page."""

from __future__ import annotations

import uuid

from nightdesk import sky

from nightdesk_services.marshal.access import Access, Document
from nightdesk_services.marshal.exceptions import Invalid, NotFound
from nightdesk_services.marshal.models.phot_stats import FIELDS
from nightdesk_services.marshal.models.sources import SourcesQuery
from nightdesk_services.marshal.services.numbers import number
from nightdesk_services.marshal.services.phot_stats.finding import PhotStatFinder
from nightdesk_services.marshal.services.source_conditions import SourceConditions
from nightdesk_services.marshal.services.source_search import SourceSearch
from nightdesk_services.marshal.services.source_views import SourceViews
from nightdesk_services.marshal.storage.queries import Queries
from nightdesk_services.marshal.storage.records import Records
from nightdesk_services.marshal.storage.sources import Sources


class SourceListing:
    """Answers queries of sources; the order of a query may be kept for its later pages."""

    def __init__(
        self,
        *,
        sources: Sources,
        search: SourceSearch,
        conditions: SourceConditions,
        views: SourceViews,
        annotations: Records,
        queries: Queries,
        phot_stats: PhotStatFinder,
    ) -> None:
        self._sources = sources
        self._search = search
        self._conditions = conditions
        self._views = views
        self._annotations = annotations
        self._queries = queries
        self._phot_stats = phot_stats

    async def page(self, access: Access, query: SourcesQuery) -> Document:
        """Return one page of the sources saved to the person's groups.

        Raises
        ------
        NotFound
            If the query that shall be gone on with is not the person's, or forgotten.
        """
        condition = await self._conditions.of(access, query)
        if query.save_summary:
            return await self._save_summary(access, query, condition)
        order, kept = await self._whole(access, query, condition)
        ids, total = order[query.span], len(order)
        known = await self._sources.by_id(ids)
        # what was kept may have been taken out of the person's groups since
        found = [known[i] for i in ids if i in known and (not query.query_id or access.sees_source(known[i]))]
        answer = {"totalMatches": total, "pageNumber": query.page_number, "numPerPage": query.num_per_page}
        if len(query.group_ids) == 1:
            answer["group_id"] = query.group_ids[0]
        shown = await self._views.page(access, found, query)
        if query.include_geojson:
            kept["geojson"] = {"type": "FeatureCollection", "features": [_feature(one) for one in shown]}
        return answer | kept | {"sources": shown}

    async def _save_summary(self, access: Access, query: SourcesQuery, condition: Document) -> Document:
        """Return one page of the saves themselves; a source has one for every group that holds it."""
        order, kept = await self._whole(access, query, condition)
        known = await self._sources.by_id(order)
        rows = [row for i in order if i in known for row in _saves(access, known[i], query)]
        if query.sort_by == "saved_at":
            rows.sort(key=lambda row: row["saved_at"], reverse=query.descending)
        return kept | {
            "sources": rows[query.span],
            "totalMatches": len(rows),
            "pageNumber": query.page_number,
            "numPerPage": query.num_per_page,
        }

    async def _whole(
        self, access: Access, query: SourcesQuery, condition: Document
    ) -> tuple[list[str], Document]:
        if query.use_cache and query.query_id:
            order = await self._queries.get(query.query_id, access.user_id)
            if order is None:
                raise NotFound(f"queryID: no query {query.query_id}; ask for its first page again")
            return order, {"queryID": query.query_id}
        order = await self._ordered(access, query, condition)
        if query.radius is not None:
            order = await self._within(order, query)
        if not query.use_cache:
            return order, {}
        name = uuid.uuid4().hex
        await self._queries.keep(name, access.user_id, order)
        return order, {"queryID": name}

    async def _ordered(self, access: Access, query: SourcesQuery, condition: Document) -> list[str]:
        if query.sort_by.startswith("annotation."):
            return await self._by_annotation(access, query, condition)
        if query.sort_by.startswith("phot_stat."):
            return await self._by_phot_stat(access, query, condition)
        everything = access.super_admin and not query.group_ids
        return await self._search.ids(
            condition,
            by="_id" if query.sort_by == "id" else query.sort_by,
            descending=query.descending,
            groups=None if everything else access.chosen(query.group_ids),
        )

    async def _by_annotation(self, access: Access, query: SourcesQuery, condition: Document) -> list[str]:
        """Return sources by a number of an annotation, those without one last."""
        _, origin, key = query.sort_by.split(".")
        ids = await self._search.ids(condition)
        values: dict[str, float] = {}
        for record in access.visible(await self._annotations.of(ids)):
            value = record["data"].get(key)
            if record.get("origin") == origin and isinstance(value, (int, float)):
                values.setdefault(record["obj_id"], float(value))
        return _ranked(ids, values, query)

    async def _by_phot_stat(self, access: Access, query: SourcesQuery, condition: Document) -> list[str]:
        """Return sources by a statistic of their photometry, those without it last."""
        field = query.sort_by.partition(".")[2]
        if field not in FIELDS:
            raise Invalid(f"sortBy: {field!r} is none of the statistics {', '.join(FIELDS)}")
        ids = await self._search.ids(condition)
        found = await self._phot_stats.values(access, (field,), ids)
        values = {i: float(one[field]) for i, one in found.items() if one[field] is not None}
        return _ranked(ids, values, query)

    async def _within(self, ids: list[str], query: SourcesQuery) -> list[str]:
        known = await self._sources.by_id(ids)
        ra, dec, radius = query.ra or 0.0, query.dec or 0.0, (query.radius or 0.0) * 3600
        return [i for i in ids if sky.separation(ra, dec, known[i]["ra"], known[i]["dec"]) <= radius]


def _ranked(ids: list[str], values: dict[str, float], query: SourcesQuery) -> list[str]:
    order = sorted(values, key=lambda i: values[i], reverse=query.descending)
    return order + [i for i in ids if i not in values]


def _saves(access: Access, source: Document, query: SourcesQuery) -> list[Document]:
    """Return the records of a source's saves that the person asked for."""
    chosen = access.chosen(query.group_ids)
    return [
        {
            "id": number(f"{source['_id']}/{save['group_id']}"),
            "obj_id": source["_id"],
            "group_id": save["group_id"],
            "saved_by_id": save["saved_by"]["id"],
            "saved_at": save["saved_at"],
            "created_at": save["saved_at"],
            "active": True,
            "requested": False,
        }
        for save in source["saves"]
        if save["active"]
        and save["group_id"] in chosen
        and (query.saved_after is None or save["saved_at"] >= query.saved_after)
        and (query.saved_before is None or save["saved_at"] <= query.saved_before)
    ]


def _feature(source: Document) -> Document:
    """Return a source as GeoJSON, where longitudes end at 180 degrees."""
    place = [(source["ra"] + 180) % 360 - 180, source["dec"]]
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": place},
        "properties": {"name": source["id"], "url": f"/source/{source['id']}"},
    }
