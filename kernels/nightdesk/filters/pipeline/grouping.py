"""``$group``: documents of one alert with the same key become one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from nightdesk.filters.pipeline import kinds as k
from nightdesk.filters.pipeline.errors import PipelineError, unknown
from nightdesk.filters.pipeline.nodes import Node
from nightdesk.filters.pipeline.operators.arrays import element
from nightdesk.filters.pipeline.operators.sets import Members
from nightdesk.filters.pipeline.operators.statistics import ACCUMULATORS
from nightdesk.filters.pipeline.ordering import rank
from nightdesk.filters.pipeline.parsing import Parser, refuse_forbidden
from nightdesk.filters.pipeline.stages import STAGES, Stage
from nightdesk.filters.pipeline.state import State
from nightdesk.filters.pipeline.values import Lazy, Lists, Values, objects

Gather = Callable[[Lists], Values]


def _push(lists: Lists) -> Values:
    return lists.keep(lists.items.kind != k.MISSING).values()


def _distinct(lists: Lists) -> Values:
    members = Members([_push(lists)], len(lists.offsets) - 1)
    return members.arrays(members.keys[0])


def _end(*, last: bool) -> Gather:
    def gather(lists: Lists) -> Values:
        made = element(lists.values(), lists.lengths - 1 if last else np.zeros_like(lists.lengths))
        return made.with_kind(made.kind == k.MISSING, k.NULL)

    return gather


def _applied(name: str) -> Gather:
    return lambda lists: ACCUMULATORS[name]([lists.values()], len(lists.offsets) - 1)


GATHER: Final[dict[str, Gather]] = {
    "$push": _push,
    "$addToSet": _distinct,
    "$first": _end(last=False),
    "$last": _end(last=True),
    **{name: _applied(name) for name in ACCUMULATORS},
}
"""Accumulator -> its value of the values in each group."""


@dataclass(frozen=True)
class Group(Stage):
    """``$group``: a document for each key."""

    key: Node
    fields: Mapping[str, tuple[str, Node]]

    def run(self, state: State) -> State:
        """Return the groups, in the order in which their keys come first."""
        key = self.key.evaluate(state.frame)
        key = key.with_kind(key.kind == k.MISSING, k.NULL)
        state.note(key)
        codes = rank(key)
        width = int(codes.max()) + 1 if len(codes) else 1
        _, first, which = np.unique(state.rows * width + codes, return_index=True, return_inverse=True)
        order = np.argsort(first)
        which = np.argsort(order)[which]
        first = first[order]
        n = len(first)
        arranged = np.argsort(which, kind="stable")
        counts = np.bincount(which, minlength=n)
        offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        owner = np.repeat(np.arange(n, dtype=np.int64), counts)
        columns: dict[str, Lazy | Values] = {"_id": key.take(first)}
        for name, (accumulator, node) in self.fields.items():
            values = node.evaluate(state.frame)
            state.note(values)
            columns[name] = GATHER[accumulator](Lists(offsets, owner, values.take(arranged)))
        return state.take(first).of(objects(columns, n))


def parse_group(name: str, spec: Any, place: str, parser: Parser) -> Stage:
    """Return a parsed ``$group``.

    Raises
    ------
    PipelineError
        If it is none.
    """
    if not isinstance(spec, Mapping) or "_id" not in spec:
        raise PipelineError("$group takes an object with _id", place)
    fields: dict[str, tuple[str, Node]] = {}
    for field, given in spec.items():
        if field == "_id":
            continue
        at = f"{place}.{field}"
        if not isinstance(given, Mapping) or len(given) != 1 or "." in field:
            raise PipelineError("a field of $group is one accumulator", at)
        accumulator, operand = next(iter(given.items()))
        refuse_forbidden(accumulator, at)
        if accumulator == "$count" and operand == {}:
            accumulator, operand = "$sum", 1
        if accumulator not in GATHER:
            raise unknown(accumulator, "accumulator", GATHER, at)
        if isinstance(operand, list) and len(operand) != 1:
            raise PipelineError(f"{accumulator} takes one argument in $group", at)
        operand = operand[0] if isinstance(operand, list) else operand
        fields[field] = (accumulator, parser.parse(operand, f"{at}.{accumulator}"))
    return Group(parser.parse(spec["_id"], f"{place}._id"), fields)


STAGES["$group"] = parse_group
