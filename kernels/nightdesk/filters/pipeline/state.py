"""The documents between two stages."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from nightdesk.filters.pipeline import kinds as k
from nightdesk.filters.pipeline.frames import ROOT, Frame
from nightdesk.filters.pipeline.kinds import Array
from nightdesk.filters.pipeline.values import Values

if TYPE_CHECKING:
    from nightdesk.filters.pipeline.query import Verdict


@dataclass(frozen=True)
class State:
    """Documents on their way through the stages."""

    frame: Frame
    rows: Array
    """Alert that each document belongs to, never falling."""
    aux: Values
    """Document of each alert's object."""
    failures: dict[int, str] = field(default_factory=dict)
    """Alert -> why a document of it could not be computed."""

    kept: Array | None = None
    """Documents that a ``$match`` has left, one truth value each; None: all of them."""
    made_by: tuple[str, ...] = ()
    """The stages that made these documents, as they are spelled."""

    @property
    def root(self) -> Values:
        """The documents."""
        return self.frame.variables[ROOT]

    @property
    def left(self) -> int:
        """How many documents are left."""
        return len(self.rows) if self.kept is None else int(np.count_nonzero(self.kept))

    def of(self, root: Values) -> State:
        """Return other documents in place of these."""
        return replace(self, frame=Frame(len(root), {ROOT: root}))

    def take(self, index: Array) -> State:
        """Return some of the documents."""
        return replace(self, frame=self.frame.take(index), rows=self.rows[index])

    def judged(self, verdict: Verdict) -> State:
        """Return the documents, of which those are left that a query holds for, with the errors of it."""
        holds, failed = verdict.holds, verdict.failed
        state = self
        if failed is not None:
            state = replace(self, failures=dict(self.failures))  # which others may have, too
            state.note(failed if self.kept is None else failed.with_kind(~self.kept, k.BOOL))
        if self.kept is not None:
            holds = holds & self.kept
        return replace(state, kept=None if holds.all() else holds)

    def packed(self) -> State:
        """Return only the documents that are left."""
        if self.kept is None:
            return self
        return replace(self, kept=None).take(np.flatnonzero(self.kept))

    def note(self, values: Values) -> None:
        """Keep the errors among values of the documents."""
        if values.has(k.bits(k.ERROR)):
            for row in np.flatnonzero(values.kind == k.ERROR).tolist():
                self.failures.setdefault(int(self.rows[row]), str(values.words.items[int(values.i[row])]))

    def fail(self, where: Array, message: str) -> None:
        """Keep an error of some documents."""
        for row in np.flatnonzero(where).tolist():
            self.failures.setdefault(int(self.rows[row]), message)

    @property
    def position(self) -> Array:
        """Place of each document among those of its alert."""
        if not len(self.rows):
            return self.rows
        starts = np.flatnonzero(np.concatenate([[True], self.rows[1:] != self.rows[:-1]]))
        counts = np.diff(np.concatenate([starts, [len(self.rows)]]))
        return np.arange(len(self.rows)) - np.repeat(starts, counts)
