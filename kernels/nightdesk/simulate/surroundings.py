"""What catalogues know around an object: the nearest sources of the template, of PS1 and of Gaia."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nightdesk.simulate import draws
from nightdesk.simulate.cadence import Ints
from nightdesk.simulate.draws import Floats
from nightdesk.simulate.models import SLOPE
from nightdesk.simulate.population import NEIGHBOURS
from nightdesk.simulate.tables import Table

NONE = -999.0


@dataclass(frozen=True)
class Surroundings:
    """Sources around each object, nearest first, inf far where there is none; shape (objects, sources)."""

    distance: Floats
    """Arcseconds."""
    east: Floats
    north: Floats
    magnitude: Floats
    """r."""
    colour: Floats
    galaxy: Floats
    """1 for a galaxy, 0 for a star."""

    def sorted_from(self, east: Floats, north: Floats) -> Surroundings:
        """Measure distances from a place that is off by `east`, `north` arcseconds, shape (objects,)."""
        dx, dy = self.east - east[:, None], self.north - north[:, None]
        distance = np.where(np.isfinite(self.distance), np.hypot(dx, dy), np.inf)
        order = np.argsort(distance, axis=1)

        def put(values: Floats) -> Floats:
            return np.take_along_axis(values, order, axis=1)

        return Surroundings(*map(put, (distance, dx, dy, self.magnitude, self.colour, self.galaxy)))


def around(table: Table, faintest: float) -> Surroundings:
    """Return the catalogued sources of each object: itself, its host, its neighbours, to `faintest`."""
    n = len(table["kind"])
    zero = np.zeros(n)
    rows: list[tuple[Floats, ...]] = [
        (zero, zero, table["star"], table["colour"], zero),
        (table["host_x"], table["host_y"], table["host"], zero + 0.65, zero + 1.0),
    ]
    for k in range(NEIGHBOURS):
        x, y, magnitude = (table[f"near{k}_{name}"] for name in ("x", "y", "mag"))
        rows.append((x, y, magnitude, zero + 0.7, table[f"near{k}_galaxy"].astype(float)))
    east, north, magnitude, colour, galaxy = (np.column_stack(column) for column in zip(*rows, strict=True))
    distance = np.where(magnitude < faintest, np.hypot(east, north), np.inf)
    found = Surroundings(distance, east, north, magnitude, colour, galaxy)
    return found.sorted_from(zero, zero)


def ps1(found: Surroundings, table: Table) -> dict[str, Floats | Ints]:
    """Return the fields of the three nearest PS1 sources within 30 arcseconds, as ZTF names them."""
    fields: dict[str, Floats | Ints] = {}
    zone = np.floor((table["dec"] + 90.0) * 120.0).astype(np.int64) * 10**13
    for k in range(3):
        near = found.distance[:, k] < 30.0
        keys = draws.key(table["key"], k)
        for band in "griz":
            slope = SLOPE["ugrizy".index(band)]
            magnitude = found.magnitude[:, k] + found.colour[:, k] * slope + 0.05 * draws.normal(keys, 31)
            fields[f"s{band}mag{k + 1}"] = np.where(near & (magnitude < 23.2), magnitude, NONE)
        spread = draws.uniform(keys, 32) ** 2
        # faint sources cannot be told apart
        sure = np.clip((22.8 - found.magnitude[:, k]) / 2.0, 0.0, 1.0)
        score = np.where(found.galaxy[:, k] > 0.5, 0.25 * spread, 1.0 - 0.15 * spread)
        fields[f"sgscore{k + 1}"] = np.where(near, 0.5 + (score - 0.5) * sure, NONE)
        fields[f"distpsnr{k + 1}"] = np.where(near, found.distance[:, k], NONE)
        place = (table["ra"] * 1e8).astype(np.int64) * 100 + k + 1
        fields[f"objectidps{k + 1}"] = np.where(near, zone + place, -999).astype(np.int64)
    fields["nmtchps"] = (found.distance < 30.0).sum(axis=1)
    return fields


def gaia(found: Surroundings) -> dict[str, Floats]:
    """Return the nearest star that Gaia would list, and the nearest bright one."""
    fields = {}
    for name, faintest in (("", 20.5), ("bright", 14.0)):
        listed = (found.galaxy < 0.5) & (found.magnitude < faintest) & np.isfinite(found.distance)
        distance = np.where(listed, found.distance, np.inf)
        nearest = np.argmin(distance, axis=1)[:, None]
        has = np.isfinite(distance).any(axis=1)
        fields[f"neargaia{name}"] = np.where(has, np.take_along_axis(distance, nearest, 1)[:, 0], NONE)
        fields[f"maggaia{name}"] = np.where(has, np.take_along_axis(found.magnitude, nearest, 1)[:, 0], NONE)
    return fields
