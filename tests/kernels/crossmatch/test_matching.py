"""Pairs by zones are those that astropy finds by brute force."""

from __future__ import annotations

import astropy.units as u
import numpy as np
import pytest
from astropy.coordinates import SkyCoord, search_around_sky
from nightdesk.crossmatch import match
from nightdesk.crossmatch.matching import Layer, Matches, check_radius, layers
from nightdesk.crossmatch.zones import zone_height, zone_of


class Rows:
    """A catalogue in memory."""

    def __init__(self, ra: np.ndarray, dec: np.ndarray, reach: float | np.ndarray) -> None:
        self.layers, self.order, self.starts = layers(ra, dec, np.broadcast_to(reach, ra.shape))
        self.place = (ra[self.order], dec[self.order])

    def match(self, ra: object, dec: object, radius: float | None = None) -> Matches:
        return match(ra, dec, self.place, (self.layers, self.starts), radius)  # type: ignore[arg-type]


def pairs(rows: Rows, found: Matches) -> dict[tuple[int, int], float]:
    keys = zip(found.row.tolist(), rows.order[found.index].tolist(), strict=True)
    got = dict(zip(keys, found.distance.tolist(), strict=True))
    assert len(got) == len(found.row)
    return got


def brute(ask: tuple[np.ndarray, np.ndarray], there: tuple[np.ndarray, np.ndarray], radius: float) -> dict:
    rows, others, distance, _ = search_around_sky(
        SkyCoord(*ask, unit="deg"), SkyCoord(*there, unit="deg"), radius * u.arcsec
    )
    return {(int(r), int(o)): d for r, o, d in zip(rows, others, distance.arcsec, strict=True)}


@pytest.mark.parametrize("radius", [0.5, 2.0, 10.0, 30.0, 300.0, 3600.0])
@pytest.mark.parametrize("where", ["equator", "north", "south", "seam", "corner"])
def test_all_pairs_are_found(radius: float, where: str) -> None:
    rng = np.random.default_rng(int(radius * 10))
    width = 5 * radius / 3600
    n = 400
    if where in ("north", "south"):
        ra, dec = rng.uniform(0, 360, n), 90 - np.abs(rng.normal(0, width, n))
        dec[:2] = 90.0
        dec = dec if where == "north" else -dec
    else:
        centre = {"equator": (180.0, 0.3), "seam": (0.0, 20.0), "corner": (45.0, 41.8103)}[where]
        ra = (centre[0] + rng.normal(0, width, n)) % 360
        dec = centre[1] + rng.normal(0, width, n)
    ask_ra = (ra + rng.normal(0, radius / 3600 / 2, n)) % 360
    ask_dec = np.clip(dec + rng.normal(0, radius / 3600 / 2, n), -90, 90)
    rows = Rows(ra, dec, radius)
    got = pairs(rows, rows.match(ask_ra, ask_dec))
    expected = brute((ask_ra, ask_dec), (ra, dec), radius)
    assert got.keys() == expected.keys()
    assert len(got) >= n / 2
    assert all(abs(got[pair] - expected[pair]) < 1e-5 for pair in got)


def test_the_whole_sky_at_once() -> None:
    rng = np.random.default_rng(3)
    ra, dec = rng.uniform(0, 360, 20_000), np.degrees(np.arcsin(rng.uniform(-1, 1, 20_000)))
    ask = rng.uniform(0, 360, 500), np.degrees(np.arcsin(rng.uniform(-1, 1, 500)))
    rows = Rows(ra, dec, 900.0)
    got = pairs(rows, rows.match(*ask))
    assert got.keys() == brute(ask, (ra, dec), 900.0).keys()
    assert len(got) > 30
    # another radius than the one that the zones were made for
    assert pairs(rows, rows.match(*ask, radius=3600)).keys() == brute(ask, (ra, dec), 3600.0).keys()


def test_rows_of_unlike_reach_lie_in_layers() -> None:
    rng = np.random.default_rng(4)
    ra, dec = rng.uniform(0, 360, 5000), rng.uniform(-90, 90, 5000)
    reach = np.exp(rng.uniform(np.log(5), np.log(3 * 3600), 5000))
    reach[::10] = 0
    rows = Rows(ra, dec, reach)
    found = rows.match(ra[:300] + 0.01, dec[:300])
    got = pairs(rows, found)
    near = {pair for pair, distance in got.items() if distance <= reach[pair[1]]}
    ask = SkyCoord(ra[:300] + 0.01, dec[:300], unit="deg")
    gaps = ask[:, None].separation(SkyCoord(ra, dec, unit="deg")[None, :]).arcsec
    assert near == {(int(i), int(j)) for i, j in zip(*np.nonzero((gaps <= reach) & (reach > 0)), strict=True)}
    assert len(rows.layers) > 5
    # layers double: the candidates that are not near are few
    assert len(got) < 8 * len(near)


def test_pairs_are_sorted_by_row_and_distance() -> None:
    rows = Rows(np.array([10.0, 10.0, 50.0]), np.array([0.0, 0.0002, 5.0]), 2.0)
    found = rows.match([50.0, np.nan, 10.0], [5.0, 0.0, 0.0002])
    assert found.row.tolist() == [0, 2, 2]
    assert found.distance[1] < found.distance[2]


def test_nothing_matches_nothing() -> None:
    assert Rows(np.array([]), np.array([]), 2.0).match([1.0], [1.0]).row.size == 0
    one = Rows(np.array([1.0]), np.array([1.0]), 2.0)
    assert one.match([], []).row.size == 0
    assert one.match([np.nan, np.inf, 1.0], [1.0, 1.0, 91.0]).row.size == 0
    assert one.match([-359.0], [1.0]).row.size == 1


def test_zones_reach_from_pole_to_pole() -> None:
    height = zone_height(10**7, 2.0)
    assert height == pytest.approx(30 / 3600)
    assert zone_of(np.array([-90.0, 90.0]), height).tolist() == [0, 21599]
    assert zone_height(10, 7200.0) == 180.0
    assert Layer(radius=1, height=height, first=0, zones=3).zones == 3


@pytest.mark.parametrize("radius", [0, -1, 3601, float("nan")])
def test_an_impossible_radius_is_refused(radius: float) -> None:
    with pytest.raises(ValueError, match="radius lies between"):
        check_radius(radius)
