"""Running every live filter over a batch, each one apart from the others."""

from __future__ import annotations

import json
import logging
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl
from nightdesk.filters import Bank, Expression, FilterError
from nightdesk.filters.pipeline import Batch, Pipeline, run_all

from nightdesk_services.broker.models.filters import ActiveFilter
from nightdesk_services.broker.models.statistics import Statistics
from nightdesk_services.broker.services.sight import Sight

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
    frame: pl.DataFrame
    """The whole batch as the filter saw it."""
    annotations: list[Document] = field(default_factory=list)
    """What a pipeline says of each of them; empty for an expression."""


_Result = tuple[ActiveFilter, np.ndarray[Any, Any], list[Document], float]
"""A filter, the alerts it passes, what it says of each, and the seconds that it took."""
_Programs = frozenset[int]


class _Live:
    """The filters of one survey, ready to run."""

    def __init__(self) -> None:
        self.expressions: dict[ActiveFilter, Expression] = {}
        self.pipelines: dict[_Programs, dict[ActiveFilter, Pipeline]] = defaultdict(dict)
        self.broken: dict[ActiveFilter, str] = {}
        self._banks: dict[frozenset[_Programs], Bank[ActiveFilter]] = {}

    @property
    def programs(self) -> set[_Programs]:
        """What filters may see."""
        return {one.programs for one in self.expressions} | set(self.pipelines)

    def seen(self, sight: Sight) -> Iterator[tuple[pl.DataFrame, Bank[ActiveFilter]]]:
        """Yield each way in which filters see the batch, which is mostly one, and those that see it so."""
        alike: dict[int, list[_Programs]] = defaultdict(list)
        for programs in {one.programs for one in self.expressions}:
            alike[id(sight.of(programs).frame)].append(programs)
        for group in alike.values():
            yield sight.of(group[0]).frame, self._bank(frozenset(group))

    def _bank(self, group: frozenset[_Programs]) -> Bank[ActiveFilter]:
        if group not in self._banks:
            chosen = {one: made for one, made in self.expressions.items() if one.programs in group}
            self._banks[group] = Bank(chosen)
        return self._banks[group]


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

    def run(self, sight: Sight, statistics: Statistics | None = None) -> list[Passed]:
        """Return what each filter of the batch's survey passes."""
        self._refresh()
        live = self._live.get(sight.work.batch.survey.name)
        if live is None:
            return []
        for one, reason in live.broken.items():
            self._failed(one, reason)
        passed = []
        visible = {programs: _visible(sight.of(programs).frame, programs) for programs in live.programs}
        for one, rows, said, seconds in [*self._expressions(live, sight), *self._pipelines(live, sight)]:
            seen = visible[one.programs][rows]
            chosen = rows[seen].tolist()
            if statistics is not None:
                statistics.record_filter(one.id, seconds, len(chosen))
            if chosen:
                about = [said[i] for i in np.flatnonzero(seen)] if said else []
                passed.append(Passed(one, chosen, sight.of(one.programs).frame, about))
        return passed

    def _expressions(self, live: _Live, sight: Sight) -> Iterator[_Result]:
        for frame, bank in live.seen(sight):
            started = time.perf_counter()
            found = bank.evaluate(frame)
            share = (time.perf_counter() - started) / max(len(found), 1)
            for one, result in found.items():
                if isinstance(result, FilterError):
                    self._failed(one, f"{type(result).__name__}: {result}")
                else:
                    yield one, result.arg_true().to_numpy(), [], share

    def _pipelines(self, live: _Live, sight: Sight) -> Iterator[_Result]:
        for programs, pipelines in live.pipelines.items():
            work = sight.of(programs)
            batch = Batch.from_alerts(work.batch, matches=work.matches, documents=work.documents)
            for one, result in zip(pipelines, run_all(list(pipelines.values()), batch), strict=True):
                if isinstance(result, Exception):
                    self._failed(one, f"{type(result).__name__}: {result}")
                    continue
                if result.errors:
                    first = next(iter(result.errors.values()))
                    count, of = len(result.errors), len(work.batch)
                    self._failed(one, f"no value for {count} of {of} alerts: {first}")
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
    live = _Live()
    for one in filters:
        if one.survey != survey:
            continue
        try:
            if one.kind == "pipeline":
                live.pipelines[one.programs][one] = Pipeline(json.loads(one.source), chosen=False)
            else:
                live.expressions[one] = Expression(one.source)
        except ValueError as error:
            live.broken[one] = f"{type(error).__name__}: {error}"
    return live


def _visible(frame: pl.DataFrame, programs: _Programs) -> np.ndarray[Any, Any]:
    return frame["programid"].is_in(list(programs)).fill_null(False).to_numpy()
