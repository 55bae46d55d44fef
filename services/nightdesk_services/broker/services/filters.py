"""Running every live filter over a batch, each one apart from the others."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import polars as pl
from nightdesk.filters import Expression

from nightdesk_services.broker.models.filters import ActiveFilter
from nightdesk_services.broker.services.work import Work

log = logging.getLogger(__name__)

ReadFilters = Callable[[], Sequence[ActiveFilter]]
RecordError = Callable[[int, int, str], None]

# An error that stays is written to the store this often, not once a batch.
_REPORT_EVERY = 30.0


@dataclass(frozen=True)
class Passed:
    """Alerts that one filter passed."""

    filter: ActiveFilter
    rows: list[int]


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
        self._compiled: dict[tuple[int, int, str], Expression] = {}
        self._reported: dict[tuple[int, int, str], float] = {}

    def run(self, work: Work) -> list[Passed]:
        """Return what each filter of the batch's survey passes."""
        self._refresh()
        passed = []
        for one in self._filters:
            if one.survey != work.batch.survey.name:
                continue
            try:
                expression = self._expression(one)
                chosen = expression.evaluate(work.frame) & _visible(work.frame, one)
            except Exception as error:
                self._failed(one, f"{type(error).__name__}: {error}")
                continue
            if rows := chosen.arg_true().to_list():
                passed.append(Passed(one, rows))
        return passed

    def _expression(self, one: ActiveFilter) -> Expression:
        key = (one.id, one.version, one.source)
        if key not in self._compiled:
            self._compiled[key] = Expression(one.source)
        return self._compiled[key]

    def _refresh(self) -> None:
        if time.monotonic() - self._read_at < self._interval:
            return
        self._filters = list(self._read())
        live = {(one.id, one.version, one.source) for one in self._filters}
        self._compiled = {key: made for key, made in self._compiled.items() if key in live}
        self._read_at = time.monotonic()

    def _failed(self, one: ActiveFilter, message: str) -> None:
        key = (one.id, one.version, message)
        now = time.monotonic()
        if now - self._reported.get(key, float("-inf")) < _REPORT_EVERY:
            return
        log.warning("filter %d version %d: %s", one.id, one.version, message)
        self._record_error(one.id, one.version, message)
        self._reported[key] = now


def _visible(frame: pl.DataFrame, one: ActiveFilter) -> pl.Series:
    return frame["programid"].is_in(list(one.programs)).fill_null(False)
