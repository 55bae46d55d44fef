"""Conditions of many filters on the columns of one batch, each part of them computed once.

A filter passes where each condition that its outermost ``and`` joins is true. Most conditions compare
something with a number, and filters differ in the numbers alone: what is compared is computed once, by
Polars, and all comparisons with it are one array operation. Polars spends some microseconds on each operation
however small the batch, which for 25 filters of seven cuts would be most of the time.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Hashable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, Generic, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt
import polars as pl

from nightdesk.filters.errors import FilterError
from nightdesk.filters.lowering import NUMERIC, Kind, Scope, lower

if TYPE_CHECKING:
    from nightdesk.filters.expression import Expression

K = TypeVar("K", bound=Hashable)

Mask = npt.NDArray[np.bool_]
Number = int | float

_COMPARED: Final[dict[type[ast.cmpop], Callable[..., Mask]]] = {
    ast.Lt: np.less,
    ast.LtE: np.less_equal,
    ast.Gt: np.greater,
    ast.GtE: np.greater_equal,
    ast.Eq: np.equal,
    ast.NotEq: np.not_equal,
}
_MIRRORED: Final[dict[type[ast.cmpop], type[ast.cmpop]]] = {
    ast.Lt: ast.Gt,
    ast.LtE: ast.GtE,
    ast.Gt: ast.Lt,
    ast.GtE: ast.LtE,
    ast.Eq: ast.Eq,
    ast.NotEq: ast.NotEq,
}


class _Part(NamedTuple):
    """Something that Polars computes: a truth value, or what is compared with numbers."""

    steps: list[pl.Expr]
    expr: pl.Expr


class _Comparison(NamedTuple):
    """Comparisons of one part with numbers that are done at once."""

    part: str
    operator: type[ast.cmpop]
    doubles: bool
    """Whether both sides are doubles, else 64-bit integers."""


class Together(Generic[K]):
    """Conditions on frames of the same columns and types.

    Parameters
    ----------
    frame
        With the columns; its rows do not matter.
    wanted
        Name -> an expression, and the condition within it.
    """

    def __init__(self, frame: pl.DataFrame, wanted: Mapping[K, tuple[Expression, ast.expr]]) -> None:
        self.failed: dict[K, FilterError] = {}
        """What cannot be computed on such frames, and why."""
        self._parts: dict[str, _Part] = {}
        self._kinds: dict[str, Kind] = {}
        self._bounds: dict[_Comparison, list[Number]] = {}
        self._rows: dict[K, list[str | tuple[_Comparison, int]]] = {}
        self._columns: set[str] = set()
        for key, (expression, node) in wanted.items():
            try:
                _validate(frame, expression, node)
            except FilterError as error:
                self.failed[key] = error
                continue
            self._columns.update(expression.columns)
            self._rows[key] = [self._row(one, expression, frame) for one in _conjuncts(node)]

    def run(self, frame: pl.DataFrame) -> dict[K, pl.Series]:
        """Return in which rows each condition is true: booleans, never null."""
        made = self._computed(frame)
        masks = {name: series.to_numpy() for name, series in made.items() if series.dtype == pl.Boolean}
        numbers = {name: _numbers(series) for name, series in made.items() if name not in masks}
        compared = {one: _compare(one, bounds, *numbers[one.part]) for one, bounds in self._bounds.items()}
        found: dict[K, pl.Series] = {}
        for key, rows in self._rows.items():
            chosen = [masks[row] if isinstance(row, str) else compared[row[0]][row[1]] for row in rows]
            passed = np.logical_and.reduce(chosen) if len(chosen) > 1 else chosen[0]
            found[key] = pl.Series("passed", passed, dtype=pl.Boolean)
        return found

    def _row(
        self, node: ast.expr, expression: Expression, frame: pl.DataFrame
    ) -> str | tuple[_Comparison, int]:
        """Note what a condition needs; return where its result will be."""
        if (split := _with_number(node)) is not None:
            term, operator, bound = split
            name = self._part(term, expression, frame)
            kind = self._kinds[name]
            if kind in NUMERIC:
                doubles = kind is Kind.NUMBER or isinstance(bound, float)
                one = _Comparison(name, operator, doubles)
                bounds = self._bounds.setdefault(one, [])
                if bound not in bounds:
                    bounds.append(bound)
                return one, bounds.index(bound)
        return self._part(node, expression, frame, truth=True)

    def _part(
        self, node: ast.expr, expression: Expression, frame: pl.DataFrame, *, truth: bool = False
    ) -> str:
        name = f"#{'?' if truth else '='}{ast.dump(node)}"
        if name not in self._parts:
            scope = Scope(expression, frame.schema, prefix=f"#{len(self._parts)}.")
            value = lower(node, scope)
            expr = value.expr.cast(pl.Boolean).fill_null(False) if truth else value.expr
            self._kinds[name] = value.kind
            if truth or value.kind in NUMERIC:
                self._parts[name] = _Part(scope.steps, expr)
        return name

    def _computed(self, frame: pl.DataFrame) -> dict[str, pl.Series]:
        # a literal alone has no height: this column sets it
        height = pl.Series("#", range(frame.height), pl.Int64)
        own = [name for name in frame.columns if name in self._columns]
        table = pl.DataFrame([height, *frame.select(own).get_columns()])
        parts = list(self._parts.values())
        for level in range(max((len(part.steps) for part in parts), default=0)):
            table = table.with_columns(part.steps[level] for part in parts if level < len(part.steps))
        made = table.select("#", *(part.expr.alias(f"#part{i}") for i, part in enumerate(parts)))
        return dict(zip(self._parts, made.get_columns()[1:], strict=True))


def _validate(frame: pl.DataFrame, expression: Expression, node: ast.expr) -> None:
    expression.check(frame.columns)
    value = lower(node, Scope(expression, frame.schema))
    if value.kind not in (Kind.TRUTH, Kind.NULL):
        text = expression.text_of(node)
        raise expression.error(f"a condition is needed, {text!r} is of kind {value.kind.value}", node)


def _conjuncts(node: ast.expr) -> Iterator[ast.expr]:
    """Yield the conditions that must all be true for a condition to be true."""
    match node:
        case ast.BoolOp(op=ast.And()):
            for part in node.values:
                yield from _conjuncts(part)
        case ast.Compare() if len(node.ops) > 1 and all(type(one) in _COMPARED for one in node.ops):
            operands = [node.left, *node.comparators]
            for left, operator, right in zip(operands, node.ops, node.comparators, strict=False):
                yield ast.copy_location(ast.Compare(left, [operator], [right]), node)
        case _:
            yield node


def _with_number(node: ast.expr) -> tuple[ast.expr, type[ast.cmpop], Number] | None:
    """Return what a condition compares with a number, None if it is none that does."""
    match node:
        case ast.Compare(left=left, ops=[operator], comparators=[right]) if type(operator) in _COMPARED:
            if (bound := _number(right)) is not None:
                return left, type(operator), bound
            if (bound := _number(left)) is not None:
                return right, _MIRRORED[type(operator)], bound
    return None


def _number(node: ast.expr) -> Number | None:
    match node:
        case ast.Constant(value=bool()):
            return None
        case ast.Constant(value=int() | float() as value):
            return value if math.isfinite(value) else None
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant()):
            positive = _number(node.operand)
            return None if positive is None else -positive
    return None


def _numbers(series: pl.Series) -> tuple[npt.NDArray[Any], Mask | None]:
    """Return values and, where some are null, which are not."""
    if not series.null_count():
        return series.to_numpy(), None
    return series.fill_null(0).to_numpy(), series.is_not_null().to_numpy()


def _compare(
    one: _Comparison, bounds: list[Number], values: npt.NDArray[Any], known: Mask | None
) -> npt.NDArray[np.bool_]:
    """Return a row of truth values for each bound."""
    dtype = np.float64 if one.doubles else np.int64
    against = np.array(bounds, dtype)[:, None]
    found = _COMPARED[one.operator](values.astype(dtype, copy=False), against)
    return found if known is None else found & known
