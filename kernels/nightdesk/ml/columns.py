"""Named columns of a batch as the matrix a network wants."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from nightdesk.ml.declaration import Columns
from nightdesk.ml.errors import ModelError


def matrix(frame: pl.DataFrame, spec: Columns) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Return the columns of an input side by side.

    Parameters
    ----------
    frame
        One row per alert. A column that it lacks is null in every row; a number that is not finite is null.

    Returns
    -------
    values
        Shape (alerts with all columns, columns), ``(value - offset) / scale``, nulls replaced by defaults.
    rows
        Which alerts these are. One is left out if a column without a default is null.

    Raises
    ------
    ModelError
        If a column holds no numbers.
    """
    values = np.empty((frame.height, len(spec.columns)))
    for place, column in enumerate(spec.columns):
        if column.name not in frame.columns:
            values[:, place] = np.nan
        else:
            series = frame[column.name]
            if not (series.dtype.is_numeric() or series.dtype in (pl.Boolean, pl.Null)):
                msg = f"column {column.name} holds {series.dtype}, no numbers"
                raise ModelError(msg)
            values[:, place] = series.cast(pl.Float64).fill_null(np.nan).to_numpy()
        if column.default is not None:
            values[~np.isfinite(values[:, place]), place] = column.default
        values[:, place] = (values[:, place] - column.offset) / column.scale
    with np.errstate(over="ignore"):
        numbers = values.astype(np.float32)
    rows = np.flatnonzero(np.isfinite(numbers).all(axis=1))
    return numbers[rows], rows
