"""Contours of sky maps."""

from __future__ import annotations

import numpy as np
import pytest
from nightdesk import sky
from nightdesk_services.marshal.exceptions import Invalid
from nightdesk_services.marshal.services.kowalski import regions


@pytest.mark.parametrize("error", [1e-4, 0.02, 1.0, 10.0])
@pytest.mark.parametrize("percent", [50, 90, 99])
def test_a_gaussian_has_circles(error: float, percent: float) -> None:
    ranges = regions.gaussian(123.0, -45.0, error).region(percent)
    # of the two-dimensional normal distribution, truncated at four standard errors
    share = percent / 100 * (1 - np.exp(-8))
    expected = error * np.sqrt(-2 * np.log(1 - share))
    angle = np.linspace(0, 2 * np.pi, 60)
    for factor, inside in ((0.9, True), (1.1, False)):
        dec = -45 + factor * expected * np.sin(angle)
        reach = factor * expected * 3600
        keep = np.abs(dec) < 89
        # step along the circle by bearing, exactly
        lon, lat = _around(123.0, -45.0, reach, angle[keep])
        assert np.allclose(sky.separation(123.0, -45.0, lon, lat), reach)
        assert (regions.within(ranges, lon, lat) == inside).all()


def _around(ra: float, dec: float, arcsec: float, bearing: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    d, lat0 = np.radians(arcsec / 3600), np.radians(dec)
    lat = np.arcsin(np.sin(lat0) * np.cos(d) + np.cos(lat0) * np.sin(d) * np.cos(bearing))
    east = np.sin(bearing) * np.sin(d) * np.cos(lat0)
    lon = np.radians(ra) + np.arctan2(east, np.cos(d) - np.sin(lat0) * np.sin(lat))
    return np.degrees(lon) % 360, np.degrees(lat)


def test_densest_pixels_come_first_whatever_their_size() -> None:
    # two pixels of order 0 and the four children of a third, one of them dense
    uniq = [4, 5, 16 + 8, 16 + 9, 16 + 10, 16 + 11]
    density = [1.0, 2.0, 40.0, 0.0, 0.0, 0.0]
    skymap = regions.multiorder(uniq, density)
    # shares: 1, 2, 10, so that 13 is all
    for percent, area in ((70, 1 / 48), (80, 1 / 48 + 1 / 12), (99, 1 / 48 + 2 / 12)):
        found = regions.area(skymap.region(percent)) / (4 * np.pi * (180 / np.pi) ** 2)
        assert found == pytest.approx(area)


def test_the_coarse_pixels_hold_the_region() -> None:
    ranges = regions.gaussian(200.0, 60.0, 3.0).region(90)
    column, pixels = regions.coarse(ranges)
    assert column == "hpx6"
    generator = np.random.default_rng(1)
    ra, dec = 200 + generator.normal(0, 8, 5000), 60 + generator.normal(0, 4, 5000)
    inside = regions.within(ranges, ra, dec)
    assert 100 < inside.sum() < 4900
    assert set(sky.pixel(ra, dec, 6)[inside].tolist()) <= set(pixels)
    assert not regions.within(ranges, [np.nan], [np.nan]).any()


@pytest.mark.parametrize(
    ("uniq", "density"),
    [
        ([], []),
        ([4], [1, 2]),
        ([3], [1]),
        ([4], [-1]),
        ([4], [0]),
        ([4], [float("nan")]),
        (["x"], [1]),
        ([16 - 0.5], ["y"]),
    ],
)
def test_what_is_no_map_is_refused(uniq: list[object], density: list[object]) -> None:
    with pytest.raises(Invalid, match="skymap"):
        regions.multiorder(uniq, density)
