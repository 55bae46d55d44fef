"""The light curve of an object: its document, and what alerts have added since it was written."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from nightdesk.alerts import point_key
from nightdesk.surveys import Survey
from pymongo.database import Database

Document = dict[str, Any]

LISTS = ("prv_candidates", "fp_hists")
"""The parts of a light curve."""
PACKED = ("detections", "limits", "forced")
"""What the broker keeps of it for itself in ``<S>_objects``."""


def joined(survey: Survey, aux: Document | None, added: Iterable[Document]) -> Document:
    """Return ``prv_candidates`` and ``fp_hists`` with each point once.

    Parameters
    ----------
    aux
        Document of ``<S>_alerts_aux``, if there is one.
    added
        Documents of ``<S>_alerts_points``.
    """
    made: Document = {}
    parts = [part for part in (aux, *added) if part]
    for name in LISTS:
        points: dict[int | str, Document] = {}
        for part in parts:
            for point in part.get(name) or ():
                points.setdefault(point_key(survey, point), point)
        made[name] = list(points.values())
    return made


def read_object(db: Database[Document], survey: Survey, object_id: str) -> Document | None:
    """Return an object with its whole light curve in Kowalski's shape, None if there is no such object."""
    known = db[survey.objects].find_one({"_id": object_id}, dict.fromkeys(PACKED, 0))
    if known is None:
        return None
    # what was added first: a point that is folded between the two reads is then seen twice, not missed
    added = list(db[survey.points].find({"objectId": object_id}))
    return known | joined(survey, db[survey.aux].find_one({"_id": object_id}), added)
