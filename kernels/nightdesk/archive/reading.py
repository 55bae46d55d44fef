"""Reading the archive with one call."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, overload

import polars as pl

from nightdesk.archive.engines import ENGINES, answer
from nightdesk.archive.manifest import State, current
from nightdesk.archive.pieces import Piece, pieces
from nightdesk.archive.place import Place
from nightdesk.archive.query import Cone, Query, chosen, julian
from nightdesk.archive.shelves import Shelf
from nightdesk.archive.tiling import touches
from nightdesk.client.when import When
from nightdesk.surveys import Survey, get

if TYPE_CHECKING:
    import pyarrow as pa

Engine = Literal["polars", "arrow", "dask", "duckdb"]


@overload
def archive(
    survey: str | Survey,
    *,
    start: When = ...,
    end: When = ...,
    columns: Sequence[str] | None = ...,
    cone: tuple[float, float, float] | None = ...,
    engine: Literal["polars"] = ...,
    root: str | Path | None = ...,
    options: dict[str, Any] | None = ...,
) -> pl.LazyFrame: ...


@overload
def archive(
    survey: str | Survey,
    *,
    start: When = ...,
    end: When = ...,
    columns: Sequence[str] | None = ...,
    cone: tuple[float, float, float] | None = ...,
    engine: Literal["arrow"],
    root: str | Path | None = ...,
    options: dict[str, Any] | None = ...,
) -> pa.Table: ...


@overload
def archive(
    survey: str | Survey,
    *,
    start: When = ...,
    end: When = ...,
    columns: Sequence[str] | None = ...,
    cone: tuple[float, float, float] | None = ...,
    engine: str,
    root: str | Path | None = ...,
    options: dict[str, Any] | None = ...,
) -> Any: ...


def archive(
    survey: str | Survey,
    *,
    start: When = None,
    end: When = None,
    columns: Sequence[str] | None = None,
    cone: tuple[float, float, float] | None = None,
    engine: str = "polars",
    root: str | Path | None = None,
    options: dict[str, Any] | None = None,
) -> Any:
    """Return alerts of the archive, each once; nothing is read that the question can leave out.

    Parameters
    ----------
    survey
        Name, as in ``ZTF``.
    start, end
        First and last night (``"2026-09-15"``, a date, ``20260915``) or time (JD or MJD in UTC, a datetime,
        ``"12h"``), both inclusive.
    columns
        Columns in the order wanted; default all but cutouts. A column that came with a later packet schema
        is null before.
    cone
        Right ascension and declination in degrees ICRS, radius in arcsec.
    engine
        ``polars``, ``arrow``, ``dask`` or ``duckdb``.
    root
        Directory or fsspec URL of the archive; default the platform's own.
    options
        Of the fsspec file system, such as the endpoint of an object store.

    Returns
    -------
    alerts
        A polars LazyFrame, a pyarrow Table, a Dask DataFrame of Arrow-backed columns, or a DuckDB relation.
        Its schema is the same whatever is found. A lazy one names files that stay for ten minutes after a
        compaction: ask again rather than keep it.

    Raises
    ------
    ValueError
        If survey, engine or column is unknown, or the time or the cone is none.

    Examples
    --------
    >>> nightdesk.archive("ZTF", start="2026-09-15", columns=["candid", "jd"])  # doctest: +SKIP
    """
    if engine not in ENGINES:
        msg = f"unknown engine {engine!r}; one of {', '.join(ENGINES)}"
        raise ValueError(msg)
    known = get(survey) if isinstance(survey, str) else survey
    shelf = Shelf(known, root, options)
    query = Query(
        columns=chosen(columns, shelf.columns()),
        first=julian(start, known),
        last=julian(end, known, end=True),
        cone=Cone.of(*cone) if cone else None,
    )
    return answer(files(shelf, query), query, engine)


def files(shelf: Shelf, query: Query) -> list[Piece]:
    """Return the files that can hold alerts of a query."""
    found: list[Piece] = []
    for night in query.nights(shelf.nights(), shelf.survey):
        place = shelf.night(night)
        state = current(place)
        found += _of_night(shelf, place, state, query.cone)
    return found


def _of_night(shelf: Shelf, place: Place, state: State, cone: Cone | None) -> list[Piece]:
    names = state.live
    if cone is not None:
        entries = {name: state.manifest.files.get(name) for name in names}
        names = [
            name
            for name, entry in entries.items()
            if entry is None or entry.order < 0 or touches(entry.order, entry.pixel, cone.order, cone.pixels)
        ]
    return pieces(shelf, place, state, names, again=True)
