"""Which night an alert belongs to."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt

from nightdesk.surveys import Survey

LONGITUDE: Final = {"P48": -116.863, "Simonyi Survey Telescope": -70.749}
"""Telescope -> longitude in degrees east; a telescope that is not here counts as at Greenwich."""

_MJD_ZERO = date(1858, 11, 17)
_JD_ZERO = 2_400_000.5


def nights_of(jd: npt.ArrayLike, survey: Survey) -> npt.NDArray[np.int32]:
    """Return the nights of times, each as the number ``yyyymmdd``.

    A night lasts from noon to noon of local mean solar time at the telescope and has the date of its
    midnight. So the evening of 14 and the morning of 15 September 2026 are 20260915, for every survey. This
    is the UTC date by which ZTF names its nights; Rubin's ``dayObs`` is the day before.

    Parameters
    ----------
    jd
        Julian dates (UTC), any shape, finite.
    """
    midnights = np.floor(np.asarray(jd, np.float64) - _JD_ZERO + _offset(survey) + 0.5).astype(np.int64)
    days, back = np.unique(midnights, return_inverse=True)
    names = np.array([_name(int(day)) for day in days], dtype=np.int32)
    return names[back].reshape(midnights.shape)


def night_of(jd: float, survey: Survey) -> int:
    """Return the night of one time; see `nights_of`."""
    return int(nights_of(jd, survey))


def limits(night: int, survey: Survey) -> tuple[float, float]:
    """Return the JD (UTC) of the noons at which a night begins and ends, good to 0.1 ms.

    Raises
    ------
    ValueError
        If the number is no date.
    """
    day = date(night // 10_000, night // 100 % 100, night % 100)
    midnight = (day - _MJD_ZERO).days + _JD_ZERO - _offset(survey)
    return midnight - 0.5, midnight + 0.5


def _name(mjd: int) -> int:
    day = _MJD_ZERO + timedelta(days=mjd)
    return day.year * 10_000 + day.month * 100 + day.day


def _offset(survey: Survey) -> float:
    """Return local mean solar time minus UTC, in days."""
    return LONGITUDE.get(survey.telescope, 0.0) / 360.0
