"""Altitudes and windows."""

from __future__ import annotations

from datetime import UTC, datetime

import astropy.units as u
import numpy as np
import pytest
from astropy.coordinates import AltAz, get_body
from astropy.time import Time
from nightdesk_services.marshal.services.facilities.night import Site
from nightdesk_services.marshal.services.observability.tracks import (
    TWILIGHTS,
    Track,
    Window,
    airmass,
    best,
    lowest,
    track,
    windows,
)

PALOMAR = Site(33.3563, -116.865, 1712.0)
START = datetime(2026, 11, 25, 15, tzinfo=UTC)


def flat(target: list[float], sun: list[float]) -> Track:
    """Return a track with an hour between its points."""
    hours = np.arange(len(target), dtype=float)
    return Track(START, hours, np.array(target), np.array(sun), np.zeros(len(target)), 90.0, 0.5)


def test_the_moon_is_where_it_is_seen_from_the_site() -> None:
    one = track(PALOMAR, START, 150.0, 12.0)
    times = Time(START) + one.hours[::36] * u.hour
    seen = get_body("moon", times, PALOMAR.location)
    frame = AltAz(obstime=times, location=PALOMAR.location)
    np.testing.assert_allclose(one.moon[::36], seen.transform_to(frame).alt.deg, atol=0.02)
    # the full Moon of November 2026 is on the 24th
    assert one.moon_light == pytest.approx(0.97, abs=0.03)


def test_a_target_culminates_at_its_declination() -> None:
    one = track(PALOMAR, START, 150.0, 12.0)
    assert one.target.max() == pytest.approx(90 - (33.3563 - 12.0), abs=0.2)
    assert (len(one.hours), one.hours[-1]) == (145, 24.0)


def test_a_window_ends_where_the_curves_cross_their_limits() -> None:
    assert lowest(2.0) == pytest.approx(30.0) and airmass(30.0) == pytest.approx(2.0)
    one = flat([0, 20, 40, 60, 40], [-20, -20, -20, -20, -16])
    (found,) = windows(one, 2.0, -18.0)
    assert found.begin == pytest.approx(1.5)
    assert found.end == pytest.approx(3.5)
    assert best(one, [found]) == (3.0, 60.0)


def test_it_may_be_up_at_both_ends_or_never() -> None:
    both = windows(flat([60, 10, 60], [-20, -20, -20]), 2.0, -18.0)
    assert [(round(w.begin, 2), round(w.end, 2)) for w in both] == [(0.0, 0.6), (1.4, 2.0)]
    assert windows(flat([60, 60], [-17, -17]), 2.0, TWILIGHTS["astronomical"]) == []
    assert windows(flat([60, 60], [-17, -17]), 2.0, TWILIGHTS["nautical"]) == [Window(0.0, 1.0)]
    assert best(flat([60, 60], [-17, -17]), []) is None


def test_a_window_between_two_steps_has_a_best_moment_too() -> None:
    one = flat([29, 31, 29], [-20, -20, -20])
    (found,) = windows(one, 2.0, -18.0)
    assert best(one, [found]) == (1.0, 31.0)
    narrow = Window(0.6, 0.7)
    when, altitude = best(one, [narrow]) or (0.0, 0.0)
    assert when == pytest.approx(0.65) and altitude == pytest.approx(30.3)
