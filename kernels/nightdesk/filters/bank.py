"""Many expressions over one batch, computed in one pass."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Generic, TypeVar

import polars as pl

from nightdesk.filters.errors import FilterError
from nightdesk.filters.expression import Expression, Lowered

K = TypeVar("K", bound=Hashable)

_REMEMBERED = 16


class Bank(Generic[K]):
    """Expressions that are evaluated together: lowered once a schema, and what they share computed once.

    Parameters
    ----------
    expressions
        Name -> expression.

    Examples
    --------
    >>> bank = Bank({"bright": Expression("magpsf < 18"), "real": Expression("score > 0.65")})
    >>> bank.evaluate(pl.DataFrame({"magpsf": [17.0, 19.0], "score": [0.9, None]}))["real"].to_list()
    [True, False]
    """

    def __init__(self, expressions: Mapping[K, Expression]) -> None:
        self.expressions = dict(expressions)
        self._columns = {c for one in self.expressions.values() for c in one.columns}
        self._lowered: dict[tuple[tuple[str, pl.DataType], ...], dict[K, Lowered | FilterError]] = {}

    def evaluate(self, frame: pl.DataFrame) -> dict[K, pl.Series | FilterError]:
        """Return which rows each expression passes, or why it cannot be evaluated on this frame.

        An expression that fails takes no other with it.
        """
        there = [name for name in frame.columns if name in self._columns]
        lowered = self._of_schema(frame.select(there))
        good = {key: one for key, one in lowered.items() if isinstance(one, Lowered)}
        found: dict[K, pl.Series | FilterError] = {
            key: one for key, one in lowered.items() if isinstance(one, FilterError)
        }
        try:
            found |= _together(frame.select(there), good)
        except pl.exceptions.PolarsError:
            for key in good:
                found[key] = self._alone(key, frame)
        return {key: found[key] for key in self.expressions}

    def _of_schema(self, frame: pl.DataFrame) -> dict[K, Lowered | FilterError]:
        schema = tuple(frame.schema.items())
        if schema not in self._lowered:
            if len(self._lowered) >= _REMEMBERED:
                self._lowered.clear()
            made: dict[K, Lowered | FilterError] = {}
            for number, (key, one) in enumerate(self.expressions.items()):
                try:
                    made[key] = one.lowered(frame, f"#{number}.")
                except FilterError as error:
                    made[key] = error
            self._lowered[schema] = made
        return self._lowered[schema]

    def _alone(self, key: K, frame: pl.DataFrame) -> pl.Series | FilterError:
        try:
            return self.expressions[key].evaluate(frame)
        except FilterError as error:
            return error
        except pl.exceptions.PolarsError as error:
            return FilterError(f"cannot be computed: {error}")


def _together(frame: pl.DataFrame, lowered: Mapping[K, Lowered]) -> dict[K, pl.Series]:
    # a literal alone has no height: this column sets it
    table = frame.with_columns(pl.Series("#", range(frame.height), pl.Int64))
    for level in range(max((len(one.steps) for one in lowered.values()), default=0)):
        table = table.with_columns(one.steps[level] for one in lowered.values() if level < len(one.steps))
    made = table.select("#", *(one.passed[0].alias(f"#passed{i}") for i, one in enumerate(lowered.values())))
    return dict(zip(lowered, made.get_columns()[1:], strict=True))
