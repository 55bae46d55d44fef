"""Operators whose values are made one by one, each distinct input once: text, dates, conversions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np

from nightdesk.filters.pipeline.python import Failure, from_python, to_python
from nightdesk.filters.pipeline.values import Values

LONGEST: Final = 1_000_000
"""Characters of the longest text."""
_FIRST: Final = np.zeros(1, np.int64)


class OperatorError(Exception):
    """A value that an operator cannot take."""


def by_rows(function: Callable[..., Any], values: Sequence[Values]) -> Values:
    """Return the values of a function of Python values, row by row.

    Parameters
    ----------
    function
        Takes a value of each column; an `OperatorError` makes the result of that row an error.
    values
        Columns of the same length.
    """
    n = len(values[0])
    if all(value.constant for value in values) and n:
        return from_python(
            [_called(function, [to_python(value.take(_FIRST))[0] for value in values])]
        ).repeat(n)
    known: dict[Any, Any] = {}
    results = []
    for row in zip(*(to_python(value) for value in values), strict=True):
        try:
            key = tuple((type(item), item) for item in row)
            if key not in known:
                known[key] = _called(function, row)
            results.append(known[key])
        except TypeError:  # objects and arrays have no hash
            results.append(_called(function, row))
    return from_python(results)


def _called(function: Callable[..., Any], row: Sequence[Any]) -> Any:
    failed = next((item for item in row if isinstance(item, Failure)), None)
    if failed is not None:
        return failed
    try:
        made = function(*row)
    except OperatorError as error:
        return Failure(str(error))
    return Failure("a text of more than a million characters") if _long(made) else made


def _long(made: Any) -> bool:
    return isinstance(made, str) and len(made) > LONGEST
