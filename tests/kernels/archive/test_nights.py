"""Nights go from noon to noon at the telescope."""

from __future__ import annotations

import numpy as np
import pytest
from astropy.time import Time
from nightdesk.archive import limits, night_of, nights_of
from nightdesk.surveys import get

ZTF, LSST = get("ZTF"), get("LSST")


@pytest.mark.parametrize(
    ("survey", "utc", "night"),
    [
        # Palomar is 7.8 hours behind: its noon is at 19:47 UTC
        (ZTF, "2026-09-15T03:36:00", 20260915),
        (ZTF, "2026-09-15T13:00:00", 20260915),
        (ZTF, "2026-09-15T19:40:00", 20260915),
        (ZTF, "2026-09-15T19:55:00", 20260916),
        # Cerro Pachón is 4.7 hours behind: its noon is at 16:43 UTC, and an evening begins before 0h UTC
        (LSST, "2026-09-14T23:30:00", 20260915),
        (LSST, "2026-09-15T10:00:00", 20260915),
        (LSST, "2026-09-15T16:40:00", 20260915),
        (LSST, "2026-09-15T16:45:00", 20260916),
        (LSST, "2026-12-31T23:59:59", 20270101),
    ],
)
def test_night(survey, utc, night):
    assert night_of(Time(utc, scale="utc").jd, survey) == night


def test_limits_hold_the_night():
    for survey in (ZTF, LSST):
        low, high = limits(20260915, survey)
        assert high - low == 1
        assert nights_of([low + 1e-6, high - 1e-6, high + 1e-6], survey).tolist() == [
            20260915,
            20260915,
            20260916,
        ]


def test_many_at_once():
    jd = 2461298.65 + np.linspace(0, 400, 997)
    assert nights_of(jd, ZTF).tolist() == [night_of(float(one), ZTF) for one in jd]


def test_no_date():
    with pytest.raises(ValueError):
        limits(20260931, ZTF)
