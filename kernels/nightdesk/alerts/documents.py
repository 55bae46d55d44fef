"""From a batch to the documents of the store, in Kowalski's shape."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl

from nightdesk import sky
from nightdesk.alerts.batch import STANDARD, AlertBatch, Ragged
from nightdesk.alerts.layout import SOURCE, Layout
from nightdesk.surveys import Survey

Document = dict[str, Any]


@dataclass(frozen=True)
class AlertDocuments:
    """The documents of one alert."""

    alert: Document
    """For the collection `Survey.alerts`."""
    prv_candidates: list[Document]
    """Detections and non-detections without their null fields, the alert's own detection last."""
    fp_hists: list[Document]
    """Forced photometry without its null fields."""
    cutouts: Document
    """For the collection `Survey.cutouts`; a cutout that the packet lacks is absent."""


def documents(batch: AlertBatch, *, history: bool = True) -> list[AlertDocuments]:
    """Return the documents of each alert.

    Parameters
    ----------
    history
        Whether the points of the packets' histories are wanted; without, an alert's own detection is its one
        point.

    Returns
    -------
    documents
        Fields are those of the alert's own schema: what it lacks is absent, what it leaves null is None (in
        the points of history it is absent). Values are plain Python, NaN is None.
    """
    made: list[AlertDocuments | None] = [None] * len(batch)
    nothing: list[list[Document]] = [[]] * len(batch)
    prv, fp = (_points(batch.prv), _points(batch.fp)) if history else (nothing, nothing)
    places = _places(batch.frame)
    for number, layout in enumerate(batch.layouts):
        chosen = np.flatnonzero(batch.layout == number)
        if not len(chosen):
            continue
        frame = batch.frame if len(chosen) == len(batch) else batch.frame[chosen]
        own = _own_points(frame, layout)
        alerts = _alerts(frame, layout, batch.survey)
        for row, alert, point in zip(chosen.tolist(), alerts, own, strict=True):
            alert["coordinates"] = places[row]
            made[row] = AlertDocuments(alert, [*prv[row], point], fp[row], _cutouts(batch, row, alert))
    return [one for one in made if one is not None]


def point_key(survey: Survey, point: Mapping[str, Any]) -> int | str:
    """Return what identifies a point of an object's history.

    Parameters
    ----------
    point
        Raw point of ``prv_candidates`` or ``fp_hists``; keys of the one list say nothing about the other.

    Returns
    -------
    key
        The identifier of a detection or of a forced source where there is one, else time and filter as text.

    Raises
    ------
    ValueError
        If no identity that the survey declares is complete.
    """
    for fields in survey.identity:
        values = [point.get(field) for field in fields]
        if all(value is not None for value in values):
            return int(point[fields[0]]) if len(fields) == 1 else ":".join(repr(_plain(v)) for v in values)
    needed = " or ".join(" and ".join(fields) for fields in survey.identity)
    msg = f"a point of {survey.name} needs {needed}: {dict(point)}"
    raise ValueError(msg)


def _plain(value: Any) -> Any:
    """Return a number as Python's own, so that its text does not depend on who made it."""
    return float(value) if isinstance(value, float) else int(value)


def _alerts(frame: pl.DataFrame, layout: Layout, survey: Survey) -> Iterator[Document]:
    """Return the documents of alerts of one schema, whose coordinates are still to come."""
    columns = set(frame.columns)

    def listed(name: str) -> list[Any]:
        return frame.get_column(name).to_list() if name in columns else [None] * frame.height

    fields: dict[str, Sequence[Any]] = {
        "_id": listed("candid"),
        "candid": listed("candid"),
        "objectId": listed("objectId"),
        **{name: listed(name) for name in layout.scalars if name not in STANDARD},
        "publisher": [name or survey.name for name in listed(survey.publisher or "")],
        "schemavsn": [version or layout.version for version in listed(survey.version or "")],
        **{name: _records(frame, name, names) for name, names in layout.records.items()},
        "coordinates": [None] * frame.height,
        "hpx12": listed("hpx12"),
        "hpx6": listed("hpx6"),
        "jd": listed("jd"),
        "programid": listed("programid"),
    }
    names = list(fields)
    for values in zip(*fields.values(), strict=True):
        yield {**dict(zip(names, values, strict=True)), "classifications": {}, "features": {}}


def _records(frame: pl.DataFrame, name: str, fields: Mapping[str, Any]) -> list[Document | None]:
    """Return one record of each packet; None for one that it left null."""
    names = list(fields)
    if name == SOURCE and f"{SOURCE}.jd" in frame.columns:
        names = list(dict.fromkeys([*names, "jd"]))
    columns = [frame.get_column(f"{name}.{field}") for field in names]
    if name != SOURCE and all(column.null_count() == frame.height for column in columns):
        return [None] * frame.height
    rows = zip(*(column.to_list() for column in columns), strict=True)
    if name == SOURCE:
        return [dict(zip(names, row, strict=True)) for row in rows]
    return [None if row.count(None) == len(row) else dict(zip(names, row, strict=True)) for row in rows]


def _own_points(frame: pl.DataFrame, layout: Layout) -> list[Document]:
    """Return the alerts' own detections with the fields that history has."""
    wanted = layout.records[SOURCE]
    prefix = f"{SOURCE}."
    names = [name for name in wanted if not layout.prv or name in layout.prv]
    if f"{prefix}jd" in frame.columns:
        names = list(dict.fromkeys([*names, "jd"]))
    return _without_nulls(names, [frame.get_column(prefix + name) for name in names], frame.height)


def _points(history: Ragged) -> list[list[Document]]:
    """Return the points of each alert."""
    values = history.values
    points = _without_nulls(values.columns, values.get_columns(), values.height)
    ends = history.offsets.tolist()
    return [points[start:stop] for start, stop in pairwise(ends)]


def _without_nulls(names: Sequence[str], columns: Sequence[pl.Series], height: int) -> list[Document]:
    """Return rows with what is not null in them."""
    used = [i for i, column in enumerate(columns) if column.null_count() < height]
    if not used:
        return [{} for _ in range(height)]
    names, columns = [names[i] for i in used], [columns[i] for i in used]
    rows = zip(*(column.to_list() for column in columns), strict=True)
    if not any(column.null_count() for column in columns):
        return [dict(zip(names, row, strict=True)) for row in rows]
    return [
        {name: value for name, value in zip(names, row, strict=True) if value is not None} for row in rows
    ]


def _places(frame: pl.DataFrame) -> list[Document]:
    """Return the coordinates of each alert, as Kowalski keeps them."""
    if frame.is_empty():
        return []
    ra, dec = frame["ra"].to_numpy(), frame["dec"].to_numpy()
    lon, lat = sky.galactic(ra, dec)
    rows = zip(
        (ra - 180.0).tolist(),
        dec.tolist(),
        sky.radec_strings(ra, dec),
        lon.tolist(),
        lat.tolist(),
        strict=True,
    )
    return [
        {
            "radec_geojson": {"type": "Point", "coordinates": [x, y]},
            "radec_str": text,
            "l": longitude,
            "b": latitude,
        }
        for x, y, text, longitude, latitude in rows
    ]


def _cutouts(batch: AlertBatch, index: int, alert: Document) -> Document:
    document: Document = {"_id": alert["candid"], "objectId": alert["objectId"]}
    for kind, stamps in batch.cutouts.items():
        stamp = stamps[index]
        if stamp is not None:
            name = batch.cutout_names[kind][index] or f"candid{alert['candid']}_{kind}.fits"
            document[f"cutout{kind.capitalize()}"] = {"fileName": name, "stampData": stamp}
    return document
