"""Pairs by sorted pixels are those that astropy finds by brute force."""

from __future__ import annotations

import astropy.units as u
import numpy as np
import pytest
from astropy.coordinates import SkyCoord, search_around_sky
from nightdesk.crossmatch import match
from nightdesk.crossmatch.matching import order_for
from nightdesk.sky import FINE, pixel


def catalogue(ra: np.ndarray, dec: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    pixels = pixel(ra, dec, FINE)
    ranked = np.argsort(pixels, kind="stable")
    return pixels[ranked], np.column_stack([ra, dec])[ranked], ranked


@pytest.mark.parametrize("radius", [0.5, 2.0, 10.0, 30.0, 300.0, 3600.0])
@pytest.mark.parametrize("where", ["equator", "pole", "seam", "corner"])
def test_all_pairs_are_found(radius: float, where: str) -> None:
    rng = np.random.default_rng(int(radius * 10))
    width = 5 * radius / 3600
    n = 400
    if where == "pole":
        ra, dec = rng.uniform(0, 360, n), 90 - np.abs(rng.normal(0, width, n))
    else:
        centre = {"equator": (180.0, 0.3), "seam": (0.0, 20.0), "corner": (45.0, 41.8103)}[where]
        ra = (centre[0] + rng.normal(0, width, n)) % 360
        dec = centre[1] + rng.normal(0, width, n)
    pixels, positions, ranked = catalogue(ra, dec)
    ask_ra = (ra + rng.normal(0, radius / 3600 / 2, n)) % 360
    ask_dec = np.clip(dec + rng.normal(0, radius / 3600 / 2, n), -90, 90)
    found = match(ask_ra, ask_dec, pixels, positions, radius)
    rows, others, distance, _ = search_around_sky(
        SkyCoord(ask_ra, ask_dec, unit="deg"), SkyCoord(ra, dec, unit="deg"), radius * u.arcsec
    )
    expected = {(int(r), int(o)): d for r, o, d in zip(rows, others, distance.arcsec, strict=True)}
    got = dict(
        zip(zip(found.row.tolist(), ranked[found.index].tolist(), strict=True), found.distance, strict=True)
    )
    assert got.keys() == expected.keys()
    assert len(got) >= n / 2
    assert all(abs(got[pair] - expected[pair]) < 1e-5 for pair in got)


def test_pairs_are_sorted_by_row_and_distance() -> None:
    pixels, positions, _ = catalogue(np.array([10.0, 10.0, 50.0]), np.array([0.0, 0.0002, 5.0]))
    found = match([50.0, np.nan, 10.0], [5.0, 0.0, 0.0002], pixels, positions, 2.0)
    assert found.row.tolist() == [0, 2, 2]
    assert found.distance[1] < found.distance[2]


def test_nothing_matches_nothing() -> None:
    pixels, positions, _ = catalogue(np.array([]), np.array([]))
    assert match([1.0], [1.0], pixels, positions, 2.0).row.size == 0
    pixels, positions, _ = catalogue(np.array([1.0]), np.array([1.0]))
    assert match([], [], pixels, positions, 2.0).row.size == 0


@pytest.mark.parametrize("radius", [0, -1, 3601, float("nan")])
def test_an_impossible_radius_is_refused(radius: float) -> None:
    with pytest.raises(ValueError, match="radius lies between"):
        order_for(radius)
