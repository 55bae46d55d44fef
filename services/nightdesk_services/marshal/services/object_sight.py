"""What somebody may know of an object whose light curve they see in part."""

from __future__ import annotations

import numpy as np
import polars as pl
from nightdesk.photometry import MJD_ZERO, light_curve
from nightdesk.surveys import Survey

from nightdesk_services.common.light_curves import LISTS
from nightdesk_services.common.packed import PUBLIC, Points
from nightdesk_services.marshal.access import Access, Document

_Numbers = np.ndarray[tuple[int], np.dtype[np.generic]]


def bounded(access: Access, survey: Survey, document: Document, points: Points | None) -> Document | None:
    """Return an object's document as a person sees it, None if they see none of its points.

    Parameters
    ----------
    points
        Its detections; None: as its light curve tells.

    Returns
    -------
    document
        With ``n_det``, ``first_jd`` and ``last_jd`` (UTC) of the detections that they see, and only those
        points of its light curve, if it is there. Who sees other points than detections alone sees those in
        the light curve: without it the answer is None.
    """
    allowed = access.programs(survey.name)
    if allowed is None or not isinstance(survey.programid, str):
        return document
    programs, days = _detections(survey, document) if points is None else (points["programid"], points["jd"])
    seen = np.isin(programs, list(allowed))
    field = survey.programid
    lists = {name: document[name] for name in LISTS if name in document}
    curve = {
        name: [point for point in held if access.sees_point(survey.name, point.get(field))]
        for name, held in lists.items()
    }
    hides = len(programs) > 0 or any(lists.values())
    if hides and not seen.any() and not any(curve.values()):
        return None
    if seen.all():
        return document | curve
    days = days[seen]
    first, last = (float(days.min()), float(days.max())) if len(days) else (None, None)
    return document | curve | {"n_det": len(days), "first_jd": first, "last_jd": last}


def _detections(survey: Survey, document: Document) -> tuple[_Numbers, _Numbers]:
    """Return programs and days of the detections in a light curve."""
    curve = light_curve(survey, document).filter(pl.col("kind") == "detection")
    return curve["programid"].fill_null(PUBLIC).to_numpy(), (curve["mjd"] + MJD_ZERO).to_numpy()
