"""Filters written as a MongoDB aggregation pipeline."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from nightdesk.filters.errors import FilterError
from nightdesk.filters.pipeline import grouping, operators  # noqa: F401 - they declare themselves
from nightdesk.filters.pipeline.batch import Batch
from nightdesk.filters.pipeline.errors import PipelineError
from nightdesk.filters.pipeline.kinds import Array
from nightdesk.filters.pipeline.parsing import Parser, text
from nightdesk.filters.pipeline.python import Failure
from nightdesk.filters.pipeline.sharing import Shared, Step, Written, ways
from nightdesk.filters.pipeline.stages import Lookup, parse_stage
from nightdesk.filters.pipeline.state import State
from nightdesk.filters.pipeline.upstream import refuse_hidden, without_placeholders

LONGEST: Final = 200
"""Stages of the longest pipeline."""
_ERRORS: Final = (FilterError, TypeError, ValueError, MemoryError)


@dataclass(frozen=True)
class StageReport:
    """What one stage did to a batch."""

    name: str
    rows_in: int
    """Documents that came."""
    rows_out: int
    """Documents that it left."""
    seconds: float
    """Time that it took. A computed field is made where it is first needed, and its time counts there."""
    shared: bool = False
    """Whether another pipeline had done it already."""


@dataclass(frozen=True)
class Result:
    """What a pipeline made of a batch."""

    rows: Array
    """Indices of the alerts that passed, rising."""
    documents: list[dict[str, Any]]
    """What the last stage left of each alert that passed; if it left several documents, the first.

    Other pipelines that were run together with this one may have the same objects."""
    stages: list[StageReport]
    errors: dict[int, str]
    """Index of an alert -> why an expression had no value for it; it did not pass."""

    @property
    def annotations(self) -> list[dict[str, Any]]:
        """The field ``annotations`` of each document, empty where there is none."""
        found = (document.get("annotations") for document in self.documents)
        return [one if isinstance(one, dict) else {} for one in found]


class Pipeline:
    """A MongoDB aggregation as a filter: an alert passes if a document of it is left at the end.

    The whole batch goes through at once, column by column, with MongoDB's semantics of missing fields, null,
    NaN, types and arrays. Each alert is on its own, as in Kowalski, which runs a filter on one alert at a
    time: ``$group``, ``$sort``, ``$limit``, ``$skip`` and ``$count`` work on the documents of one alert. An
    expression that MongoDB would abort with an error (``$divide`` by zero, ``$add`` of text) leaves that
    alert out and is reported; a field that nothing reads is not computed and cannot fail.

    The stages that Kowalski and BOOM put in front may be there: a ``$lookup`` of the object's document in
    ``<survey>_alerts_aux`` gives the fields ``prv_candidates``, ``fp_hists`` and ``cross_matches`` of the
    batch, and of the first ``$match`` the conditions that a broker fills in are dropped. Without such a
    ``$lookup`` these fields stand in the document itself.

    Where MongoDB keeps the order of an object's fields, columns do not: objects with the same fields in
    another order are equal, and ``$objectToArray`` gives the fields in the order in which the batch has
    them. Regular expressions are Python's.

    Parameters
    ----------
    stages
        The aggregation.
    chosen
        Whether the first ``$match`` may choose alerts by ``candid``, ``_id`` or ``objectId``. False drops
        such conditions, which are left over from trying a filter on one object.

    Raises
    ------
    PipelineError
        If a stage, operator, option or path is not known or not allowed; it tells which and where.

    Examples
    --------
    >>> pipeline = Pipeline([{"$match": {"candidate.drb": {"$gt": 0.5}}}, {"$project": {"objectId": 1}}])
    >>> alerts = [{"objectId": "ZTF1", "candidate": {"drb": 0.9}}, {"candidate": {"drb": 0.1}}]
    >>> batch = Batch.from_documents(alerts)
    >>> result = pipeline.run(batch)
    >>> result.rows.tolist(), result.documents
    ([0], [{'objectId': 'ZTF1'}])
    """

    def __init__(self, stages: Sequence[Mapping[str, Any]], *, chosen: bool = True) -> None:
        if not isinstance(stages, list | tuple) or not stages:
            msg = "a pipeline is a list of one stage or more"
            raise PipelineError(msg)
        if len(stages) > LONGEST:
            msg = f"a pipeline has at most {LONGEST} stages, this one {len(stages)}"
            raise PipelineError(msg)
        try:
            refuse_hidden(stages, "")
            self._parse(list(stages), chosen=chosen)
        except RecursionError as error:
            msg = "the pipeline is nested too deep"
            raise PipelineError(msg) from error

    def _parse(self, stages: list[Any], *, chosen: bool) -> None:
        self._steps: list[Step] = []
        for i, given in enumerate(stages):
            spec = given
            if i == 0 and isinstance(spec, Mapping) and list(spec) == ["$match"]:
                spec = {"$match": without_placeholders(spec["$match"], chosen=chosen)}
            name, stage = parse_stage(spec, f"[{i}]", Parser())
            self._steps.append(Step(stage, name, text(spec)))
        self._apart = any(isinstance(step.stage, Lookup) for step in self._steps)
        self._ways = ways(str(self._apart), self._steps)

    def run(self, batch: Batch) -> Result:
        """Return what the pipeline makes of a batch.

        Raises
        ------
        PipelineError
            If it would need more memory than it may.
        TypeError
            If it reads a value of a type that an alert cannot hold.
        """
        return self._run(batch, Shared([]))

    def _run(self, batch: Batch, shared: Shared) -> Result:
        state = State(
            batch.frame(apart=self._apart),
            np.arange(len(batch), dtype=np.int64),
            batch.aux,
            made_by=(str(self._apart),),
        )
        reports = []
        with np.errstate(all="ignore"):
            for place, step in enumerate(self._steps):
                started, before = time.perf_counter(), state.left
                state, known = shared.run(self._steps, place, state)
                reports.append(
                    StageReport(step.name, before, state.left, time.perf_counter() - started, known)
                )
            started = time.perf_counter()
            made = shared.documents(state)
        last = reports[-1]
        reports[-1] = replace(last, seconds=last.seconds + time.perf_counter() - started)
        return _result(made, reports, state.failures)


def _result(made: Written, reports: list[StageReport], failures: Mapping[int, str]) -> Result:
    if not made.errors:
        return Result(made.rows, made.documents, reports, dict(failures))
    good, errors = [], dict(failures)
    for place, (row, document) in enumerate(zip(made.rows.tolist(), made.documents, strict=True)):
        failure = _failure(document)
        if failure is None:
            good.append(place)
        else:
            errors.setdefault(row, failure)
    rows = made.rows[np.array(good, np.int64)]
    return Result(rows, [made.documents[place] for place in good], reports, errors)


def _failure(value: Any) -> str | None:
    if isinstance(value, Failure):
        return value.message
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return next((found for one in inner if (found := _failure(one)) is not None), None)


def run_all(pipelines: Sequence[Pipeline], batch: Batch) -> list[Result | Exception]:
    """Return what each of several pipelines makes of one batch; an error of one does not touch the others.

    Columns are loaded once for all, and what several pipelines do with their documents is done once.
    """
    shared = Shared([pipeline._ways for pipeline in pipelines])
    return [_alone(one, batch) if (made := _with(shared, one, batch)) is None else made for one in pipelines]


def _with(shared: Shared, pipeline: Pipeline, batch: Batch) -> Result | None:
    try:
        return pipeline._run(batch, shared)
    except _ERRORS:  # perhaps it was in a document that the pipeline itself drops
        return None


def _alone(pipeline: Pipeline, batch: Batch) -> Result | Exception:
    try:
        return pipeline.run(batch)
    except _ERRORS as error:
        return error
