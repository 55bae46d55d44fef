"""Many expressions over one batch, computed in one pass."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Generic, TypeVar

import polars as pl

from nightdesk.filters.errors import FilterError
from nightdesk.filters.expression import Expression
from nightdesk.filters.together import Together

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
        self._lowered: dict[tuple[tuple[str, pl.DataType], ...], Together[K]] = {}

    def evaluate(self, frame: pl.DataFrame) -> dict[K, pl.Series | FilterError]:
        """Return which rows each expression passes, or why it cannot be evaluated on this frame.

        An expression that fails takes no other with it.
        """
        there = frame.select(name for name in frame.columns if name in self._columns)
        together = self._of_schema(there)
        found: dict[K, pl.Series | FilterError] = dict(together.failed)
        try:
            found |= together.run(there)
        except pl.exceptions.PolarsError:
            found |= {key: self._alone(key, frame) for key in self.expressions if key not in found}
        return {key: found[key] for key in self.expressions}

    def _of_schema(self, frame: pl.DataFrame) -> Together[K]:
        schema = tuple(frame.schema.items())
        if schema not in self._lowered:
            if len(self._lowered) >= _REMEMBERED:
                self._lowered.clear()
            wanted = {key: (one, one.tree) for key, one in self.expressions.items()}
            self._lowered[schema] = Together(frame, wanted)
        return self._lowered[schema]

    def _alone(self, key: K, frame: pl.DataFrame) -> pl.Series | FilterError:
        try:
            return self.expressions[key].evaluate(frame)
        except FilterError as error:
            return error
        except pl.exceptions.PolarsError as error:
            return FilterError(f"cannot be computed: {error}")
