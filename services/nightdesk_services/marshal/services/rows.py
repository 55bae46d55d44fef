"""Stored alerts as the flat columns that filters see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
from nightdesk.photometry import measure
from nightdesk.surveys import Survey

from nightdesk_services.marshal.access import Document

_MEASURED = {
    "band": "band",
    "flux": "flux_ujy",
    "fluxerr": "fluxerr_ujy",
    "mag": "magpsf",
    "magerr": "sigmapsf",
    "isdiffpos": "isdiffpos",
    "limiting_mag": "limmag",
}


def rows(survey: Survey, alerts: Sequence[Document], aux: Mapping[str, Document]) -> list[Document]:
    """Return a row per alert: the standard columns, ``candidate.<field>``, and what is known of the object.

    Parameters
    ----------
    alerts
        Documents of the survey's alerts.
    aux
        Object -> its document, with its cross-matches.
    """
    if not alerts:
        return []
    raw = [{f"candidate.{name}": value for name, value in alert["candidate"].items()} for alert in alerts]
    frame = pl.DataFrame(raw, infer_schema_length=None, strict=False)
    measured = measure(frame, survey, "detection", prefix="candidate.").select(
        pl.col(name).alias(column) for name, column in _MEASURED.items()
    )
    return [
        {
            "candid": str(alert["candid"]),
            "objectId": alert["objectId"],
            "jd": alert["jd"],
            "ra": fields.get(survey.ra),
            "dec": fields.get(survey.dec),
            "hpx12": alert["hpx12"],
            "hpx6": alert["hpx6"],
            "programid": alert.get("programid"),
            "score": _first(fields, survey.score),
            "sso": _sso(survey, alert, fields),
            **values,
            **_known(alert, aux.get(alert["objectId"], {})),
            **fields,
        }
        for alert, fields, values in zip(alerts, raw, measured.iter_rows(named=True), strict=True)
    ]


def _first(fields: Mapping[str, Any], columns: Sequence[str]) -> Any:
    return next((fields[name] for name in columns if fields.get(name) is not None), None)


def _sso(survey: Survey, alert: Document, fields: Mapping[str, Any]) -> bool:
    """Return whether the alert is of a known solar-system object."""
    how = survey.sso
    distance = fields.get(how.distance) if how.distance else None
    if distance is not None and 0 <= distance <= how.within:
        return True
    return any(_value(alert, name) not in (None, *survey.null_ids) for name in how.ids)


def _value(alert: Document, column: str) -> Any:
    record, _, field = column.partition(".")
    return (alert.get(record) or {}).get(field)


def _known(alert: Document, aux: Document) -> Document:
    """Return what the broker knew of the object when the alert came, and the object's neighbours."""
    known: Document = dict(alert.get("features") or {})
    for name, matches in (aux.get("cross_matches") or {}).items():
        distances = [m["distance_arcsec"] for m in matches if m.get("distance_arcsec") is not None]
        known[f"xmatch.{name}.distance"] = min(distances, default=None)
        known[f"xmatch.{name}.n"] = len(matches)
    return known
