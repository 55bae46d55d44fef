"""From a batch to the documents of the store, in Kowalski's shape."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

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
    """Detections and non-detections, the alert's own detection last."""
    fp_hists: list[Document]
    """Forced photometry."""
    cutouts: Document
    """For the collection `Survey.cutouts`; a cutout that the packet lacks is absent."""


def documents(batch: AlertBatch) -> list[AlertDocuments]:
    """Return the documents of each alert.

    Fields are those of the alert's own schema: what it lacks is absent, what it leaves null is None. Values
    are plain Python, NaN is None.
    """
    if not len(batch):
        return []
    rows = batch.frame.to_dicts()
    prv, fp = batch.prv.values.to_dicts(), batch.fp.values.to_dicts()
    lon, lat = sky.galactic(batch.frame["ra"].to_numpy(), batch.frame["dec"].to_numpy())
    texts = sky.radec_strings(batch.frame["ra"].to_numpy(), batch.frame["dec"].to_numpy())
    made = []
    for i, row in enumerate(rows):
        layout = batch.layouts[int(batch.layout[i])]
        records = _records(row, layout, batch.frame.columns)
        made.append(
            AlertDocuments(
                alert=_alert(row, records, layout, batch.survey, (texts[i], float(lon[i]), float(lat[i]))),
                prv_candidates=[
                    *_points(prv, batch.prv, i, _point_fields(layout.prv, batch.survey)),
                    _own_point(records[SOURCE], layout),
                ],
                fp_hists=_points(fp, batch.fp, i, _point_fields(layout.fp, batch.survey)),
                cutouts=_cutouts(batch, i, row),
            )
        )
    return made


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


def _records(row: Document, layout: Layout, columns: list[str]) -> dict[str, Document | None]:
    """Return the records of a packet; None for one that it left null."""
    found: dict[str, Document | None] = {}
    for name, fields in layout.records.items():
        record = {field: row[f"{name}.{field}"] for field in fields}
        absent = name != SOURCE and all(value is None for value in record.values())
        found[name] = None if absent else record
    source = found[SOURCE]
    if source is not None and f"{SOURCE}.jd" in columns:
        source["jd"] = row[f"{SOURCE}.jd"]
    return found


def _alert(
    row: Document,
    records: dict[str, Document | None],
    layout: Layout,
    survey: Survey,
    place: tuple[list[str], float, float],
) -> Document:
    text, lon, lat = place
    own = {name: row[name] for name in layout.scalars if name not in STANDARD}
    return {
        "_id": row["candid"],
        "candid": row["candid"],
        "objectId": row["objectId"],
        **own,
        "publisher": row.get(survey.publisher or "") or survey.name,
        "schemavsn": row.get(survey.version or "") or layout.version,
        **records,
        "coordinates": {
            "radec_geojson": {"type": "Point", "coordinates": [row["ra"] - 180.0, row["dec"]]},
            "radec_str": text,
            "l": lon,
            "b": lat,
        },
        "hpx12": row["hpx12"],
        "hpx6": row["hpx6"],
        "jd": row["jd"],
        "programid": row["programid"],
        "classifications": {},
        "features": {},
    }


def _point_fields(columns: Mapping[str, Any], survey: Survey) -> list[str]:
    return [*columns, *(["jd"] if survey.time.field in columns and "jd" not in columns else [])]


def _points(rows: list[Document], history: Ragged, index: int, fields: list[str]) -> list[Document]:
    own = rows[int(history.offsets[index]) : int(history.offsets[index + 1])]
    # alerts of one schema need no choice of fields
    return own if len(fields) == history.values.width else [{f: point[f] for f in fields} for point in own]


def _own_point(source: Document | None, layout: Layout) -> Document:
    """Return the alert's own detection with the fields that history has."""
    own = source or {}
    return (
        {name: value for name, value in own.items() if name in layout.prv or name == "jd"}
        if layout.prv
        else own
    )


def _cutouts(batch: AlertBatch, index: int, row: Document) -> Document:
    document: Document = {"_id": row["candid"], "objectId": row["objectId"]}
    for kind, stamps in batch.cutouts.items():
        stamp = stamps[index]
        if stamp is not None:
            name = batch.cutout_names[kind][index] or f"candid{row['candid']}_{kind}.fits"
            document[f"cutout{kind.capitalize()}"] = {"fileName": name, "stampData": stamp}
    return document
