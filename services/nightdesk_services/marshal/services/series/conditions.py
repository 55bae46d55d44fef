"""The filters of a list of photometric series as conditions on the store."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Final

from nightdesk.photometry import MJD_ZERO

from nightdesk_services.marshal.models.photometric_series import SeriesPageQuery
from nightdesk_services.marshal.services import shapes
from nightdesk_services.marshal.storage.bounds import between

_SAME: Final = {
    "series_name": "series_name",
    "series_obj_id": "series_obj_id",
    "filter": "filter",
    "channel": "channel",
    "origin": "origin",
    "filename": "filename",
    "detected": "is_detected",
    "exp_time": "exp_time",
    "instrument_id": "instrument_id",
    "followup_request_id": "followup_request_id",
    "assignment_id": "assignment_id",
    "owner_id": "owner_id",
    "file_hash": "hash",
}
"""Field of the query -> field of a series that must be the same."""
_RANGES: Final = {
    "exp_time": ("min_exp_time", "max_exp_time"),
    "frame_rate": ("min_frame_rate", "max_frame_rate"),
    "num_exp": ("min_num_exp", "max_num_exp"),
    "limiting_mag": ("limiting_mag_fainter_than", "limiting_mag_brighter_than"),
    "magref": ("magref_fainter_than", "magref_brighter_than"),
    "median_snr": ("min_median_snr", "max_median_snr"),
    "best_snr": ("min_best_snr", "max_best_snr"),
    "worst_snr": ("min_worst_snr", "max_worst_snr"),
}
"""Field of a series -> fields of the query with its least and its greatest value."""
_TIMES: Final = {
    "mjd_first": ("start_after", "start_before"),
    "mjd_mid": ("mid_after", "mid_before"),
    "mjd_last": ("end_after", "end_before"),
}


def conditions(query: SeriesPageQuery) -> list[dict[str, Any]]:
    """Return what the series meet that a query asks for, but for their place."""
    made: list[dict[str, Any]] = []
    for asked, field in _SAME.items():
        value = getattr(query, asked)
        if value is not None:
            made.append({field: value.strip() if isinstance(value, str) else value})
    ranges = {**_RANGES}
    mag, rms = ("robust_mag", "robust_rms") if query.use_robust else ("mean_mag", "rms_mag")
    ranges[mag], ranges[rms] = ("mag_fainter_than", "mag_brighter_than"), ("min_rms", "max_rms")
    for field, (low, high) in ranges.items():
        if bounds := between(getattr(query, low), getattr(query, high)):
            made.append({field: bounds})
    for field, (after, before) in _TIMES.items():
        if bounds := between(_mjd(getattr(query, after)), _mjd(getattr(query, before))):
            made.append({field: bounds})
    if query.limiting_mag_is_none:
        made.append({"limiting_mag": None})
    if query.object_id:
        made.append({"obj_id": {"$regex": re.escape(query.object_id.strip())}})
    if query.rejected_object_id:
        made.append({"obj_id": {"$nin": query.rejected_object_id}})
    return made


def _mjd(time: datetime | None) -> float | None:
    return None if time is None else shapes.jd_of_time(time) - MJD_ZERO
