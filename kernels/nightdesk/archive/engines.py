"""The same answer for Polars, Arrow, Dask and DuckDB."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import polars as pl

from nightdesk.alerts.batch import STANDARD
from nightdesk.archive.duck import relation
from nightdesk.archive.pieces import Piece, scan
from nightdesk.archive.query import Query

ENGINES: Final = ("polars", "arrow", "dask", "duckdb")
PARTITION_FILES: Final = 16
"""Small files that one partition of a Dask frame reads."""
_CUTS: Final = ("jd", "ra", "dec", "hpx6", "hpx12")


def answer(found: Sequence[Piece], query: Query, engine: str) -> Any:
    """Return the alerts of a query as an engine's own object."""
    if engine == "polars":
        return lazy(found, query)
    if engine == "arrow":
        return lazy(found, query).collect().to_arrow(compat_level=pl.CompatLevel.oldest())
    if engine == "dask":
        return dask_frame(found, query)
    return relation(found, query)


def lazy(found: Sequence[Piece], query: Query) -> pl.LazyFrame:
    """Return a lazy frame; cuts and columns reach the files."""
    frame = scan(found, {**{name: STANDARD[name] for name in _CUTS}, **query.columns})
    return frame.filter(*query.conditions()).select(list(query.columns))


def dask_frame(found: Sequence[Piece], query: Query) -> Any:
    """Return a Dask dataframe of Arrow-backed columns: a 64-bit id stays one, null stays null."""
    import dask.dataframe as dd

    empty = _pandas([], query)
    groups = _groups(found)
    return dd.from_map(_pandas, groups or [[]], query=query, meta=empty, enforce_metadata=False)


def _pandas(found: Sequence[Piece], query: Query) -> Any:
    frame = lazy(found, query).collect()
    return frame.to_pandas(use_pyarrow_extension_array=True)


def _groups(found: Sequence[Piece]) -> list[list[Piece]]:
    """Return files in partitions: compacted ones alone, small ones together."""
    large = [[piece] for piece in found if "/order=" in piece.name]
    small = [piece for piece in found if "/order=" not in piece.name]
    return large + [small[i : i + PARTITION_FILES] for i in range(0, len(small), PARTITION_FILES)]
