"""Expressions: what they mean, what is refused and how it is said."""

from __future__ import annotations

import ast
import math
import operator
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nightdesk.filters import Cut, Expression, FilterError

FRAME = pl.DataFrame(
    {
        "score": [0.9, 0.1, None, 0.7],
        "isdiffpos": [True, True, True, None],
        "band": ["g", "r", None, "i"],
        "candidate.nbad": [0, 1, 0, 0],
        "n_det": [2, 3, 4, 5],
        "candid": [2**60, 2**60 + 1, 5, 6],
        "xmatch.VSX.distance": [None, 0.5, 3.0, None],
        "empty": [None, None, None, None],
        "points": [[1], [2], [3], [4]],
    }
)


def _rows(source: str) -> list[int]:
    passed = Expression(source).evaluate(FRAME)
    assert passed.dtype == pl.Boolean
    assert passed.null_count() == 0
    assert len(passed) == FRAME.height
    return [i for i, value in enumerate(passed) if value]


@pytest.mark.parametrize(
    ("source", "rows"),
    [
        ("score > 0.65 and isdiffpos and candidate.nbad == 0 and n_det >= 2", [0]),
        ("0.5 < score <= 0.7", [3]),
        ("not score > 0.5", [1]),
        ("not isdiffpos", []),
        ("isdiffpos or score > 0.5", [0, 1, 2, 3]),
        ("score is None", [2]),
        ("score is not None and not is_null(band)", [0, 1, 3]),
        ("score == None", []),
        ("band in ['g', 'i']", [0, 3]),
        ("band not in ('g',)", [1, 3]),
        ("n_det in {2, 3.0, -1}", [0, 1]),
        ("n_det in []", []),
        ("n_det not in []", [0, 1, 2, 3]),
        ("band == 'r'", [1]),
        ("band > 'g'", [1, 3]),
        ("isdiffpos == True", [0, 1, 2]),
        (f"candid == {2**60 + 1}", [1]),
        (f"candid in [{2**60}]", [0]),
        (f"candid > {2**60}", [1]),
        ("xmatch.VSX.distance < 1", [1]),
        ("is_null(xmatch.VSX.distance) or xmatch.VSX.distance > 1", [0, 2, 3]),
        ("coalesce(xmatch.VSX.distance, 99) > 1", [0, 2, 3]),
        ("min(score, n_det) < 0.5", [1]),
        ("max(score, 0.5) == 0.5", [1]),
        ("abs(-n_det) == 2", [0]),
        ("log10(score) > -0.1", [0]),
        ("log10(score - 0.9) < 0 or sqrt(score - 1) > 0", []),
        ("n_det / (n_det - 2) > 0", [1, 2, 3]),
        ("n_det // 2 == 1 and n_det % 2 == 1", [1]),
        ("2 ** n_det > 8", [2, 3]),
        ("(score if isdiffpos else n_det) > 0.5", [0]),
        ("1e308 * 10 * n_det > 0", []),
        ("empty > 1 or empty == 'x' or empty", []),
        ("is_null(empty)", [0, 1, 2, 3]),
        ("True", [0, 1, 2, 3]),
        ("None", []),
        ("score > 0.5  # bright\n  and n_det > 2", [3]),
    ],
)
def test_meaning(source: str, rows: list[int]) -> None:
    assert _rows(source) == rows


@pytest.mark.parametrize("source", ["True", "score > 0", "1 < 2", "band in ['g']", "min(1, 2) < n_det + 1"])
def test_an_empty_batch(source: str) -> None:
    assert Expression(source).evaluate(FRAME.clear()).to_list() == []


def test_nan_and_infinity_are_null() -> None:
    frame = pl.DataFrame({"x": [1.0, math.nan, math.inf, -math.inf, None]})
    assert Expression("x > -5").evaluate(frame).to_list() == [True, False, False, False, False]
    assert Expression("x is None").evaluate(frame).to_list() == [False, True, True, True, True]


@pytest.mark.parametrize(
    "source", ["0 < x", "x > 0", "0 - x > 0", "'a' == band", "is_null(x) and 0 < 1 < x", "None == x"]
)
def test_a_literal_beside_a_column_without_values(source: str) -> None:
    frame = pl.DataFrame(
        {"x": [None, None], "band": [None, None]}, schema={"x": pl.Float64, "band": pl.String}
    )
    assert Expression(source).evaluate(frame).to_list() == [False, False]


def test_columns() -> None:
    expression = Expression(
        "score > 0.5 and (candidate.nbad == 0 or score < xmatch.VSX.distance) and features.g.max"
    )
    assert expression.columns == ("score", "candidate.nbad", "xmatch.VSX.distance", "features.g.max")


def test_the_cut_flow() -> None:
    expression = Expression("score > 0.65\n and  isdiffpos and (candidate.nbad == 0 or n_det > 2)")
    assert expression.cutflow(FRAME) == [
        Cut("score > 0.65", 2, 2),
        Cut("isdiffpos", 3, 1),
        Cut("candidate.nbad == 0 or n_det > 2", 4, 1),
    ]
    assert Expression("score > 0.65 or isdiffpos").cutflow(FRAME) == [("score > 0.65 or isdiffpos", 4, 4)]


@pytest.mark.parametrize(
    ("source", "message", "position"),
    [
        ("", "a filter needs an expression", 0),
        ("score >", "not a Python expression", 7),
        ("a) or (b", "unmatched ')'", 1),
        ("score = 1", "not a Python expression", None),
        ("x" * 20001, "at most 20000 characters", 0),
        ("not " * 120 + "score", "nested at most 100 deep", None),
        ("-" * 9000 + "1", "not a Python expression", None),
        ("a\x00b", "not a Python expression", None),
        ("n_det > 1 and open('x')", "no function 'open'; there are abs, min", 14),
        ("candidate.nbad.max()", "no function 'candidate.nbad.max'", 0),
        ("(lambda: 1)()", "no function", None),
        ("abs(x=score)", "abs takes no keywords", 0),
        ("abs()", "abs takes 1 argument, not 0", 0),
        ("min(score)", "min takes at least 2 arguments, not 1", 0),
        ("score[0] > 1", "square brackets", 0),
        ("[s for s in score]", "a filter has no ListComp", 0),
        ("score > 1, band", "not with commas", None),
        ("(s := score) > 1", "assigns nothing", 1),
        ("f'{score}' == 'a'", "f-strings", 0),
        ("score & 1", "use 'and', 'or' and 'not'", 0),
        ("~isdiffpos", "use 'not' before a condition", 0),
        ("b'a' == band", "neither number, text", 0),
        ("1j > score", "neither number, text", 0),
        ("score > 99999999999999999999", "63 bits", 8),
        ("'a'.upper == band", "a column is a name", 0),
        ("band is 'g'", "'is' is for None only", 8),
        ("band in 'gr'", "'in' needs a list", 8),
        ("band in ['g', score]", "'in' needs a list", 14),
        ("scor > 1", "unknown column 'scor'; did you mean score?", 0),
        ("n_det > 1 and candidate.nbda > 1", "did you mean candidate.nbad", 14),
        ("n_det > 1 and nbad > 1", "did you mean candidate.nbad?", 14),
        ("foo > 1", "unknown column 'foo'", 0),
        ("score and isdiffpos", "a condition is needed, 'score' is of kind number", 0),
        ("n_det + 1", "a condition is needed, 'n_det + 1' is of kind number", 0),
        ("not band", "a condition is needed, 'band' is of kind text", 4),
        ("band + 1 > 2", "a number is needed, 'band' is of kind text", 0),
        ("score > 'a'", "'a'", 8),
        ("band in ['g', 1]", "'1' is of kind integer, not text", 14),
        ("isdiffpos > False", "truth values have no order", 0),
        ("points == 1", "column 'points' holds List(Int64)", 0),
        ("score > (band if isdiffpos else 1)", "'1' is of kind integer, not text", 32),
    ],
)
def test_refused(source: str, message: str, position: int | None) -> None:
    with pytest.raises(FilterError) as caught:
        Expression(source).evaluate(FRAME)
    assert message in caught.value.message
    if position is not None:
        assert caught.value.position == position


@pytest.mark.parametrize(
    "source", ["__import__('os')", "(1).__class__", "score.__class__()", "exec('1')", "() .x"]
)
def test_escapes_are_refused_before_any_column_is_looked_up(source: str) -> None:
    with pytest.raises(FilterError):
        Expression(source)


def test_the_place_is_shown() -> None:
    with pytest.raises(FilterError) as caught:
        Expression("score > 0.5 and  # é, a comment\n  'é' == nbad").evaluate(FRAME)
    assert (
        str(caught.value)
        == "unknown column 'nbad'; did you mean candidate.nbad?\n      'é' == nbad\n             ^"
    )


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "source",
    [
        " and ".join(["score > 0.1"] * 1000),
        " + ".join(["score"] * 90) + " > 1",
        " % ".join(["score"] * 90) + " > 1",
        "min(1, " * 45 + "score" + ")" * 45 + " > 0.5",
        "(n_det if isdiffpos else " * 45 + "1" + ")" * 45 + " > 0",
        f"n_det in [{', '.join(map(str, range(3000)))}]",
    ],
)
def test_long_filters_stay_fast(source: str) -> None:
    assert len(Expression(source).evaluate(FRAME)) == FRAME.height


# The same semantics once more, row by row, in Python.

ARITHMETIC: dict[type, Any] = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul}
ORDER: dict[type, Any] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}


def _kleene(values: list[bool | None], deciding: bool) -> bool | None:
    return deciding if deciding in values else None if None in values else not deciding


def _truth(node: ast.expr, row: dict[str, Any]) -> Any:
    match node:
        case ast.Constant(value=value):
            return value
        case ast.Name(id=name):
            return row[name]
        case ast.BoolOp(op=op, values=values):
            return _kleene([_truth(v, row) for v in values], isinstance(op, ast.Or))
        case ast.UnaryOp(op=op, operand=operand):
            value = _truth(operand, row)
            return None if value is None else not value if isinstance(op, ast.Not) else -value
        case ast.BinOp(left=left, op=op, right=right):
            one, other = _truth(left, row), _truth(right, row)
            if one is None or other is None:
                return None
            if isinstance(op, ast.Div):
                return None if other == 0 else float(one) / float(other)
            return ARITHMETIC[type(op)](float(one), float(other))
        case ast.Compare(left=left, ops=ops, comparators=rest):
            links = zip([left, *rest], ops, rest, strict=False)
            return _kleene([_link(_truth(a, row), op, b, row) for a, op, b in links], deciding=False)
        case ast.IfExp(test=test, body=body, orelse=orelse):
            chosen = _truth(test, row)
            return None if chosen is None else _truth(body if chosen else orelse, row)
        case ast.Call(func=ast.Name(id=name), args=args):
            return _function(name, [_truth(arg, row) for arg in args])
    raise AssertionError(ast.dump(node))


def _link(one: Any, op: ast.cmpop, right: ast.expr, row: dict[str, Any]) -> bool | None:
    if isinstance(op, ast.Is | ast.IsNot):
        return (one is None) is isinstance(op, ast.Is)
    if isinstance(op, ast.In | ast.NotIn):
        return None if one is None else (one in ast.literal_eval(right)) is isinstance(op, ast.In)
    other = _truth(right, row)
    return None if one is None or other is None else bool(ORDER[type(op)](one, other))


def _function(name: str, values: list[Any]) -> Any:
    if name == "is_null":
        return values[0] is None
    if name == "coalesce":
        return next((v for v in values if v is not None), None)
    if None in values:
        return None
    if name == "sqrt":
        return math.sqrt(values[0]) if values[0] >= 0 else None
    return {"abs": lambda: abs(values[0]), "min": lambda: min(values), "max": lambda: max(values)}[name]()


NUMBERS = st.one_of(
    st.sampled_from(["x", "y", "n", "m"]),
    st.integers(-3, 3).map(str),
    st.sampled_from(["0.5", "-1.5", "2.25"]),
)
TEXTS = st.sampled_from(["band", "'g'", "'r'"])


def _numbers(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*", "/"]), inner).map(lambda t: f"({' '.join(t)})"),
        inner.map(lambda a: f"(-{a})"),
        st.tuples(st.sampled_from(["min", "max", "coalesce"]), inner, inner).map(
            lambda t: f"{t[0]}({t[1]}, {t[2]})"
        ),
        st.tuples(st.sampled_from(["abs", "sqrt"]), inner).map(lambda t: f"{t[0]}({t[1]})"),
    )


NUMBER = st.recursive(NUMBERS, _numbers, max_leaves=4)
ORDERS = st.sampled_from(["<", "<=", ">", ">=", "==", "!="])
SIMPLE = st.one_of(
    st.sampled_from(["flag", "True", "False", "None"]),
    st.tuples(NUMBER, ORDERS, NUMBER).map(" ".join),
    st.tuples(NUMBER, ORDERS, NUMBER, ORDERS, NUMBER).map(" ".join),
    st.tuples(TEXTS, ORDERS, TEXTS).map(" ".join),
    st.tuples(
        NUMBER, st.sampled_from(["in", "not in"]), st.sampled_from(["[0, 1]", "(0.5, -2)", "{3}", "[]"])
    ).map(" ".join),
    st.tuples(TEXTS, st.sampled_from(["in", "not in"]), st.sampled_from(["['g', 'z']", "('r',)"])).map(
        " ".join
    ),
    st.tuples(NUMBER, st.sampled_from(["is None", "is not None"])).map(" ".join),
    NUMBER.map(lambda a: f"is_null({a})"),
)


def _conditions(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(lambda t: f"({' '.join(t)})"),
        inner.map(lambda a: f"(not ({a}))"),
        st.tuples(inner, inner, inner).map(lambda t: f"(({t[0]}) if ({t[1]}) else ({t[2]}))"),
    )


CONDITION = st.recursive(SIMPLE, _conditions, max_leaves=6)
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "x": st.none() | st.sampled_from([-2.0, -0.5, 0.0, 0.5, 1.0, 2.25]),
            "y": st.none() | st.floats(-10, 10),
            "n": st.none() | st.integers(-3, 3),
            "m": st.integers(-(2**53), 2**53),
            "flag": st.none() | st.booleans(),
            "band": st.none() | st.sampled_from(["g", "r", "i"]),
        }
    ),
    max_size=6,
)
SCHEMA = {
    "x": pl.Float64,
    "y": pl.Float64,
    "n": pl.Int64,
    "m": pl.Int64,
    "flag": pl.Boolean,
    "band": pl.String,
}


@settings(max_examples=300, deadline=None)
@given(CONDITION, ROWS)
def test_columns_mean_what_rows_mean(source: str, rows: list[dict[str, Any]]) -> None:
    tree = ast.parse(source, mode="eval").body
    frame = pl.DataFrame(rows, schema=SCHEMA)
    expression = Expression(source)
    expected = [_truth(tree, row) is True for row in rows]
    assert expression.evaluate(frame).to_list() == expected
    if rows:
        assert expression.cutflow(frame)[-1].remaining == sum(expected)
