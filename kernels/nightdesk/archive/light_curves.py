"""An object's light curve as it was known at a time."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from nightdesk.alerts.documents import point_key
from nightdesk.alerts.layout import SOURCE
from nightdesk.archive.engines import lazy
from nightdesk.archive.pieces import holding
from nightdesk.archive.query import Cone, Query, chosen, julian
from nightdesk.archive.reading import files
from nightdesk.archive.schema import POINTS, Columns, instance
from nightdesk.archive.shelves import Shelf
from nightdesk.client.when import When
from nightdesk.surveys import Survey, get

Point = dict[str, Any]


class LightCurve(NamedTuple):
    """Points in the survey's own fields, and ``jd`` (UTC); each once, sorted by time."""

    prv: pl.DataFrame
    """Detections, those of the alerts themselves among them, and non-detections."""
    fp: pl.DataFrame
    """Forced photometry."""


def light_curve(
    survey: str | Survey,
    object_id: str,
    *,
    until: When = None,
    cone: tuple[float, float, float] | None = None,
    root: str | Path | None = None,
    options: dict[str, Any] | None = None,
) -> LightCurve:
    """Return what alerts up to a time said of an object: never a point that came later.

    A forced point that was measured later is left out even where it lies before that time. Points stay after
    a survey drops them from its packets (ZTF: 30 days), so the curve may be longer than the last packet's.

    Parameters
    ----------
    object_id
        Name of the object, as in ``objectId``.
    until
        Night or time as in `nightdesk.archive.archive`, inclusive; default all.
    cone
        Right ascension and declination in degrees, radius in arcsec: where the object surely is. Without, the
        names of all alerts up to the time are read first, which this process keeps for some nights.
    root, options
        Of the archive.

    Raises
    ------
    ValueError
        If the survey is unknown, or the time or the cone is none.
    """
    known = get(survey) if isinstance(survey, str) else survey
    last = julian(until, known, end=True)
    shelf = Shelf(known, root, options)
    columns = shelf.columns()
    own = [name for name in columns if name.startswith(f"{SOURCE}.")]
    kept = [name for name in POINTS if name in columns]
    query = Query(
        columns=chosen(["objectId", "jd", "candid", *own, *kept], columns),
        last=last,
        cone=Cone.of(*cone) if cone else None,
    )
    alerts = (
        lazy(holding(files(shelf, query), object_id), query)
        .filter(pl.col("objectId") == object_id)
        .collect()
        .sort("jd", "candid")
    )
    found: dict[str, dict[int | str, Point]] = {name: {} for name in POINTS}
    fields = {name: _fields(columns.get(name)) for name in POINTS}
    for row in alerts.iter_rows(named=True):
        detection = {name: row.get(f"{SOURCE}.{name}") for name in fields["prv_new"] or _bare(own)}
        detection["jd"] = row["jd"]
        for name, points in (
            ("prv_new", [*(row.get("prv_new") or ()), detection]),
            ("fp_new", row.get("fp_new") or ()),
        ):
            for point in points:
                found[name].setdefault(point_key(known, point), point)
    own_fields = {**{n: columns[f"{SOURCE}.{n}"] for n in _bare(own)}, "jd": pl.Float64()}
    return LightCurve(
        _table(found["prv_new"], fields["prv_new"] or own_fields), _table(found["fp_new"], fields["fp_new"])
    )


def _table(points: Mapping[int | str, Point], schema: Columns) -> pl.DataFrame:
    frame = pl.DataFrame(list(points.values()), schema={**schema, "jd": pl.Float64()}, orient="row")
    return frame.sort("jd", maintain_order=True)


def _fields(dtype: pl.DataType | None) -> Columns:
    """Return the fields of a column of points."""
    inner = dtype.inner if isinstance(dtype, pl.List) else None
    return {f.name: instance(f.dtype) for f in inner.fields} if isinstance(inner, pl.Struct) else {}


def _bare(columns: list[str]) -> list[str]:
    return [name.removeprefix(f"{SOURCE}.") for name in columns]
