"""Where an expression is evaluated: rows, and the values of variables in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from nightdesk.filters.pipeline import kinds as k
from nightdesk.filters.pipeline.errors import PipelineError
from nightdesk.filters.pipeline.kinds import Array
from nightdesk.filters.pipeline.values import Values, missing, where

ROOT: Final = "ROOT"
"""Name of the variable that holds the document."""
MOST: Final = 20_000_000
"""Elements of arrays that an expression may make of one batch."""


def limited(elements: int) -> None:
    """Refuse to make more elements than memory should hold.

    Raises
    ------
    PipelineError
        If there are more than `MOST`.
    """
    if elements > MOST:
        msg = f"the pipeline makes {elements} array elements of one batch, more than {MOST}"
        raise PipelineError(msg)


@dataclass(eq=False)
class Frame:
    """Some rows with variables; an inner frame has a row per element of arrays in the outer one."""

    rows: int
    variables: dict[str, Values]
    outer: Frame | None = None
    owner: Array | None = None
    """Row of the outer frame that each row belongs to; None: they are the same rows."""
    cache: dict[str, Values] = field(default_factory=dict)
    """What has been evaluated here: text of the expression -> values."""
    _taken: tuple[Array, Frame] | None = None

    def inside(self, variables: dict[str, Values], owner: Array | None = None) -> Frame:
        """Return a frame within this one.

        Raises
        ------
        PipelineError
            If it has more rows than memory should hold.
        """
        rows = self.rows if owner is None else len(owner)
        limited(rows)
        return Frame(rows, variables, self, owner)

    def outward(self, values: Values) -> Values:
        """Return values of the outer frame in the rows of this one."""
        return values if self.owner is None else values.take(self.owner)

    def take(self, index: Array) -> Frame:
        """Return some rows of an outermost frame."""
        if self._taken is None or self._taken[0] is not index:
            rows = {name: values.take(index) for name, values in self.variables.items()}
            self._taken = (index, Frame(len(index), rows))
        return self._taken[1]


def descend(values: Values, parts: tuple[str, ...], *, arrays: bool = True) -> Values:
    """Return what a path of field names leads to, as expressions see it.

    Through an array it leads to an array of what its objects have; what they lack and what is no object
    is left out.
    """
    if not parts:
        return values
    result = missing(len(values))
    if values.has(k.bits(k.OBJECT)):
        found = values.field(parts[0])
        result = descend(found, parts[1:])
    if arrays and values.has(k.bits(k.ARRAY)):
        lists = values.lists
        found = descend(lists.items, parts, arrays=False)
        there = found.kind != k.MISSING
        inner = lists._replace(items=found)
        made = (inner if there.all() else inner.keep(there)).values()
        result = where(values.kind == k.ARRAY, made, result)
    return result
