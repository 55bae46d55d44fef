"""A survey's fields of points as arrays, whatever they are read from."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np
import polars as pl

from nightdesk.photometry.columns import Integers, Texts
from nightdesk.photometry.conversions import Floats


class PointFields(ABC):
    """A survey's fields; NaN or null for one that is not there."""

    @abstractmethod
    def __len__(self) -> int:
        """Return how many points these are."""

    @abstractmethod
    def raw(self, name: str | None) -> Floats:
        """Return a field as doubles of its own, whatever these stand for."""

    @abstractmethod
    def integer(self, name: str | None) -> Integers:
        """Return a field as 64-bit integers."""

    @abstractmethod
    def text(self, name: str | None) -> Texts:
        """Return a field as text."""

    def number(self, name: str | None, invalid: Sequence[float] = ()) -> Floats:
        """Return a field as doubles; NaN where it is not finite, or a number that stands for no value."""
        values = self.raw(name)
        unknown = ~np.isfinite(values)
        for number in invalid:
            unknown |= values == number
        values[unknown] = np.nan
        return values

    def sign(self, name: str | None, positive: Sequence[str]) -> Floats:
        """Return 1 where a field has one of some texts, in any case, and else -1; NaN where it is null."""
        codes, texts = self.text(name)
        sides = [np.nan if text is None else 1.0 if text.lower() in positive else -1.0 for text in texts]
        return np.array([*sides, np.nan])[codes]


class FrameFields(PointFields):
    """The fields that a frame has as columns.

    Parameters
    ----------
    frame
        Points, one a row.
    prefix
        Put before the survey's field names to find the columns.
    """

    def __init__(self, frame: pl.DataFrame, prefix: str = "") -> None:
        self._frame = frame
        self._columns = set(frame.columns)
        self._prefix = prefix

    def __len__(self) -> int:
        """Return the rows of the frame."""
        return self._frame.height

    def raw(self, name: str | None) -> Floats:
        """Return a column as doubles."""
        return self._column(name, pl.Float64()).to_numpy().astype(np.float64)

    def integer(self, name: str | None) -> Integers:
        """Return a column as 64-bit integers."""
        return Integers.of(self._column(name, pl.Int64()))

    def text(self, name: str | None) -> Texts:
        """Return a column as text."""
        return Texts.of(self._column(name, pl.String()))

    def _column(self, name: str | None, dtype: pl.DataType) -> pl.Series:
        column = f"{self._prefix}{name}"
        if name is None or column not in self._columns:
            return pl.Series(column, [None] * self._frame.height, dtype)
        return self._frame.get_column(column).cast(dtype, strict=False)
