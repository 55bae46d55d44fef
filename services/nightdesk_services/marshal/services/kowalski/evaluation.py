"""Runs filters, projections and pipelines on documents, here and not in the store.

What a person may not see is taken away before any of it runs, so no way of asking brings it back; and the
semantics of MongoDB are those that filters have, whichever server keeps the documents.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from nightdesk.filters.errors import FilterError
from nightdesk.filters.pipeline import grouping, operators  # noqa: F401 - they declare themselves
from nightdesk.filters.pipeline.batch import Batch
from nightdesk.filters.pipeline.frames import Frame
from nightdesk.filters.pipeline.operators.arrays import sort_keys
from nightdesk.filters.pipeline.parsing import Parser
from nightdesk.filters.pipeline.python import Failure, to_python
from nightdesk.filters.pipeline.stages import Match, Stage, parse_stage
from nightdesk.filters.pipeline.state import State

from nightdesk_services.marshal.access import Document
from nightdesk_services.marshal.exceptions import Invalid

_WIDEST: Final = 200_000
"""Documents that stages may make of those they were given."""


def parse(name: str, spec: Any, place: str) -> Stage:
    """Return a stage, ready to run.

    Raises
    ------
    Invalid
        If it is none, or not one of those that run here; says which and where.
    """
    try:
        return parse_stage({name: spec}, place, Parser())[1]
    except FilterError as error:
        raise Invalid(str(error)) from error
    except RecursionError as error:
        raise Invalid(f"{place}: nested too deep") from error


class Filter:
    """Which documents a condition holds for."""

    def __init__(self, condition: Mapping[str, Any]) -> None:
        self.condition = dict(condition)
        stage = parse("$match", self.condition, "filter") if condition else None
        self._match = stage if isinstance(stage, Match) else None

    def of(self, documents: list[Document]) -> list[Document]:
        """Return those documents."""
        if self._match is None or not documents:
            return documents
        state = _state(documents)
        with _calm():
            try:
                verdict = self._match.query.test(state.root, state.frame)
            except (FilterError, TypeError, MemoryError) as error:
                raise Invalid(f"filter: {error}") from error
        if verdict.failed is not None:
            state.note(verdict.failed)
        _refuse(state, "filter")
        return [documents[row] for row in np.flatnonzero(verdict.holds).tolist()]


def ordered(documents: list[Document], by: Mapping[str, int]) -> list[Document]:
    """Return documents in an order."""
    if not documents:
        return documents
    try:
        keys = sort_keys(_state(documents).root, dict(by))
    except (FilterError, TypeError) as error:
        raise Invalid(f"sort: {error}") from error
    return [documents[row] for row in np.lexsort([*reversed(keys)]).tolist()]


def run(
    stages: Sequence[tuple[str, Stage]], documents: list[Document], owners: Sequence[int] | None = None
) -> tuple[list[Document], list[int]]:
    """Return what stages make of documents.

    Parameters
    ----------
    stages
        Each with its place in the query.
    owners
        What each document belongs to, never falling: those of one go through by themselves.

    Returns
    -------
    documents, owners
        What is left, and whose it is.
    """
    state = _state(documents, owners)
    with _calm():
        for place, stage in stages:
            try:
                state = stage.run(state)
            except (FilterError, TypeError, ValueError, MemoryError) as error:
                raise Invalid(f"{place}: {error}") from error
            _refuse(state, place)
            if len(state.rows) > _WIDEST:
                raise Invalid(f"{place}: makes more than {_WIDEST} documents; put a $match in front of it")
        try:
            made = to_python(state.root)
        except (FilterError, TypeError, ValueError, MemoryError) as error:
            raise Invalid(f"pipeline: {error}") from error
    for document in made:
        _refuse_failed(document)
    return made, state.rows.tolist()


def _state(documents: list[Document], owners: Sequence[int] | None = None) -> State:
    batch = Batch.from_documents(documents)
    rows = np.zeros(len(documents), np.int64) if owners is None else np.asarray(owners, np.int64)
    frame: Frame = batch.frame(apart=False)
    return State(frame, rows, batch.aux)


def _calm() -> Any:
    return np.errstate(all="ignore")


def _refuse(state: State, place: str) -> None:
    if state.failures:
        raise Invalid(f"{place}: {next(iter(state.failures.values()))}")


def _refuse_failed(value: Any) -> None:
    rest = [value]
    while rest:
        one = rest.pop()
        if isinstance(one, Failure):
            raise Invalid(f"pipeline: {one.message}")
        if isinstance(one, dict):
            rest.extend(one.values())
        elif isinstance(one, list):
            rest.extend(one)


def finite(value: Any) -> bool:
    """Return whether a value is no infinite number, nor none."""
    return not isinstance(value, float) or math.isfinite(value)
