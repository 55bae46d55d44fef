"""What pipelines over one batch have in common is done once.

Filters of a team begin alike and reckon the same things of their alerts; they differ in their cuts. So a cut
drops nothing at first: it notes what is left, and the stages after it work on all documents, once for all
pipelines that have these stages, whatever their cuts were.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple, TypeVar

import numpy as np

from nightdesk.filters.pipeline import kinds as k
from nightdesk.filters.pipeline.kinds import Array
from nightdesk.filters.pipeline.python import to_python
from nightdesk.filters.pipeline.stages import Match, Stage
from nightdesk.filters.pipeline.state import State
from nightdesk.filters.pipeline.values import Values

T = TypeVar("T")

_WORTH: Final = 0.1
"""What an operation costs however few its documents are, as part of its cost on all of them."""
_PACKED: Final = ""
"""Stands for leaving away what was dropped, where else stands a stage."""
_WRITTEN: Final = "."
"""Stands for the making of Python's documents."""

Texts = tuple[str, ...]
"""Stages, as they are spelled."""


@dataclass(frozen=True)
class Step:
    """A stage, and how it is told apart from others."""

    stage: Stage
    name: str
    text: str


class Written(NamedTuple):
    """Documents at a pipeline's end."""

    rows: Array
    """Alert of each."""
    documents: list[Any]
    """In Python; they belong to all pipelines that have them."""
    errors: bool
    """Whether there may be values that could not be computed."""


class Shared:
    """What has been done for pipelines of one batch.

    Parameters
    ----------
    pipelines
        The steps of all pipelines that are to be run, and what `ways` says of each.
    """

    def __init__(self, pipelines: Iterable[Sequence[tuple[Texts, str]]]) -> None:
        self._counts = Counter(way for ways in pipelines for way in ways)
        self._made: dict[tuple[Texts, str], Any] = {}

    def run(self, steps: Sequence[Step], place: int, state: State) -> tuple[State, bool]:
        """Return what a step makes of the documents, and whether another pipeline had done it already."""
        step = steps[place]
        if isinstance(step.stage, Match):
            return self._match(step.stage, steps, place, state)
        if state.kept is not None and not step.stage.lenient:
            state = self._packed(steps, place - 1, state)
        key = (state.made_by, step.text)
        made, known = self._once(key, lambda: self._made_of(state, step))
        if state.kept is None and not state.failures:
            return made, known
        return replace(made, kept=state.kept, failures={**made.failures, **state.failures}), known

    def _made_of(self, state: State, step: Step) -> State:
        made = step.stage.run(replace(state, kept=None, failures={}))
        return replace(made, made_by=(*state.made_by, step.text))

    def documents(self, state: State) -> Written:
        """Return the first document that is left of each alert."""
        index = np.arange(len(state.rows)) if state.kept is None else np.flatnonzero(state.kept)
        index = index[np.diff(state.rows[index], prepend=-1) > 0]
        if not self._common((state.made_by, _WRITTEN), state):
            root = state.root if len(index) == len(state.rows) else state.root.take(index)
            return Written(state.rows[index], to_python(root), errors=_errors(root))
        (every, errors), _ = self._once(
            (state.made_by, _WRITTEN), lambda: (to_python(state.root), _errors(state.root))
        )
        return Written(state.rows[index], [every[place] for place in index.tolist()], errors=errors)

    def _match(self, stage: Match, steps: Sequence[Step], place: int, state: State) -> tuple[State, bool]:
        verdict, known = self._once((state.made_by, steps[place].text), lambda: stage.test(state))
        state = state.judged(verdict)
        if not self._worth(steps[place + 1 :], state):
            state = self._packed(steps, place, state)
        return state, known

    def _packed(self, steps: Sequence[Step], place: int, state: State) -> State:
        """Return only the documents that are left after a step."""
        made_by = (state.made_by[0], *(step.text for step in steps[: place + 1]))
        made, _ = self._once((made_by, _PACKED), state.packed)
        return replace(made, failures=state.failures, made_by=made_by)

    def _once(self, key: tuple[Texts, str], make: Callable[[], T]) -> tuple[T, bool]:
        """Return what is made for all who need it, and whether it was there."""
        made = self._made.get(key)
        if made is not None:
            return made, True
        made = make()
        if self._counts[key] > 1:
            self._made[key] = made
        return made, False

    def _worth(self, following: Sequence[Step], state: State) -> bool:
        """Return whether documents that were dropped go on, since others do what comes next too."""
        if state.kept is None:
            return True
        step = next((one for one in following if not isinstance(one.stage, Match)), None)
        if step is None:
            return self._common((state.made_by, _WRITTEN), state)
        return step.stage.lenient and self._common((state.made_by, step.text), state)

    def _common(self, key: tuple[Texts, str], state: State) -> bool:
        """Return whether to do something with all documents once is less than with those left, for each."""
        sharing = self._counts[key]
        return sharing > 1 and sharing * (_WORTH + state.left / max(len(state.rows), 1)) >= 1


def _errors(root: Values) -> bool:
    return root.holds(k.bits(k.ERROR))


def ways(origin: str, steps: Sequence[Step]) -> list[tuple[Texts, str]]:
    """Return what may be done for a pipeline: a stage, and what made the documents that it takes.

    That is every stage before, but for those ``$match`` after which dropped documents went on.

    Parameters
    ----------
    origin
        Which documents are the first.
    """
    texts = (origin, *(step.text for step in steps))
    matches = [place for place, step in enumerate(steps) if isinstance(step.stage, Match)]
    found = [(texts[: place + 2], _PACKED) for place in range(len(steps))]
    for packed in [-1, *matches]:
        made_by = texts[: packed + 2]
        for step in steps[packed + 1 :]:
            found.append((made_by, step.text))
            made_by = made_by if isinstance(step.stage, Match) else (*made_by, step.text)
        found.append((made_by, _WRITTEN))
    return found
