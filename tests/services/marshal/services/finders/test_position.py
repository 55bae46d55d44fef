"""Means of positions."""

from __future__ import annotations

import math

import pytest
from nightdesk_services.marshal.services.finders.position import Point, best, shown

ARCSEC = 1 / 3600


def points(*offsets: tuple[float, float, float], ra: float = 10.0, dec: float = 60.0) -> list[Point]:
    """Return detections so many arcsec to the east and to the north, with a signal-to-noise ratio."""
    wide = math.cos(math.radians(dec))
    return [
        Point(60000.0 + i, (ra + east * ARCSEC / wide) % 360, dec + north * ARCSEC, snr)
        for i, (east, north, snr) in enumerate(offsets)
    ]


def test_weights_are_squares_of_the_signal_to_noise_ratio() -> None:
    found = best(points((0.2, 0.0, 10.0), (0.0, 0.1, 20.0)), (10.0, 60.0))
    assert (found.ra - 10.0) * 3600 * 0.5 == pytest.approx(0.2 * 100 / 500, abs=1e-6)
    assert (found.dec - 60.0) * 3600 == pytest.approx(0.1 * 400 / 500, abs=1e-6)
    assert found.used == 2


def test_it_goes_over_the_end_of_right_ascension() -> None:
    found = best(points((0.2, 0.0, 5.0), (-0.2, 0.0, 5.0), ra=359.99999, dec=0.0), (359.99999, 0.0))
    assert found.ra == pytest.approx(359.99999, abs=1e-9)
    beyond = best(points((0.1, 0.0, 5.0), ra=0.0, dec=0.0), (359.99999, 0.0))
    assert beyond.ra == pytest.approx(0.1 * ARCSEC, abs=1e-9)


def test_what_lies_far_off_does_not_count() -> None:
    near = [(0.01 * i, 0.0, 10.0) for i in range(6)]
    found = best(points(*near, (0.0, 0.8, 1000.0)), (10.0, 60.0))
    assert found.used == 6
    assert found.dec == pytest.approx(60.0, abs=1e-8)


def test_where_the_median_is_far_the_discovery_position_stands() -> None:
    found = best(points((0.9, 0.0, 10.0), (0.9, 0.0, 10.0)), (10.0, 60.0))
    assert (found.ra, found.dec, found.used) == (10.0, 60.0, 0)
    assert best([], (10.0, 60.0)).used == 0


def test_without_uncertainties_the_inverse_variance_is_the_median() -> None:
    given = points((0.3, 0.0, 10.0), (0.1, 0.0, 20.0), (0.0, 0.0, 90.0))
    found = best(given, (10.0, 60.0), "invvar")
    assert (found.ra - 10.0) * 3600 * 0.5 == pytest.approx(0.1, abs=1e-6)


def test_the_answer_has_galactic_coordinates_too() -> None:
    told = shown(best([], (266.40500, -28.93617)), (266.40500, -28.93617))
    assert told["gal_lon"] % 360 == pytest.approx(0.0, abs=1e-3) or told["gal_lon"] > 359.99
    assert told["gal_lat"] == pytest.approx(0.0, abs=1e-3)
    assert told["separation"] == 0.0
