"""Positions: pixels, cones, separations and notations, against astropy."""

from __future__ import annotations

import astropy.units as u
import numpy as np
import pytest
from astropy.coordinates import Angle, SkyCoord
from hypothesis import given
from hypothesis import strategies as st
from nightdesk import sky

RA = st.floats(0, 360, exclude_max=True)
DEC = st.floats(-90, 90)


def test_pixels_nest() -> None:
    rng = np.random.default_rng(1)
    ra, dec = rng.uniform(0, 360, 1000), np.degrees(np.arcsin(rng.uniform(-1, 1, 1000)))
    fine, coarse = sky.pixel(ra, dec, sky.FINE), sky.pixel(ra, dec, sky.COARSE)
    assert fine.dtype == np.int64
    assert (fine >> 2 * (sky.FINE - sky.COARSE) == coarse).all()
    assert fine.max() < 12 * 4**sky.FINE


@given(RA, DEC, st.one_of(st.floats(0, 300), st.floats(301, 20000)), st.floats(0, 1), st.floats(0, 360))
def test_a_cone_is_covered(ra: float, dec: float, radius: float, share: float, angle: float) -> None:
    column, pixels = sky.cone(ra, dec, radius)
    order = int(column.removeprefix("hpx"))
    assert order == (sky.FINE if radius <= sky.FINE_RADIUS else sky.COARSE)
    inside = SkyCoord(ra, dec, unit="deg").directional_offset_by(angle * u.deg, share * radius * u.arcsec)
    assert int(sky.pixel(inside.ra.deg, inside.dec.deg, order)) in pixels


def test_a_cone_is_not_much_larger_than_asked() -> None:
    assert len(sky.cone(10, 20, 2)[1]) <= 4
    assert len(sky.cone(10, 20, 300)[1]) < 200


@pytest.mark.parametrize(("ra", "dec", "radius"), [(0, 0, -1), (0, 0, 1e6), (0, 91, 1), (float("nan"), 0, 1)])
def test_no_cone(ra: float, dec: float, radius: float) -> None:
    with pytest.raises(ValueError, match=r"arcsec|position"):
        sky.cone(ra, dec, radius)


@given(RA, DEC, RA, DEC)
def test_separation_is_astropys(ra1: float, dec1: float, ra2: float, dec2: float) -> None:
    expected = SkyCoord(ra1, dec1, unit="deg").separation(SkyCoord(ra2, dec2, unit="deg")).arcsec
    # the haversine loses digits near the antipode only
    assert sky.separation(ra1, dec1, ra2, dec2) == pytest.approx(expected, abs=1e-2, rel=1e-9)


def test_separation_of_neighbours_is_exact() -> None:
    assert sky.separation([10, 10], [0, 60], [10 + 1 / 3600, 10 + 1 / 3600], [0, 60]) == pytest.approx(
        [1, 0.5], rel=1e-7
    )


def test_galactic_centre() -> None:
    lon, lat = sky.galactic([266.40499], [-28.93617])
    assert lon[0] == pytest.approx(0, abs=1e-3)
    assert lat[0] == pytest.approx(0, abs=1e-3)


def test_notation() -> None:
    assert sky.radec_str(185.7288484, 15.8236168) == ["12:22:54.9236", "15:49:25.020"]
    assert sky.radec_str(359.999999999, -0.00001) == ["00:00:00.0000", "-00:00:00.036"]


@given(RA, DEC)
def test_notation_means_the_place(ra: float, dec: float) -> None:
    hms, dms = sky.radec_str(ra, dec)
    assert (Angle(hms, unit="hourangle").deg - ra + 180) % 360 == pytest.approx(180, abs=1e-6)
    assert Angle(dms, unit="deg").deg == pytest.approx(dec, abs=1e-6)
