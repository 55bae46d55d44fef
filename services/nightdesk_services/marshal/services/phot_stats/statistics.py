"""The statistics of one light curve, by SkyPortal's names and definitions."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, pstdev
from typing import Any

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Point:
    """One observation."""

    mjd: float
    """Modified Julian date, UTC."""
    filter: str
    part: str
    """Part of the light curve, which is seen or hidden as a whole: see `Access.sees_part`."""
    mag: float | None
    """AB magnitude, None unless the flux is positive and at least three times its error."""
    limit: float | None
    """Limiting AB magnitude at five sigma, if known."""
    forced: bool = False
    """Whether the flux was measured where the object is known to be, not found."""


def statistics(points: Sequence[Point]) -> Document:
    """Return the statistics of some points of one object.

    Parameters
    ----------
    points
        In any order.

    Returns
    -------
    statistics
        Dates are MJD in UTC, magnitudes AB of the difference flux. Rates are magnitudes a day between the
        peak and the first (``rise_rate``) or last detection (``decay_rate``) in that detection's filter,
        positive while the object brightens, so a decay is negative. What cannot be told is None.
    """
    ordered = sorted(points, key=lambda one: one.mjd)
    seen = [one for one in ordered if one.mag is not None]
    missed = [one for one in ordered if one.mag is None]
    by_filter: dict[str, list[Point]] = defaultdict(list)
    for one in seen:
        by_filter[one.filter].append(one)
    peaks = {name: min(found, key=_mag) for name, found in by_filter.items()}
    means = {name: fmean(map(_mag, found)) for name, found in by_filter.items()}
    peak = min(seen, key=_mag, default=None)
    return {
        "num_obs_global": len(ordered),
        "num_obs_per_filter": _counts(ordered),
        "num_det_global": len(seen),
        "num_det_per_filter": _counts(seen),
        "recent_obs_mjd": ordered[-1].mjd if ordered else None,
        **_ends(seen, ""),
        **_ends([one for one in seen if not one.forced], "no_forced_phot_"),
        "num_det_no_forced_phot_global": sum(not one.forced for one in seen),
        "mean_mag_global": fmean(map(_mag, seen)) if seen else None,
        "mean_mag_per_filter": means,
        "mean_color": {f"{a}-{b}": means[a] - means[b] for a in means for b in means if a != b},
        "mag_rms_global": pstdev(map(_mag, seen)) if seen else None,
        "mag_rms_per_filter": {name: pstdev(map(_mag, found)) for name, found in by_filter.items()},
        "peak_mag_global": peak.mag if peak else None,
        "peak_mjd_global": peak.mjd if peak else None,
        "peak_mag_per_filter": {name: one.mag for name, one in peaks.items()},
        "peak_mjd_per_filter": {name: one.mjd for name, one in peaks.items()},
        "faintest_mag_global": max(map(_mag, seen), default=None),
        "faintest_mag_per_filter": {name: max(map(_mag, found)) for name, found in by_filter.items()},
        **_limits(missed),
        **_before(missed, seen),
        "rise_rate": _rate(seen[0], peaks[seen[0].filter]) if seen else None,
        "decay_rate": _rate(seen[-1], peaks[seen[-1].filter]) if seen else None,
    }


def _mag(point: Point) -> float:
    return math.inf if point.mag is None else point.mag


def _counts(points: Sequence[Point]) -> dict[str, int]:
    made: dict[str, int] = defaultdict(int)
    for one in points:
        made[one.filter] += 1
    return dict(made)


def _ends(seen: Sequence[Point], kind: str) -> Document:
    """Return the first and the last detection; `seen` is in order of time."""
    made: Document = {}
    for name, at in (("first", 0), ("last", -1)):
        one = seen[at] if seen else None
        made[f"{name}_detected_{kind}mjd"] = one.mjd if one else None
        made[f"{name}_detected_{kind}mag"] = one.mag if one else None
        made[f"{name}_detected_{kind}filter"] = one.filter if one else None
    return made


def _limits(missed: Sequence[Point]) -> Document:
    deepest: dict[str, float] = {}
    for one in missed:
        if one.limit is not None:
            deepest[one.filter] = max(one.limit, deepest.get(one.filter, -math.inf))
    return {
        "deepest_limit_global": max(deepest.values(), default=None),
        "deepest_limit_per_filter": deepest,
    }


def _before(missed: Sequence[Point], seen: Sequence[Point]) -> Document:
    """Return what is known of the time before the first detection."""
    first = seen[0].mjd if seen else None
    times = [one.mjd for one in missed if first is None or one.mjd < first]
    last = times[-1] if times else None
    return {
        "predetection_mjds": times,
        "last_non_detection_mjd": last,
        "time_to_non_detection": None if last is None or first is None else first - last,
    }


def _rate(end: Point, peak: Point) -> float | None:
    """Return how fast the object brightened from its first detection, or after its peak [mag/day]."""
    days = peak.mjd - end.mjd
    return (_mag(end) - _mag(peak)) / days if days else None
