"""Tries a filter's pipeline on stored alerts, by the compiler that runs it on the stream."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

from nightdesk.filters import FilterError
from nightdesk.filters.pipeline import Batch, Pipeline
from nightdesk.surveys import Survey, get

from nightdesk_services.marshal.access import Access, Document
from nightdesk_services.marshal.exceptions import Denied, Invalid
from nightdesk_services.marshal.models.kowalski import FilterTry
from nightdesk_services.marshal.services.kowalski.filters import KowalskiFilters, programs, version
from nightdesk_services.marshal.services.kowalski.finding import Question, find
from nightdesk_services.marshal.services.kowalski.limits import Budget
from nightdesk_services.marshal.services.kowalski.readers import AlertsReader, ObjectsReader, Wanted
from nightdesk_services.marshal.storage.kowalski import Raw
from nightdesk_services.marshal.storage.store import Store

MOST_ALERTS: Final = 1000
NEWEST: Final = 300
"""Alerts that it is tried on if none are named."""
_LISTS: Final = ("prv_candidates", "fp_hists")


class FilterTrial:
    """Runs a version of a filter on alerts that both its stream and the asker see."""

    def __init__(self, store: Store, filters: KowalskiFilters, raw: Raw) -> None:
        self._store = store
        self._filters = filters
        self._raw = raw

    async def run(self, access: Access, filter_id: int, sent: FilterTry) -> list[Document]:
        """Return what a filter makes of the alerts that pass it."""
        budget = Budget(sent.max_time_ms)
        with budget.bound(self._store):
            found = await self._filters.find(access, filter_id)
            chosen = version(found, sent.filter_version)
            if chosen["kind"] != "pipeline":
                raise Invalid(f"filter {filter_id} is an expression; try it in a notebook, with its report")
            survey = get(found["survey"])
            alerts = await self._alerts(access, survey, found, sent, budget)
            objects = await self._objects(access, survey, alerts)
        allowed = frozenset(programs(access, found))
        return await asyncio.to_thread(_tried, chosen["source"], survey, alerts, objects, allowed)

    async def _alerts(
        self, access: Access, survey: Survey, found: Document, sent: FilterTry, budget: Budget
    ) -> list[Document]:
        own = access.programs(survey.name)
        allowed = set(programs(access, found))
        if own is not None and not (allowed := allowed & own):
            raise Denied(f"filter_id: you have no stream of {survey.name} that filter {found['id']} works on")
        condition: dict[str, Any] = {"programid": {"$in": sorted(allowed)}}
        if sent.object_ids:
            condition["objectId"] = {"$in": sent.object_ids}
        start, stop = _jd(sent.start_date, "start_date"), _jd(sent.end_date, "end_date")
        if (start is None) != (stop is None):
            raise Invalid("start_date, end_date: give both or none")
        if start is not None and stop is not None:
            if not sent.object_ids and stop - start > 1:
                raise Invalid("start_date, end_date: at most one day apart without object_ids")
            condition["jd"] = {"$gte": start, "$lte": stop}
        bare = not sent.object_ids and start is None
        limit = NEWEST if bare else MOST_ALERTS + 1
        question = Question(condition, {"jd": -1}, 0, limit)
        alerts = await find(AlertsReader(self._raw, access, survey), question, budget)
        if len(alerts) > MOST_ALERTS:
            raise Invalid(f"more than {MOST_ALERTS} alerts: name fewer objects or a shorter time")
        return alerts

    async def _objects(
        self, access: Access, survey: Survey, alerts: Sequence[Document]
    ) -> dict[str, Document]:
        names = sorted({alert["objectId"] for alert in alerts})
        made: dict[str, Document] = {}
        reader = ObjectsReader(self._raw, access, survey)
        async for objects, _ in reader.read(Wanted({"_id": {"$in": names}})):
            made |= {one["_id"]: one for one in objects}
        return made


def _tried(
    source: str,
    survey: Survey,
    alerts: Sequence[Document],
    objects: Mapping[str, Document],
    allowed: frozenset[int],
) -> list[Document]:
    documents = [_whole(survey, alert, objects.get(alert["objectId"], {}), allowed) for alert in alerts]
    try:
        result = Pipeline(json.loads(source), chosen=False).run(Batch.from_documents(documents))
    except (FilterError, TypeError, ValueError, MemoryError) as error:
        raise Invalid(f"pipeline: {error}") from error
    return result.documents


def _whole(survey: Survey, alert: Document, known: Document, allowed: frozenset[int]) -> Document:
    """Return an alert with what was known of its object when it came, of the programs of the stream."""
    lists = {
        name: [
            point
            for point in known.get(name) or ()
            if point.get("programid", 1) in allowed and _before(survey, point, alert)
        ]
        for name in _LISTS
    }
    return {**alert, **lists, "cross_matches": known.get("cross_matches") or {}}


def _before(survey: Survey, point: Document, alert: Document) -> bool:
    """Return whether a point is not later than an alert; times are compared as the survey gives them."""
    field = "jd" if "jd" in point else survey.time.field
    time, limit = point.get(field), alert["candidate"].get(field)
    return time is not None and limit is not None and time <= limit


def _jd(sent: float | str | None, field: str) -> float | None:
    if sent is None:
        return None
    if isinstance(sent, str):
        from astropy.time import Time

        try:
            sent = float(Time(sent[:40], scale="utc").jd)
        except ValueError as error:
            raise Invalid(f"{field}: must be a JD or an ISO time") from error
    if not math.isfinite(sent):
        raise Invalid(f"{field}: must be a JD or an ISO time")
    return sent
