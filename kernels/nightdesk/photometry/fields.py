"""A survey's fields as arrays, whatever the frame has of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from nightdesk.photometry.conversions import Floats
from nightdesk.photometry.texts import coded


class PointFields:
    """A survey's fields; NaN or null for one that the frame lacks, or where a value is invalid.

    Parameters
    ----------
    frame
        Points, one a row.
    prefix
        Put before the survey's field names to find the columns.
    invalid
        Numbers that stand for no value.
    """

    def __init__(self, frame: pl.DataFrame, prefix: str, invalid: Sequence[float]) -> None:
        self._frame = frame
        self._columns = set(frame.columns)
        self._prefix = prefix
        self._invalid = list(invalid)

    def number(self, name: str | None) -> Floats:
        """Return a field as doubles."""
        values = self._raw(name, pl.Float64()).to_numpy().astype(np.float64)
        unknown = ~np.isfinite(values)
        for number in self._invalid:
            unknown |= values == number
        values[unknown] = np.nan
        return values

    def integer(self, name: str | None) -> pl.Series:
        """Return a field as 64-bit integers."""
        return self._raw(name, pl.Int64())

    def text(self, name: str | None) -> pl.Series:
        """Return a field as text."""
        return self._raw(name, pl.String())

    def sign(self, name: str | None, positive: Sequence[str]) -> Floats:
        """Return 1 where a field has one of some texts, in any case, and else -1; NaN where it is null."""
        codes, texts = coded(self.text(name))
        sides = [1.0 if text.lower() in positive else -1.0 for text in texts]
        return np.array([*sides, np.nan])[codes]

    def _raw(self, name: str | None, dtype: pl.DataType) -> pl.Series:
        column = f"{self._prefix}{name}"
        if name is None or column not in self._columns:
            return pl.Series(column, [None] * self._frame.height, dtype)
        return self._frame.get_column(column).cast(dtype, strict=False)
