"""A batch as filters of some programs see it: light curves of these programs' points, and what they tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import polars as pl
from nightdesk.alerts import AlertBatch, Ragged

from nightdesk_services.broker.services.points import Curves
from nightdesk_services.broker.services.stages.base import Stage
from nightdesk_services.broker.services.work import Work
from nightdesk_services.common.packed import PUBLIC


class Sight:
    """Shows a batch, each way of seeing it worked out once.

    What a batch says by itself rests on what whoever sees an alert may see: points of the alert's own program
    and public ones. For filters with more, or other, programs those alerts are looked at again whose objects
    have points that make a difference, which are few.

    Parameters
    ----------
    stages
        Those to go through again, in their order: the history and what depends on it.
    """

    def __init__(self, work: Work, stages: Sequence[Stage]) -> None:
        self.work = work
        self._stages = stages
        self._found: dict[frozenset[int], Work] = {}

    def of(self, programs: frozenset[int]) -> Work:
        """Return the batch as those see it who see these programs."""
        if programs not in self._found:
            self._found[programs] = self._seen(programs)
        return self._found[programs]

    def _seen(self, programs: frozenset[int]) -> Work:
        work = self.work
        if not isinstance(work.batch.survey.programid, str):
            return work
        batch = _only(work.batch, work.batch.survey.programid, programs)
        curves = work.curves
        rows = _different(work, curves, programs) if self._stages and curves else []
        if not rows or curves is None:
            return work if batch is work.batch else replace(work, batch=batch)
        again = _part(work, curves, rows, programs)
        for stage in self._stages:
            stage.run(again)
        order = np.arange(len(batch))
        order[rows] = len(batch) + np.arange(len(rows))
        columns = batch.frame.columns
        frame = pl.concat([batch.frame, again.frame.select(columns)])[order]
        documents = {name: list(values) for name, values in work.documents.items()}
        for name, values in again.documents.items():
            for row, value in zip(rows, values, strict=True):
                documents[name][row] = value
        return replace(work, batch=replace(batch, frame=frame), documents=documents)


def _different(work: Work, curves: Curves, programs: frozenset[int]) -> list[int]:
    """Return the alerts of some programs whose light curves are not what the batch says by itself."""
    if PUBLIC in programs and bool((curves.points["programid"] == PUBLIC).all()):
        return []
    has = _programs_of(curves)
    own = work.frame["programid"].fill_null(PUBLIC).to_list()
    return [
        row
        for row, (owner, program) in enumerate(zip(curves.owner.tolist(), own, strict=True))
        if program in programs and has[owner] & programs != has[owner] & {PUBLIC, program}
    ]


def _programs_of(curves: Curves) -> list[set[int]]:
    """Return the programs of each object's points."""
    owner = np.repeat(np.arange(len(curves.names)), np.diff(curves.offsets))
    pairs = np.unique(np.stack([owner, curves.points["programid"]]), axis=1)
    made: list[set[int]] = [set() for _ in curves.names]
    for index, program in pairs.T.tolist():
        made[index].add(program)
    return made


def _part(work: Work, curves: Curves, rows: list[int], programs: frozenset[int]) -> Work:
    return Work(
        work.batch.take(rows),
        known=work.known,
        curves=replace(curves, owner=curves.owner[rows]),
        matches={name: [found[row] for row in rows] for name, found in work.matches.items()},
        documents={name: [values[row] for row in rows] for name, values in work.documents.items()},
        programs=programs,
    )


def _only(batch: AlertBatch, field: str, programs: frozenset[int]) -> AlertBatch:
    """Return a batch whose packets hold points of some programs only."""
    prv, fp = (_points(table, field, programs) for table in (batch.prv, batch.fp))
    return batch if prv is batch.prv and fp is batch.fp else replace(batch, prv=prv, fp=fp)


def _points(table: Ragged, field: str, programs: frozenset[int]) -> Ragged:
    if field not in table.values.columns:
        return table
    seen = table.values[field].fill_null(PUBLIC).is_in(list(programs))
    if seen.all():
        return table
    lengths = np.bincount(table.owner[seen.to_numpy()], minlength=len(table))
    return Ragged.from_lengths(lengths.tolist(), table.values.filter(seen))
