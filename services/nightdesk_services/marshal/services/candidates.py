"""What the filters of a person's groups passed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

from nightdesk_services.marshal.access import Access, Document
from nightdesk_services.marshal.exceptions import Invalid, NotFound
from nightdesk_services.marshal.models.candidates import CandidatesQuery, SavedStatus
from nightdesk_services.marshal.services import shapes
from nightdesk_services.marshal.services.cards import Cards, recency
from nightdesk_services.marshal.services.objects import ObjectService, survey_named
from nightdesk_services.marshal.services.window import CandidateWindow
from nightdesk_services.marshal.storage.candidates import Candidates
from nightdesk_services.marshal.storage.listings import Listings
from nightdesk_services.marshal.storage.sources import Sources

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
        sources: Sources,
        listings: Listings,
        objects: ObjectService,
    ) -> None:
        self._candidates = candidates
        self._window = window
        self._cards = cards
        self._sources = sources
        self._listings = listings
        self._objects = objects

    async def listing(self, access: Access, query: CandidatesQuery) -> Document:
        """Return one page of objects, each with what it passed lately."""
        groups = access.chosen(query.group_ids)
        selected = await self._selected(access, query, groups)
        for keep in (
            await self._by_list(access, query),
            await self._by_saved(access, query.saved_status, groups, selected),
        ):
            selected = {obj_id: rows for obj_id, rows in selected.items() if keep(obj_id)}
        order = _sorted(selected, query.sort_by, descending=query.sort_order == "desc")
        page = order[query.span]
        newest = {obj_id: max(selected[obj_id], key=recency) for obj_id in page}
        whole = await self._candidates.by_id([row["_id"] for row in newest.values()])
        around = await self._cards.surroundings(page)
        shown = []
        for obj_id in page:
            rows = [whole.get(row["_id"], row) for row in selected[obj_id]]
            shown.append(self._cards.card(access, rows, around))
        return {
            "candidates": shown,
            "totalMatches": len(order),
            "pageNumber": query.page_number,
            "numPerPage": query.num_per_page,
        }

    async def get(self, access: Access, obj_id: str) -> Document:
        """Return one object's card with all its cross-matches."""
        found = self.visible(access, await self._candidates.of(obj_id))
        if not found:
            raise NotFound(f"no candidate {obj_id}")
        card = self._cards.card(access, found, await self._cards.surroundings([obj_id]))
        try:
            _, aux = await self._objects.aux(access, obj_id, card["survey"], ["cross_matches"])
        except NotFound:
            return card
        return card | {"cross_matches": shapes.matches(aux.get("cross_matches")) or card["cross_matches"]}

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

    async def _by_list(self, access: Access, query: CandidatesQuery) -> Callable[[str], bool]:
        async def on(name: str | None) -> set[str] | None:
            if name is None:
                return None
            return {entry["obj_id"] for entry in await self._listings.of_user(access.user_id, name)}

        wanted, refused = await on(query.list_name), await on(query.list_name_reject)
        return lambda obj_id: (
            (wanted is None or obj_id in wanted) and (refused is None or obj_id not in refused)
        )

    async def _by_saved(
        self, access: Access, status: SavedStatus, groups: frozenset[int], selected: Mapping[str, Any]
    ) -> Callable[[str], bool]:
        if status == "all":
            return lambda _: True
        found = await self._sources.by_id(selected)
        scope = access.readable if status.endswith("Accessible") else groups

        def saved(obj_id: str) -> bool:
            held = scope.intersection(found.get(obj_id, {}).get("group_ids", ()))
            return held == scope if status.endswith("AllSelected") else bool(held)

        wanted = not status.startswith("not")
        return lambda obj_id: saved(obj_id) is wanted


def _sorted(selected: Mapping[str, list[Document]], by: str, *, descending: bool) -> list[str]:
    """Return objects in order, those without a value last, whatever the direction."""
    key = _KEYS.get(by) or (lambda rows: max(rows, key=recency).get(by))
    values = {obj_id: key(rows) for obj_id, rows in selected.items()}
    with_value = [obj_id for obj_id, value in values.items() if value is not None]
    with_value.sort(key=lambda obj_id: (values[obj_id], obj_id), reverse=descending)
    return with_value + [obj_id for obj_id, value in values.items() if value is None]
