"""What the filters of a person's groups passed."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

from nightdesk_services.marshal.access import Access, Document
from nightdesk_services.marshal.exceptions import Denied, Invalid, NotFound
from nightdesk_services.marshal.models.candidates import CandidateQuery, CandidatesQuery
from nightdesk_services.marshal.models.sources import SourcePost
from nightdesk_services.marshal.services import shapes
from nightdesk_services.marshal.services.candidate_conditions import CandidateConditions
from nightdesk_services.marshal.services.candidate_views import CandidateViews, passing_alerts
from nightdesk_services.marshal.services.cards import Cards, recency
from nightdesk_services.marshal.services.objects import ObjectService, survey_named
from nightdesk_services.marshal.services.sources import SourceService
from nightdesk_services.marshal.services.window import CandidateWindow
from nightdesk_services.marshal.storage.candidates import Candidates
from nightdesk_services.marshal.storage.queries import Queries
from nightdesk_services.marshal.storage.records import Records

_KEYS: dict[str, Callable[[list[Document]], Any]] = {
    "passed_at": lambda rows: max(row["passed_at"] for row in rows),
    "last_detected_at": lambda rows: max(row["jd"] for row in rows),
    "id": lambda rows: rows[0]["objectId"],
}
"""Sort key -> its value for the candidates of one object; others are fields of the newest."""


class CandidateService:
    """Candidates by object."""

    def __init__(
        self,
        *,
        candidates: Candidates,
        window: CandidateWindow,
        cards: Cards,
        conditions: CandidateConditions,
        views: CandidateViews,
        annotations: Records,
        queries: Queries,
        sources: SourceService,
        objects: ObjectService,
    ) -> None:
        self._candidates = candidates
        self._window = window
        self._cards = cards
        self._conditions = conditions
        self._views = views
        self._annotations = annotations
        self._queries = queries
        self._sources = sources
        self._objects = objects

    async def listing(self, access: Access, query: CandidatesQuery) -> Document:
        """Return one page of objects, each with what it passed lately.

        Raises
        ------
        Denied
            If what is found shall be saved, and the person may not save.
        """
        if query.autosave and not access.has("sources", "write"):
            raise Denied("autosave: this needs the scope to write sources")
        groups = access.chosen(query.group_ids)
        selected = await self._selected(access, query, groups)
        for keep in await self._conditions.of(access, query, groups, selected):
            selected = {obj_id: rows for obj_id, rows in selected.items() if keep(obj_id)}
        order = await self._ordered(access, query, selected)
        page = order[query.span]
        if query.name_only:
            return {"candidates": [{"id": obj_id} for obj_id in page]}
        if query.autosave:
            for obj_id in order:
                await self._save(access, query, selected[obj_id][0])
        answer = {
            "totalMatches": len(order),
            "pageNumber": query.page_number,
            "numPerPage": query.num_per_page,
        }
        cards, passed = await self._drawn(access, {obj_id: selected[obj_id] for obj_id in page})
        if query.extras:
            return answer | {"candidates": cards}
        # an order that was found goes by a name, so that the pages to come are of one piece
        name = query.query_id or uuid.uuid4().hex
        if query.query_id is None and len(order) > len(page):
            await self._queries.keep(name, access.user_id, order)
        shown = await self._views.of(access, cards, passed)
        if query.include_photometry:
            for one in shown:
                one["photometry"] = await self._views.photometry(access, one["id"])
        return answer | {"candidates": shown, "queryID": name}

    async def get(self, access: Access, obj_id: str, query: CandidateQuery) -> Document:
        """Return one object that passed a filter; as a card, with all its cross-matches."""
        found = self.visible(access, await self._candidates.of(obj_id))
        if not found:
            raise NotFound(f"no candidate {obj_id}")
        card = self._cards.card(access, found, await self._cards.surroundings([obj_id]))
        if query.extras:
            return card | {"cross_matches": await self._matches(access, card)}
        (shown,) = await self._views.of(access, [card], [found])
        if query.include_photometry:
            shown["photometry"] = await self._views.photometry(access, obj_id)
        if query.include_spectra:
            shown["spectra"] = await self._views.spectra(access, obj_id)
        if query.include_alerts:
            return shown | {"passing_alerts": passing_alerts(found)}
        del shown["filter_ids"]
        return shown

    def visible(self, access: Access, candidates: list[Document]) -> list[Document]:
        """Return the candidates of the person's groups and streams."""
        return [
            candidate
            for candidate in access.visible(candidates)
            if access.sees_point(candidate["survey"], candidate.get("programid"))
        ]

    async def _selected(
        self, access: Access, query: CandidatesQuery, groups: frozenset[int]
    ) -> dict[str, list[Document]]:
        filters = set(query.filter_ids)
        survey = survey_named(query.survey).name if query.survey else None
        least = query.min_score
        if query.start_date and query.end_date and query.start_date > query.end_date:
            raise Invalid("startDate: lies after endDate")
        selected: dict[str, list[Document]] = defaultdict(list)
        for row in await self._window.rows(query.start_date, query.end_date):
            if (
                not groups.isdisjoint(row["group_ids"])
                and (not filters or row["filter_id"] in filters)
                and (survey is None or row["survey"] == survey)
                and (least is None or (row.get("score") or 0) >= least)
                and access.sees_point(row["survey"], row.get("programid"))
            ):
                selected[row["objectId"]].append(row)
        return selected

    async def _matches(self, access: Access, card: Document) -> Document:
        try:
            _, aux = await self._objects.aux(access, card["id"], card["survey"], curve=False)
        except NotFound:
            aux = {}
        found: Document = shapes.matches(aux.get("cross_matches")) or card["cross_matches"]
        return found

    async def _drawn(
        self, access: Access, selected: Mapping[str, list[Document]]
    ) -> tuple[list[Document], list[list[Document]]]:
        """Return the cards of objects, and the candidates they are of."""
        newest = {obj_id: max(rows, key=recency) for obj_id, rows in selected.items()}
        whole = await self._candidates.by_id([row["_id"] for row in newest.values()])
        around = await self._cards.surroundings(list(selected))
        passed = [[whole.get(row["_id"], row) for row in rows] for rows in selected.values()]
        return [self._cards.card(access, rows, around) for rows in passed], passed

    async def _ordered(
        self, access: Access, query: CandidatesQuery, selected: Mapping[str, list[Document]]
    ) -> list[str]:
        if query.query_id is not None:
            kept = await self._queries.get(query.query_id, access.user_id)
            if kept is None:
                raise NotFound(f"queryID: no query {query.query_id}; ask for its first page again")
            return [obj_id for obj_id in kept if obj_id in selected]
        order = _sorted(selected, query.sort_by, descending=query.sort_order == "desc")
        if query.annotation_origin is None and query.annotation_key is None:
            return order
        if query.annotation_origin is None or query.annotation_key is None:
            raise Invalid("sortByAnnotationOrigin, sortByAnnotationKey: give both")
        values: dict[str, float] = {}
        for record in access.visible(await self._annotations.of(order)):
            value = record["data"].get(query.annotation_key)
            if record.get("origin") == query.annotation_origin and isinstance(value, (int, float)):
                values.setdefault(record["obj_id"], value)
        ranked = sorted(values, key=lambda i: values[i], reverse=query.annotation_order == "desc")
        return ranked + [obj_id for obj_id in order if obj_id not in values]

    async def _save(self, access: Access, query: CandidatesQuery, row: Document) -> None:
        whole = (await self._candidates.by_id([row["_id"]])).get(row["_id"], {})
        place = {name: whole[name] for name in ("ra", "dec") if whole.get(name) is not None}
        post = SourcePost(id=row["objectId"], group_ids=query.autosave_group_ids or None, **place)
        await self._sources.save(access, post)


def _sorted(selected: Mapping[str, list[Document]], by: str, *, descending: bool) -> list[str]:
    """Return objects in order, those without a value last, whatever the direction."""
    key = _KEYS.get(by) or (lambda rows: max(rows, key=recency).get(by))
    values = {obj_id: key(rows) for obj_id, rows in selected.items()}
    with_value = [obj_id for obj_id, value in values.items() if value is not None]
    with_value.sort(key=lambda obj_id: (values[obj_id], obj_id), reverse=descending)
    return with_value + [obj_id for obj_id, value in values.items() if value is None]
