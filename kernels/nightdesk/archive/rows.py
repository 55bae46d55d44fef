"""From a batch to rows of the archive."""

from __future__ import annotations

from typing import Final

import polars as pl
import pyarrow as pa

from nightdesk.alerts import AlertBatch, Ragged
from nightdesk.archive.nights import nights_of
from nightdesk.archive.schema import CUTOUT, POINTS, ordered

LEFT_OUT: Final = "history."
"""Beginning of the columns that are not kept: the light curve so far, which the points give."""


def rows(batch: AlertBatch, prv_new: Ragged, fp_new: Ragged, *, cutouts: bool = False) -> pl.DataFrame:
    """Return what the archive keeps of a batch.

    Parameters
    ----------
    batch
        With the columns of the stages.
    prv_new, fp_new
        Points of `AlertBatch.prv` and `AlertBatch.fp` that no earlier alert of the object has brought.
    cutouts
        Whether to keep the cutouts.

    Returns
    -------
    frame
        One row per alert, in the order of `nightdesk.archive.schema.ordered`.

    Raises
    ------
    ValueError
        If there are not as many lists of points as alerts.
    """
    if {len(prv_new), len(fp_new)} != {len(batch)}:
        msg = f"{len(prv_new)} and {len(fp_new)} lists of points for {len(batch)} alerts"
        raise ValueError(msg)
    columns = [c for c in batch.frame.get_columns() if not c.name.startswith(LEFT_OUT)]
    versions = [batch.layouts[int(i)].version for i in batch.layout]
    columns += [
        pl.Series("night", nights_of(batch.frame["jd"].to_numpy(), batch.survey), pl.Int32),
        pl.Series("packet_schema", versions, pl.String),
    ]
    for name, points in zip(POINTS, (prv_new, fp_new), strict=True):
        if points.values.width:
            columns.append(_lists(name, points))
    if cutouts:
        columns += [
            pl.Series(CUTOUT + kind, stamps, pl.Binary) for kind, stamps in sorted(batch.cutouts.items())
        ]
    # a column without a type says nothing: where it is absent it reads as null
    frame = pl.DataFrame([_stored(c) for c in columns if c.dtype != pl.Null])
    return frame.select(list(ordered(frame.schema)))


def _lists(name: str, points: Ragged) -> pl.Series:
    fields = sorted(points.values.get_columns(), key=lambda column: column.name)
    values = pl.DataFrame([_stored(column) for column in fields if column.dtype != pl.Null])
    structs = values.to_struct("point").to_arrow(compat_level=pl.CompatLevel.oldest())
    made = pl.from_arrow(pa.LargeListArray.from_arrays(pa.array(points.offsets, pa.int64()), structs))
    assert isinstance(made, pl.Series)  # noqa: S101  # of an array, never a frame
    return made.alias(name)


def _stored(column: pl.Series) -> pl.Series:
    """Return a column of a type that every engine reads alike."""
    return column.cast(pl.String) if isinstance(column.dtype, pl.Categorical | pl.Enum) else column
