"""From the tree of a Python expression to a Polars expression: what is allowed, and what it means."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Final

import polars as pl

if TYPE_CHECKING:
    from nightdesk.filters.expression import Expression


class Kind(Enum):
    """What a part of an expression stands for."""

    TRUTH = "truth value"
    INTEGER = "integer"
    NUMBER = "number"
    TEXT = "text"
    NULL = "null"


NUMERIC: Final = (Kind.INTEGER, Kind.NUMBER)
_DTYPES: Final = {
    Kind.TRUTH: pl.Boolean(),
    Kind.INTEGER: pl.Int64(),
    Kind.NUMBER: pl.Float64(),
    Kind.TEXT: pl.String(),
    Kind.NULL: pl.Null(),
}


@dataclass(frozen=True)
class Value:
    """A lowered part: how it is computed, and what it stands for."""

    expr: pl.Expr
    kind: Kind


@dataclass
class Scope:
    """What lowering one filter needs and makes."""

    source: Expression
    schema: pl.Schema
    steps: list[pl.Expr] = field(default_factory=list)
    """Columns to add one after the other before the lowered expressions can be computed."""
    prefix: str = "#"
    """Begin of the names of these columns."""

    def hold(self, expr: pl.Expr) -> pl.Expr:
        """Return a column that will hold an expression, which may then be used twice without growing."""
        name = f"{self.prefix}{len(self.steps)}"
        self.steps.append(expr.alias(name))
        return pl.col(name)


_ARITHMETIC: Final[dict[type[ast.operator], Callable[[pl.Expr, pl.Expr], pl.Expr]]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
    ast.FloorDiv: lambda a, b: a // b,
    ast.Mod: lambda a, b: a % b,
    ast.Pow: lambda a, b: a.pow(b),
}
_COMPARISON: Final[dict[type[ast.cmpop], Callable[[pl.Expr, pl.Expr], pl.Expr]]] = {
    ast.Lt: lambda a, b: a < b,
    ast.LtE: lambda a, b: a <= b,
    ast.Gt: lambda a, b: a > b,
    ast.GtE: lambda a, b: a >= b,
    ast.Eq: lambda a, b: a == b,
    ast.NotEq: lambda a, b: a != b,
}
_MANY: Final = 100
_ARGUMENTS: Final = {
    "abs": (1, 1),
    "min": (2, _MANY),
    "max": (2, _MANY),
    "log10": (1, 1),
    "sqrt": (1, 1),
    "is_null": (1, 1),
    "coalesce": (1, _MANY),
}
"""Function -> fewest and most arguments."""
_OFFERED: Final = ", ".join(_ARGUMENTS)


def names(node: ast.AST, source: Expression) -> Iterator[tuple[str, ast.AST]]:
    """Yield the columns that a tree reads, and refuse what no filter may hold."""
    if isinstance(node, ast.Name | ast.Attribute):
        yield _column(node, source), node
        return
    for part in _parts(node, source):
        yield from names(part, source)


def _parts(node: ast.AST, source: Expression) -> list[ast.expr]:
    """Return the expressions within an expression that may be there."""
    match node:
        case ast.Constant():
            _constant(node, source)
            return []
        case ast.Compare():
            links = list(zip(node.ops, node.comparators, strict=True))
            for lists in [right for operator, right in links if isinstance(operator, ast.In | ast.NotIn)]:
                _literals(lists, source)
            return [node.left, *(r for operator, r in links if not isinstance(operator, ast.In | ast.NotIn))]
        case ast.Call(func=ast.Name(id=name)) if name in _ARGUMENTS and not node.keywords:
            return node.args
        case ast.Call():
            called = source.text_of(node.func)
            known = called in _ARGUMENTS
            message = (
                f"{called} takes no keywords" if known else f"no function {called!r}; there are {_OFFERED}"
            )
            raise source.error(message, node.func)
        case ast.BoolOp() | ast.IfExp():
            return [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]
        case ast.UnaryOp(op=ast.Not() | ast.USub() | ast.UAdd()):
            return [node.operand]
        case ast.BinOp() if type(node.op) in _ARITHMETIC:
            return [node.left, node.right]
    raise source.error(_refusal(node), node)


def lower(node: ast.AST, scope: Scope) -> Value:
    """Return a tree as a Polars expression over columns of the given types."""
    match node:
        case ast.Name() | ast.Attribute():
            return _of_column(_column(node, scope.source), scope, node)
        case ast.Constant():
            return _constant(node, scope.source)
        case ast.BoolOp():
            parts = [_truth(child, scope) for child in node.values]
            join = pl.all_horizontal if isinstance(node.op, ast.And) else pl.any_horizontal
            return Value(join(parts), Kind.TRUTH)
        case ast.UnaryOp(op=ast.Not()):
            return Value(_truth(node.operand, scope).not_(), Kind.TRUTH)
        case ast.UnaryOp():
            value = _number(node.operand, scope)
            return Value(-value.expr if isinstance(node.op, ast.USub) else value.expr, value.kind)
        case ast.BinOp():
            left, right = (_double(part, scope) for part in (node.left, node.right))
            return Value(_finite(_ARITHMETIC[type(node.op)](left, right), scope), Kind.NUMBER)
        case ast.Compare():
            return _compare(node, scope)
        case ast.IfExp():
            test = scope.hold(_truth(node.test, scope))
            one, other = _same([node.body, node.orelse], scope)
            return Value(pl.when(test).then(one.expr).when(test.not_()).then(other.expr), one.kind)
        case ast.Call(func=ast.Name(id=name)):
            return _call(node, name, scope)
        case _:
            raise scope.source.error(_refusal(node), node)


def _call(node: ast.Call, name: str, scope: Scope) -> Value:
    least, most = _ARGUMENTS[name]
    if not least <= len(node.args) <= most:
        wanted = f"{least}" if least == most else f"at least {least}"
        raise scope.source.error(
            f"{name} takes {wanted} argument{'s' * (wanted != '1')}, not {len(node.args)}", node
        )
    if name == "is_null":
        return Value(lower(node.args[0], scope).expr.is_null(), Kind.TRUTH)
    if name == "coalesce":
        values = _same(node.args, scope)
        return Value(pl.coalesce([v.expr for v in values]), values[0].kind)
    numbers = [_number(argument, scope) for argument in node.args]
    if name == "abs":
        return Value(numbers[0].expr.abs(), numbers[0].kind)
    if name in ("log10", "sqrt"):
        double = numbers[0].expr.cast(pl.Float64)
        return Value(_finite(double.log10() if name == "log10" else double.sqrt(), scope), Kind.NUMBER)
    exprs = [scope.hold(number.expr) for number in numbers]
    extreme = pl.min_horizontal(exprs) if name == "min" else pl.max_horizontal(exprs)
    known = pl.all_horizontal([expr.is_not_null() for expr in exprs])
    kind = Kind.INTEGER if all(n.kind is Kind.INTEGER for n in numbers) else Kind.NUMBER
    return Value(pl.when(known).then(extreme), kind)


def _compare(node: ast.Compare, scope: Scope) -> Value:
    operands = [node.left, *node.comparators]
    links = [
        _link(left, operator, right, scope)
        for left, operator, right in zip(operands, node.ops, node.comparators, strict=False)
    ]
    return Value(pl.all_horizontal(links) if len(links) > 1 else links[0], Kind.TRUTH)


def _link(left: ast.expr, operator: ast.cmpop, right: ast.expr, scope: Scope) -> pl.Expr:
    if isinstance(operator, ast.Is | ast.IsNot):
        if not (isinstance(right, ast.Constant) and right.value is None):
            raise scope.source.error("'is' is for None only; use ==", right)
        null = lower(left, scope).expr.is_null()
        return null if isinstance(operator, ast.Is) else null.not_()
    if isinstance(operator, ast.In | ast.NotIn):
        inside = _inside(left, right, scope)
        return inside if isinstance(operator, ast.In) else inside.not_()
    one, other = _same([left, right], scope)
    if isinstance(operator, ast.Lt | ast.LtE | ast.Gt | ast.GtE) and Kind.TRUTH in (one.kind, other.kind):
        raise scope.source.error("truth values have no order", left)
    return _COMPARISON[type(operator)](one.expr, other.expr)


def _inside(left: ast.expr, right: ast.expr, scope: Scope) -> pl.Expr:
    elements = _literals(right, scope.source)
    member, *rest = _same([left, *elements], scope)
    value = scope.hold(member.expr)
    known = value.is_not_null()
    if not rest or member.kind is Kind.NULL:
        return pl.when(known).then(pl.lit(False))
    values = pl.Series([ast.literal_eval(element) for element in elements], dtype=_DTYPES[member.kind])
    return pl.when(known).then(value.is_in(values.implode()))


def _literals(node: ast.expr, source: Expression) -> list[ast.expr]:
    """Return the elements of a list after ``in``."""
    if not isinstance(node, ast.List | ast.Tuple | ast.Set):
        raise source.error("'in' needs a list of literals, as in band in ['g', 'r']", node)
    for element in node.elts:
        inner = element.operand if isinstance(element, ast.UnaryOp) else element
        if not isinstance(inner, ast.Constant) or inner.value is None:
            raise source.error("'in' needs a list of literals, as in band in ['g', 'r']", element)
        _constant(inner, source)
    return node.elts


def _same(nodes: list[ast.expr], scope: Scope) -> list[Value]:
    """Lower parts that must be of one kind; integers stay exact among integers, else all become doubles."""
    values = [lower(node, scope) for node in nodes]
    kinds = {value.kind for value in values} - {Kind.NULL}
    if kinds <= {Kind.INTEGER, Kind.NUMBER} and len(kinds) == 2:
        return [Value(value.expr.cast(pl.Float64), Kind.NUMBER) for value in values]
    if len(kinds) > 1:
        first = next(v.kind for v in values if v.kind is not Kind.NULL)
        wrong = next(i for i, v in enumerate(values) if v.kind not in (first, Kind.NULL))
        text = scope.source.text_of(nodes[wrong])
        message = f"{text!r} is of kind {values[wrong].kind.value}, not {first.value}"
        raise scope.source.error(message, nodes[wrong])
    kind = kinds.pop() if kinds else Kind.NULL
    return [Value(value.expr, kind) for value in values]


def _truth(node: ast.expr, scope: Scope) -> pl.Expr:
    value = lower(node, scope)
    if value.kind not in (Kind.TRUTH, Kind.NULL):
        raise scope.source.error(
            f"a condition is needed, {scope.source.text_of(node)!r} is of kind {value.kind.value}", node
        )
    return value.expr.cast(pl.Boolean)


def _number(node: ast.expr, scope: Scope) -> Value:
    value = lower(node, scope)
    if value.kind is Kind.NULL:
        return Value(value.expr.cast(pl.Float64), Kind.NUMBER)
    if value.kind not in NUMERIC:
        raise scope.source.error(
            f"a number is needed, {scope.source.text_of(node)!r} is of kind {value.kind.value}", node
        )
    return value


def _double(node: ast.expr, scope: Scope) -> pl.Expr:
    return _number(node, scope).expr.cast(pl.Float64)


def _finite(expr: pl.Expr, scope: Scope) -> pl.Expr:
    held = scope.hold(expr)
    return pl.when(held.is_finite()).then(held)


def _of_column(name: str, scope: Scope, node: ast.AST) -> Value:
    dtype = scope.schema[name]
    column = pl.col(name)
    if dtype == pl.Boolean:
        return Value(column, Kind.TRUTH)
    if dtype.is_integer():
        return Value(column.cast(pl.Int64), Kind.INTEGER)
    if dtype.is_float():
        double = column.cast(pl.Float64)
        return Value(pl.when(double.is_finite()).then(double), Kind.NUMBER)
    if dtype in (pl.String, pl.Categorical, pl.Enum):
        return Value(column.cast(pl.String), Kind.TEXT)
    if dtype == pl.Null:
        return Value(column, Kind.NULL)
    raise scope.source.error(f"column {name!r} holds {dtype}, which a filter cannot use", node)


def _column(node: ast.AST, source: Expression) -> str:
    parts: list[str] = []
    inner = node
    while isinstance(inner, ast.Attribute):
        parts.insert(0, inner.attr)
        inner = inner.value
    if not isinstance(inner, ast.Name):
        raise source.error("a column is a name, or names joined by dots", node)
    return ".".join([inner.id, *parts])


def _constant(node: ast.Constant, source: Expression) -> Value:
    value = node.value
    if value is None:
        return Value(_repeated(None, pl.Null()), Kind.NULL)
    if isinstance(value, bool):
        return Value(_repeated(value, pl.Boolean()), Kind.TRUTH)
    if isinstance(value, int):
        if value >= 2**63:
            raise source.error("an integer has at most 63 bits", node)
        return Value(_repeated(value, pl.Int64()), Kind.INTEGER)
    if isinstance(value, float):
        return Value(_repeated(value if math.isfinite(value) else None, pl.Float64()), Kind.NUMBER)
    if isinstance(value, str):
        return Value(_repeated(value, pl.String()), Kind.TEXT)
    raise source.error(f"{source.text_of(node)} is neither number, text, True, False nor None", node)


def _repeated(value: bool | int | float | str | None, dtype: pl.DataType) -> pl.Expr:
    """Return a literal as a whole column: beside an all-null column, Polars gives a scalar one's length."""
    return pl.repeat(value, pl.len(), dtype=dtype)


def _refusal(node: ast.AST) -> str:
    said = {
        ast.Subscript: "square brackets are for lists after 'in'; columns are reached by dots",
        ast.Lambda: "a filter has no lambda",
        ast.NamedExpr: "a filter assigns nothing",
        ast.JoinedStr: "a filter has no f-strings",
        ast.List: "a list may stand after 'in' only",
        ast.Tuple: "join conditions with 'and' or 'or', not with commas",
        ast.Set: "a set may stand after 'in' only",
        ast.Starred: "a filter unpacks nothing",
        ast.BinOp: "use 'and', 'or' and 'not' between conditions; & | ^ ~ << >> @ mean nothing here",
        ast.UnaryOp: "use 'not' before a condition, ~ means nothing here",
    }
    return said.get(type(node), f"a filter has no {type(node).__name__}")
