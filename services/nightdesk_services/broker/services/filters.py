"""Running every live filter over a batch, each one apart from the others."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl
from nightdesk.filters import Bank, Expression, FilterError
from nightdesk.filters.pipeline import Batch, Pipeline, run_all

from nightdesk_services.broker.models.filters import ActiveFilter
from nightdesk_services.broker.models.statistics import Statistics
from nightdesk_services.broker.services.work import Work

log = logging.getLogger(__name__)

ReadFilters = Callable[[], Sequence[ActiveFilter]]
RecordError = Callable[[int, int, str], None]
Document = dict[str, Any]

# An error that stays is written to the store this often, not once a batch.
_REPORT_EVERY = 30.0


@dataclass(frozen=True)
class Passed:
    """Alerts that one filter passed."""

    filter: ActiveFilter
    rows: list[int]
    annotations: list[Document] = field(default_factory=list)
    """What a pipeline says of each of them; empty for an expression."""


@dataclass
class _Live:
    """The filters of one survey, ready to run."""

    bank: Bank[ActiveFilter]
    pipelines: dict[ActiveFilter, Pipeline]
    broken: dict[ActiveFilter, str]


class FilterSet:
    """The live filters; read again every few seconds.

    Parameters
    ----------
    read
        Gives the live filters.
    record_error
        Keeps an error with a filter.
    interval
        Seconds between two readings.
    """

    def __init__(self, read: ReadFilters, record_error: RecordError, interval: float = 3.0) -> None:
        self._read = read
        self._record_error = record_error
        self._interval = interval
        self._read_at = float("-inf")
        self._filters: list[ActiveFilter] = []
        self._live: dict[str, _Live] = {}
        self._reported: dict[tuple[int, int, str], float] = {}

    def run(self, work: Work, statistics: Statistics | None = None) -> list[Passed]:
        """Return what each filter of the batch's survey passes."""
        self._refresh()
        live = self._live.get(work.batch.survey.name)
        if live is None:
            return []
        for one, reason in live.broken.items():
            self._failed(one, reason)
        passed = []
        for one, rows, found, seconds in [*self._expressions(live, work), *self._pipelines(live, work)]:
            seen = _visible(work.frame, one)[rows]
            chosen = rows[seen].tolist()
            if statistics is not None:
                statistics.record_filter(one.id, seconds, len(chosen))
            if chosen:
                said = [found[i] for i in np.flatnonzero(seen)] if found else []
                passed.append(Passed(one, chosen, said))
        return passed

    def _expressions(
        self, live: _Live, work: Work
    ) -> Iterator[tuple[ActiveFilter, np.ndarray[Any, Any], list[Document], float]]:
        started = time.perf_counter()
        found = live.bank.evaluate(work.frame) if live.bank.expressions else {}
        share = (time.perf_counter() - started) / max(len(found), 1)
        for one, result in found.items():
            if isinstance(result, FilterError):
                self._failed(one, f"{type(result).__name__}: {result}")
            else:
                yield one, result.arg_true().to_numpy(), [], share

    def _pipelines(
        self, live: _Live, work: Work
    ) -> Iterator[tuple[ActiveFilter, np.ndarray[Any, Any], list[Document], float]]:
        if not live.pipelines:
            return
        batch = Batch.from_alerts(work.batch, matches=work.matches, documents=work.documents)
        for one, result in zip(live.pipelines, run_all(list(live.pipelines.values()), batch), strict=True):
            if isinstance(result, Exception):
                self._failed(one, f"{type(result).__name__}: {result}")
                continue
            if result.errors:
                first = next(iter(result.errors.values()))
                self._failed(one, f"no value for {len(result.errors)} of {len(work.batch)} alerts: {first}")
            yield one, result.rows, result.annotations, sum(stage.seconds for stage in result.stages)

    def _refresh(self) -> None:
        if time.monotonic() - self._read_at < self._interval:
            return
        filters = list(self._read())
        if filters != self._filters:
            self._filters = filters
            self._live = {name: _compiled(filters, name) for name in {one.survey for one in filters}}
        self._read_at = time.monotonic()

    def _failed(self, one: ActiveFilter, message: str) -> None:
        key = (one.id, one.version, message)
        now = time.monotonic()
        if now - self._reported.get(key, float("-inf")) < _REPORT_EVERY:
            return
        log.warning("filter %d version %d: %s", one.id, one.version, message)
        self._record_error(one.id, one.version, message)
        self._reported[key] = now


def _compiled(filters: Sequence[ActiveFilter], survey: str) -> _Live:
    expressions: dict[ActiveFilter, Expression] = {}
    live = _Live(Bank({}), {}, {})
    for one in filters:
        if one.survey != survey:
            continue
        try:
            if one.kind == "pipeline":
                live.pipelines[one] = Pipeline(json.loads(one.source), chosen=False)
            else:
                expressions[one] = Expression(one.source)
        except ValueError as error:
            live.broken[one] = f"{type(error).__name__}: {error}"
    live.bank = Bank(expressions)
    return live


def _visible(frame: pl.DataFrame, one: ActiveFilter) -> np.ndarray[Any, Any]:
    return frame["programid"].is_in(list(one.programs)).fill_null(False).to_numpy()
