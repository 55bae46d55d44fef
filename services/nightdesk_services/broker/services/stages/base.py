"""What a stage is, and in which order stages run."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from fnmatch import fnmatchcase
from graphlib import CycleError, TopologicalSorter
from typing import ClassVar

from nightdesk.alerts.batch import STANDARD

from nightdesk_services.broker.services.work import Work


class Stage(ABC):
    """Adds columns to a batch.

    A subclass gives `name`, `inputs`, `outputs` and writes `run`. It keeps no state between batches but what
    it may lose, and raises only when the batch cannot be dealt with at all.
    """

    name: ClassVar[str]
    inputs: ClassVar[tuple[str, ...]]
    """Columns it reads, besides the survey's own ``candidate.*``."""
    outputs: ClassVar[tuple[str, ...]]
    """Columns it adds; ``*`` stands for any part."""

    @abstractmethod
    def run(self, work: Work) -> None:
        """Add the outputs."""


def in_order(stages: Sequence[Stage]) -> list[Stage]:
    """Return the stages so that each one runs after those whose outputs it reads.

    Raises
    ------
    ValueError
        A column comes from nowhere or from two stages, or stages wait for each other.
    """
    makers: dict[str, Stage] = {}
    for stage in stages:
        for output in stage.outputs:
            if output in makers or output in STANDARD:
                other = makers[output].name if output in makers else "the batch itself"
                msg = f"stage {stage.name}: column {output} already comes from {other}"
                raise ValueError(msg)
            makers[output] = stage
    graph: TopologicalSorter[Stage] = TopologicalSorter()
    for stage in stages:
        graph.add(stage)
        for column in stage.inputs:
            if column in STANDARD:
                continue
            source = next((s for pattern, s in makers.items() if fnmatchcase(column, pattern)), None)
            if source is None:
                msg = f"stage {stage.name} reads {column}, which no stage makes"
                raise ValueError(msg)
            graph.add(stage, source)
    try:
        return list(graph.static_order())
    except CycleError as error:
        names = " -> ".join(stage.name for stage in error.args[1])
        msg = f"stages wait for each other: {names}"
        raise ValueError(msg) from None
