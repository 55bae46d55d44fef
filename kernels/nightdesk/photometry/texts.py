"""Columns of few different texts, as filters are, by number: no text is looked at twice."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

Codes = npt.NDArray[np.int64]


def coded(column: pl.Series) -> tuple[Codes, list[str]]:
    """Return which of some texts each value of a column is, -1 where it is null, and these texts."""
    text = column.to_arrow(compat_level=pl.CompatLevel.oldest()).dictionary_encode()
    codes = text.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    return codes, text.dictionary.to_pylist()


def texts(name: str, codes: Codes, values: Sequence[str | None]) -> pl.Series:
    """Return the column of these texts; null where the code is -1."""
    known = pa.array([*values, None], pa.large_string())
    return pl.Series(name, known.take(pa.array(np.where(codes < 0, len(values), codes))), pl.String)
