"""Columns of points as arrays: a frame would cost more than what is reckoned with them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

Codes = npt.NDArray[np.int64]


class Integers(NamedTuple):
    """Integers, some of which may not be known."""

    values: npt.NDArray[np.int64]
    known: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, column: pl.Series) -> Integers:
        """Return those of a column of 64-bit integers."""
        return cls(column.fill_null(0).to_numpy(), column.is_not_null().to_numpy())

    @classmethod
    def everywhere(cls, value: int, rows: int) -> Integers:
        """Return one integer, many times."""
        return cls(np.full(rows, value, np.int64), np.ones(rows, np.bool_))

    def taken(self, rows: npt.NDArray[np.generic]) -> Integers:
        """Return those at some rows, or where a mask is set."""
        return Integers(self.values[rows], self.known[rows])

    def series(self, name: str) -> pl.Series:
        """Return them as a column; null where they are not known."""
        return pl.Series(name, pa.array(self.values, mask=~self.known), pl.Int64)


class Texts(NamedTuple):
    """Few different texts, as filters are, by number: none is looked at twice."""

    codes: Codes
    """Which of the texts each row has; -1 where it has none."""
    values: Sequence[str | None]
    """The texts; some may be alike, and none stands for no text."""

    @classmethod
    def of(cls, column: pl.Series) -> Texts:
        """Return those of a column."""
        text = column.to_arrow(compat_level=pl.CompatLevel.oldest()).dictionary_encode()
        codes = text.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
        return cls(codes, text.dictionary.to_pylist())

    def taken(self, rows: npt.NDArray[np.generic]) -> Texts:
        """Return those at some rows, or where a mask is set."""
        return Texts(self.codes[rows], self.values)

    def series(self, name: str) -> pl.Series:
        """Return them as a column; null where there is none."""
        known = pa.array([*self.values, None], pa.large_string())
        codes = np.where(self.codes < 0, len(self.values), self.codes)
        return pl.Series(name, known.take(pa.array(codes)), pl.String)


def integers(parts: Sequence[Integers]) -> Integers:
    """Return integers one after the other."""
    return Integers(
        np.concatenate([part.values for part in parts]), np.concatenate([part.known for part in parts])
    )


def texts(parts: Sequence[Texts]) -> Texts:
    """Return texts one after the other."""
    values = parts[0].values
    if all(part.values is values for part in parts):
        return Texts(np.concatenate([part.codes for part in parts]), values)
    starts = np.cumsum([0, *(len(part.values) for part in parts[:-1])])
    codes = [
        np.where(part.codes < 0, -1, part.codes + start) for part, start in zip(parts, starts, strict=True)
    ]
    return Texts(np.concatenate(codes), [value for part in parts for value in part.values])
