"""Matching by physical distance, against astropy."""

from __future__ import annotations

from pathlib import Path

import astropy.units as u
import numpy as np
import pyarrow as pa
import pytest
from astropy.coordinates import SkyCoord
from nightdesk.crossmatch import Catalogue, Galaxies, in_ellipse, offset_kpc, write_catalogue

# centre, distance and shape as Kowalski has them for its match with CLU
M31 = {"ra": 10.6847, "dec": 41.26901, "distance": 0.778, "a": 6.35156 / 2, "b2a": 0.32, "pa": 35.0}
M33 = {"ra": 23.46204, "dec": 30.66022, "distance": 0.869, "a": 2.35983 / 2, "b2a": 0.59, "pa": 23.0}


def write(directory: Path, rows: list[dict[str, float]], **more: float) -> Catalogue:
    columns = {name: np.array([row[name] for row in rows], dtype=float) for name in M31}
    galaxies = Galaxies(
        columns["distance"], axis=columns["a"] * 3600, ratio=columns["b2a"], angle=columns["pa"], **more
    )
    table = pa.table({"name": [f"g{i}" for i in range(len(rows))]})
    write_catalogue(directory, "G", columns["ra"], columns["dec"], table, galaxies=galaxies)
    return Catalogue(directory / "G")


@pytest.mark.parametrize(
    ("distance", "kpc", "arcsec"),
    # published: 1" is 0.485 kpc at 100 Mpc; 100 kpc at 206.265 Mpc are 100"
    [(100.0, 0.4848, 1.0), (206.264806, 100.0, 100.0), (40.0, 10.0, 51.566)],
)
def test_kpc_and_arcsec(distance: float, kpc: float, arcsec: float) -> None:
    assert offset_kpc(arcsec, distance) == pytest.approx(kpc, rel=1e-4)
    by_units = (arcsec * u.arcsec * distance * u.Mpc).to(u.kpc, u.dimensionless_angles()).value
    assert offset_kpc(arcsec, distance) == pytest.approx(by_units, rel=1e-12)
    assert Galaxies(np.array([distance]), radius_kpc=kpc).radius()[0] == pytest.approx(arcsec, rel=1e-3)


def test_radii_are_capped_and_unknown_distances_have_none() -> None:
    galaxies = Galaxies(np.array([0.778, np.nan, -1.0, 0.0, 0.002, 100.0]), radius_kpc=100, nearest=0.01)
    assert galaxies.radius() == pytest.approx([3 * 3600, 0, 0, 0, 0, 206.2648])
    assert np.isnan(galaxies.believed()).tolist() == [False, True, True, True, True, False]


def test_ellipses_on_the_sky_as_astropy_offsets_them() -> None:
    rng = np.random.default_rng(5)
    n = 4000
    centre = SkyCoord(rng.choice([M31["ra"], 0.02, 359.9], n), rng.choice([41.3, 88.5, -89.9], n), unit="deg")
    shape = np.column_stack([rng.uniform(60, 7200, n), rng.uniform(0.1, 1, n), rng.uniform(-90, 180, n)])
    angle, away = rng.uniform(0, 360, n), shape[:, 0] * rng.uniform(0, 1.2, n)
    place = centre.directional_offset_by(angle * u.deg, away * u.arcsec)
    turn = np.radians(angle - shape[:, 2])
    level = np.hypot(away * np.cos(turn) / shape[:, 0], away * np.sin(turn) / (shape[:, 0] * shape[:, 1]))
    got = in_ellipse(place.ra.deg, place.dec.deg, centre.ra.deg, centre.dec.deg, shape)
    clear = np.abs(level - 1) > 1e-6
    assert (got == (level <= 1))[clear].all()
    assert 200 < got.sum() < n - 200


def test_an_object_in_the_disk_of_m31(tmp_path: Path) -> None:
    catalogue = write(tmp_path, [M31, M33], radius_kpc=10)
    centre = SkyCoord(M31["ra"], M31["dec"], unit="deg")
    along = centre.directional_offset_by(35 * u.deg, 1.5 * u.deg)
    across = centre.directional_offset_by(125 * u.deg, 1.5 * u.deg)
    near = centre.directional_offset_by(125 * u.deg, 0.7 * u.deg)
    places = SkyCoord([along, across, near])
    found = catalogue.records(catalogue.match(places.ra.deg, places.dec.deg))
    assert [(r["name"], r["in_ellipse"]) for r in found] == [("g0", True), ("g0", True)]
    assert [r["distance_arcsec"] for r in found] == pytest.approx([5400, 2520], abs=1e-3)
    # 1.5 degrees at 778 kpc
    assert found[0]["distance_kpc"] == pytest.approx(778 * np.radians(1.5), rel=1e-6)


def test_beyond_the_cap_nothing_matches(tmp_path: Path) -> None:
    rows = [{**M31, "a": np.nan}]
    away = SkyCoord(M31["ra"], M31["dec"], unit="deg").directional_offset_by(0 * u.deg, [1.9, 2.1] * u.deg)
    free = write(tmp_path / "free", rows, radius_kpc=100)
    capped = write(tmp_path / "capped", rows, radius_kpc=100, largest=2.0)
    assert free.match(away.ra.deg, away.dec.deg).row.tolist() == [0, 1]
    assert capped.match(away.ra.deg, away.dec.deg).row.tolist() == [0]
    assert capped.radius == 7200
    assert capped.match(away.ra.deg, away.dec.deg, radius=60).row.size == 0


def test_galaxies_all_over_the_sky_as_astropy_finds(tmp_path: Path) -> None:
    rng = np.random.default_rng(6)
    n = 3000
    dec = np.degrees(np.arcsin(rng.uniform(-1, 1, n)))
    dec[:20] = rng.choice([-1, 1], 20) * (90 - rng.uniform(0, 0.05, 20))
    ra = rng.uniform(0, 360, n)
    ra[20:40] = (rng.normal(0, 0.01, 20)) % 360
    distance = np.exp(rng.uniform(np.log(0.5), np.log(200), n))
    distance[::50] = np.nan
    table = pa.table({"id": np.arange(n)})
    write_catalogue(tmp_path, "G", ra, dec, table, galaxies=Galaxies(distance, radius_kpc=100))
    catalogue = Catalogue(tmp_path / "G")
    assert catalogue.meta.without_distance == n // 50
    ask = SkyCoord(ra[:400], dec[:400], unit="deg").directional_offset_by(
        rng.uniform(0, 360, 400) * u.deg, rng.uniform(0, 400, 400) * u.arcsec
    )
    found = catalogue.match(ask.ra.deg, ask.dec.deg)
    got = {
        (int(i), r["id"]): (r["distance_arcsec"], r["distance_kpc"])
        for i, r in zip(found.row, catalogue.records(found), strict=True)
    }
    gaps = ask[:, None].separation(SkyCoord(ra, dec, unit="deg")[None, :])
    reach = np.minimum(100 / (distance * 1000), np.radians(3.0))
    expected = {(int(i), int(j)) for i, j in zip(*np.nonzero(gaps.rad <= reach), strict=True)}
    assert got.keys() == expected
    assert len(expected) > 150
    for (i, j), (arcsec, kpc) in got.items():
        assert arcsec == pytest.approx(gaps[i, j].arcsec, abs=1e-4)
        assert kpc == pytest.approx(gaps[i, j].rad * distance[j] * 1000, abs=1e-3)


@pytest.mark.parametrize(
    ("numbers", "message"),
    [
        ({"radius_kpc": 0}, "radius is positive"),
        ({"radius_kpc": 1, "largest": 11}, "between 0 and 10 degrees"),
    ],
)
def test_impossible_numbers_are_refused(numbers: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Galaxies(np.array([1.0]), **numbers)
