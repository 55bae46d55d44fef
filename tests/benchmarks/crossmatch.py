"""Positions matched per second of one core against a catalogue on disk, and astropy in the same run.

Rates are of processor time, so that other work on the machine does not count; each is the best of some turns.
Both are given everything that can be made beforehand: our files, and astropy's tree of the catalogue.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import astropy.units as u
import numpy as np
import pyarrow as pa
from astropy.coordinates import SkyCoord, search_around_sky
from nightdesk.crossmatch import Catalogue, Galaxies, write_catalogue

from tests.benchmarks.result import Result

ROWS = 2_000_000
GALAXIES = 300_000
POSITIONS = (1_000, 10_000)
RADIUS = 2.0
TURNS = 5


def run() -> list[Result]:
    """Measure cones of 2 arcsec, and 100 kpc around galaxies; half of the positions have a match at least."""
    rng = np.random.default_rng(20)
    with tempfile.TemporaryDirectory() as name:
        return [*_cones(Path(name), rng), _galaxies(Path(name), rng)]


def _cones(directory: Path, rng: np.random.Generator) -> list[Result]:
    ra, dec = _sky(ROWS, rng)
    write_catalogue(directory, "STARS", ra, dec, pa.table({"row": np.arange(ROWS)}), radius=RADIUS)
    catalogue = Catalogue(directory / "STARS")
    there = SkyCoord(ra, dec, unit="deg")
    results = []
    for size in POSITIONS:
        asked = [_near(ra, dec, size, RADIUS, rng) for _ in range(TURNS)]
        ours = [catalogue.match(*ask) for ask in asked]
        # the tree of the catalogue is made in the first turn and kept
        theirs = [_astropy(ask, there) for ask in asked[:2]]
        if [len(found.row) for found in ours[:2]] != theirs:
            raise RuntimeError("we and astropy find different pairs")
        results.append(
            _result(
                "crossmatch.positions_per_s" + ("" if size == max(POSITIONS) else f"_by_{size}"),
                size,
                _best([lambda ask=ask: catalogue.match(*ask) for ask in asked]),  # type: ignore[misc]
                _best([lambda ask=ask: _astropy(ask, there) for ask in asked[1:4]]),  # type: ignore[misc]
            )
        )
    return results[::-1]


def _galaxies(directory: Path, rng: np.random.Generator) -> Result:
    ra, dec = _sky(GALAXIES, rng)
    # as many as the volume holds, from 0.5 to 230 Mpc
    distance = np.maximum(230 * rng.uniform(0, 1, GALAXIES) ** (1 / 3), 0.5)
    galaxies = Galaxies(distance, radius_kpc=100)
    write_catalogue(directory, "GAL", ra, dec, pa.table({"d": distance}), galaxies=galaxies)
    catalogue = Catalogue(directory / "GAL")
    size = POSITIONS[0]
    asked = [_near(ra, dec, size, 100.0, rng) for _ in range(TURNS)]
    reach = galaxies.radius()
    there = SkyCoord(ra, dec, unit="deg")
    order = np.argsort(reach)
    # astropy has one radius for all: give it layers of doubling radius too
    edges = np.searchsorted(reach[order], 60.0 * 2.0 ** np.arange(1, 9))
    layers = [part for part in np.split(order, edges) if part.size]
    trees = [(there[part], float(reach[part].max()), reach[part]) for part in layers]

    def brute(ask: tuple[np.ndarray, np.ndarray]) -> int:
        found = 0
        for rows, radius, own in trees:
            _, other, gap, _ = search_around_sky(SkyCoord(*ask, unit="deg"), rows, radius * u.arcsec)
            found += int((gap.arcsec <= own[other]).sum())
        return found

    if len(catalogue.match(*asked[0]).row) != brute(asked[0]):
        raise RuntimeError("we and astropy find different galaxies")
    return _result(
        "crossmatch.galaxies_per_s",
        size,
        _best([lambda ask=ask: catalogue.match(*ask) for ask in asked]),  # type: ignore[misc]
        _best([lambda ask=ask: brute(ask) for ask in asked[:3]]),  # type: ignore[misc]
    )


def _sky(size: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    return rng.uniform(0, 360, size), np.degrees(np.arcsin(rng.uniform(-1, 1, size)))


def _near(
    ra: np.ndarray, dec: np.ndarray, size: int, radius: float, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Positions half of which lie beside a row, and half anywhere."""
    lon, lat = _sky(size, rng)
    rows = rng.integers(0, len(ra), size // 2)
    lon[: size // 2] = ra[rows]
    lat[: size // 2] = np.clip(dec[rows] + rng.uniform(-0.9, 0.9, size // 2) * radius / 3600, -90, 90)
    return lon, lat


def _astropy(ask: tuple[np.ndarray, np.ndarray], there: SkyCoord) -> int:
    return len(search_around_sky(SkyCoord(*ask, unit="deg"), there, RADIUS * u.arcsec)[0])


def _best(turns: list[Callable[[], object]]) -> float:
    seconds = []
    for turn in turns:
        began = time.process_time()
        turn()
        seconds.append(time.process_time() - began)
    return min(seconds)


def _result(name: str, size: int, own: float, other: float) -> Result:
    return {
        "name": name,
        "value": size / own,
        "unit": "positions/s of one core",
        "reference": f"astropy search_around_sky {size / other:.0f}/s in the same run, {size} positions",
        "ratio": other / own,
    }
