"""Where things stand in the sky, against astropy's own way of it."""

from __future__ import annotations

from datetime import UTC, datetime

import astropy.units as u
import numpy as np
import pytest
from astropy.coordinates import AltAz, SkyCoord, get_body
from astropy.time import Time
from nightdesk_services.marshal.services.facilities.night import Site
from nightdesk_services.marshal.services.facilities.visibility import moon_phase, sky_over

PALOMAR = Site(33.3563, -116.865, 1712.0)
START, END = datetime(2026, 10, 2, 1, tzinfo=UTC), datetime(2026, 10, 2, 9, tzinfo=UTC)


def test_altitudes_and_distances_are_those_of_astropy() -> None:
    places = [(20.0, 30.0), (300.0, -20.0), (100.0, 85.0)]
    sky = sky_over(PALOMAR, places, START, END, 900)
    assert sky.altitude.shape == (3, 33)
    assert sky.time(4) == datetime(2026, 10, 2, 2, tzinfo=UTC)
    times = Time(START) + np.arange(33) * 900 * u.s
    for i, (ra, dec) in enumerate(places):
        target = SkyCoord(ra * u.deg, dec * u.deg)
        seen = target.transform_to(AltAz(obstime=times, location=PALOMAR.location))
        np.testing.assert_allclose(sky.altitude[i], seen.alt.deg, atol=0.01)
        moon = get_body("moon", times, location=PALOMAR.location)
        apart = moon.separation(target, origin_mismatch="ignore").deg
        np.testing.assert_allclose(sky.moon[i], apart, atol=0.05)
        high = seen.alt.deg > 15
        np.testing.assert_allclose(sky.airmass[i][high], seen.secz[high], rtol=2e-3)
    assert np.isinf(sky.airmass[sky.altitude <= 0]).all()


def test_the_hour_angle_grows_from_east_to_west() -> None:
    sky = sky_over(PALOMAR, [(20.0, 30.0)], START, END, 600)
    assert (np.diff(sky.hour_angle[0]) > 0).all()
    top = int(np.argmax(sky.altitude[0]))
    assert abs(sky.hour_angle[0][top]) < 3


def test_the_phase_of_the_moon() -> None:
    # new on 2026-08-12, when the Sun was eclipsed, full on 2026-08-28
    new, full = moon_phase([datetime(2026, 8, 12, 18, tzinfo=UTC), datetime(2026, 8, 28, 4, tzinfo=UTC)])
    assert new == pytest.approx(0, abs=0.01)
    assert full == pytest.approx(1, abs=0.01)
    assert len(moon_phase([])) == 0
