"""The detections of an object as packed rows, in every version of its document in ``<S>_objects``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt

POINT: Final = np.dtype(
    [
        ("key", "<i8"),
        ("jd", "<f8"),
        ("flux", "<f8"),
        ("fluxerr", "<f8"),
        ("mag", "<f8"),
        ("magerr", "<f8"),
        ("band", "S4"),
        ("programid", "<i4"),
    ]
)
"""A detection: time UTC, difference flux in µJy (signed), AB magnitude of its absolute value; NaN is null."""
Points = npt.NDArray[np.void]
"""Rows of `POINT`."""

PUBLIC: Final = 1
"""The program of points that do not tell one."""
_FORMER: Final = np.dtype(POINT.descr[:-1])
"""Rows of stores that were filled before points told their program."""


def packed(version: Mapping[str, Any]) -> Points | None:
    """Return the detections of a version; None if it has none, or they do not tell their program."""
    rows = version.get("detections")
    if rows is None or len(rows) != version["n_det"] * POINT.itemsize:
        return None
    return np.frombuffer(rows, POINT)


def told(version: Mapping[str, Any], programs: Mapping[int | str, int]) -> Points:
    """Return the detections of a version that do not tell their program.

    Parameters
    ----------
    programs
        Key of a point -> its program.
    """
    former = np.frombuffer(version["detections"], _FORMER)
    points = np.zeros(len(former), POINT)
    for name in _FORMER.names or ():
        points[name] = former[name]
    points["programid"] = [programs.get(key, PUBLIC) for key in former["key"].tolist()]
    return points
