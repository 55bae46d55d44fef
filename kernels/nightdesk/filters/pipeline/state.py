"""The documents between two stages."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from nightdesk.filters.pipeline import kinds as k
from nightdesk.filters.pipeline.frames import ROOT, Frame
from nightdesk.filters.pipeline.kinds import Array
from nightdesk.filters.pipeline.values import Values


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

    @property
    def root(self) -> Values:
        """The documents."""
        return self.frame.variables[ROOT]

    def of(self, root: Values) -> State:
        """Return other documents in place of these."""
        return State(Frame(len(root), {ROOT: root}), self.rows, self.aux, self.failures)

    def take(self, index: Array) -> State:
        """Return some of the documents."""
        return State(self.frame.take(index), self.rows[index], self.aux, self.failures)

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
