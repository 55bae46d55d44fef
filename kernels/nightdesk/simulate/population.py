"""Who lives in a field: positions, distances, brightness, hosts and neighbours of every object.

Stars, galaxies and bad spots are always there; explosions belong to epochs of 64 days, so that the sky is the
same whichever night it is looked at. Every table has the same columns (see `_common`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nightdesk.simulate import draws
from nightdesk.simulate.cadence import Field, Ints
from nightdesk.simulate.classes import INDEX, KINDS, Life
from nightdesk.simulate.draws import Floats
from nightdesk.simulate.instruments import Instrument
from nightdesk.simulate.tables import Table, concat, size

EPOCH: Final = 64
"""Days in an epoch of explosions."""
PER_EPOCH: Final = 2**11
"""More objects than an epoch of a field has."""
NEIGHBOURS: Final = 3

# mean absolute magnitude at peak and its scatter; band offsets are in the models
PEAKS: Final = {"SN Ia": (-19.2, 0.25), "SN II": (-16.9, 0.9), "SN Ibc": (-17.5, 0.7)}
# bright and faint end of the quiescent r magnitude of stars, ZTF; LSST sees them `DEEPER`
STARS: Final = {
    "CV": (19.3, 22.0),
    "Flare star": (16.5, 20.0),
    "RR Lyrae": (14.8, 19.8),
    "Eclipsing binary": (14.5, 18.5),
    "Mira": (13.5, 17.0),
    "Dipole": (13.8, 16.5),
}
DEEPER: Final = 3.6
COLOURS: Final = {
    "CV": 0.2,
    "Flare star": 1.4,
    "RR Lyrae": 0.25,
    "Eclipsing binary": 0.6,
    "Mira": 1.7,
    "Dipole": 0.8,
}


def distance_modulus(redshift: Floats) -> Floats:
    """Return the distance modulus of a flat universe (H0 = 70, q0 = -0.55; second order in redshift)."""
    parsec = 299792.458 / 70.0 * redshift * (1.0 + 0.775 * redshift) * 1e6
    modulus: Floats = 5.0 * np.log10(parsec / 10.0)
    return modulus


@dataclass(frozen=True)
class Sky:
    """All that decides who lives in a field."""

    instrument: Instrument
    seed: int
    field: Field
    density: float
    """Mean number of alerts per visit."""
    shares: dict[str, float]
    """Of each class, of all alerts."""

    def generator(self, *parts: int) -> np.random.Generator:
        """Return a random generator for a part of the field."""
        return draws.generator(self.seed, self.instrument.code, self.field.number, *parts)

    def draw(self, rng: np.random.Generator, label: str, days: float = 1.0) -> Table:
        """Draw as many members of a class as make its share of the alerts; events come in `days`."""
        mean = days * self.density * self.shares[label] / KINDS[INDEX[label]].yields[self.instrument.code - 1]
        return _draw(self.instrument, rng, self.field, label, int(rng.poisson(mean)))

    def finish(self, tables: Sequence[Table], chunk: int, *when: int) -> Table:
        """Number the objects, and give each its random key; a negative chunk holds what one night has."""
        table = concat(tables)
        n = len(table["kind"])
        if n >= PER_EPOCH:
            msg = f"{n} objects in a field are more than {PER_EPOCH}; lower the density"
            raise ValueError(msg)
        place_on_chips(self.instrument, table)
        table["number"] = max(chunk, 0) * PER_EPOCH + np.arange(n)
        table["rank"] = rank_within(table["chip"]) + (400 + 100 * (chunk % 4) if chunk > 0 else 0)
        parts = (self.seed, self.instrument.code, self.field.number, chunk, *when)
        table["key"] = draws.key(*parts, np.arange(n))
        return table


def residents(sky: Sky) -> Table:
    """Draw what is always in the field."""
    rng = sky.generator(0)
    return sky.finish([sky.draw(rng, kind.label) for kind in KINDS if kind.life is Life.STAYS], 0)


def events(sky: Sky, epoch: int) -> Table:
    """Draw what explodes in the field in one epoch (days ``64 * epoch`` to ``64 * epoch + 64`` of MJD)."""
    rng, tables = sky.generator(epoch), []
    for kind in KINDS:
        if kind.life is Life.EVENT:
            tables.append(sky.draw(rng, kind.label, EPOCH))
            tables[-1]["t0"] = EPOCH * (epoch + rng.random(size(tables[-1])))
    return sky.finish(tables, epoch % 31 + 1)


def moments(sky: Sky, night: int, slot: int) -> Table:
    """Draw the bad spots of one visit: cosmic rays, hot pixels and edges."""
    rng = sky.generator(night, slot)
    spots = [kind.label for kind in KINDS if kind.life is Life.MOMENT and not kind.real]
    return sky.finish([sky.draw(rng, label) for label in spots], -1, night, slot)


def asteroids(sky: Sky, night: int) -> Table:
    """Draw the asteroids that cross the field in one night; rates of motion are in arcseconds an hour."""
    return sky.finish([sky.draw(sky.generator(night, 2**20), "Asteroid")], -2, night)


def _common(instrument: Instrument, rng: np.random.Generator, field: Field, label: str, n: int) -> Table:
    nan = np.full(n, np.nan)
    half = instrument.field_size / 2
    x, y = rng.uniform(-half, half, (2, n))
    dec = np.clip(field.dec + y, -89.9, 89.9)
    table: Table = {
        "kind": np.full(n, INDEX[label]),
        "ra": (field.ra + x / np.cos(np.radians(dec))) % 360.0,
        "dec": dec,
        "u": (0.5 - x / instrument.field_size) * instrument.chips,
        "v": (y / instrument.field_size + 0.5) * instrument.chips,
        "star": nan.copy(),  # r magnitude of a point source in the template
        "colour": np.full(n, 0.6),  # g - r of the star
        "redshift": nan.copy(),
        "peak": nan.copy(),  # magnitude at the brightest
        "period": nan.copy(),
        "t0": np.zeros(n),
        "shape": rng.random(n),  # one number that a model may use as it likes
        "amplitude": nan.copy(),
        "dust": rng.exponential(0.1, n),  # mag of extinction in V
        "flux": nan.copy(),  # µJy, of things seen once
        "rate_ra": nan.copy(),
        "rate_dec": nan.copy(),
        "host": nan.copy(),  # r magnitude of the galaxy under it
        "host_size": rng.uniform(0.8, 3.0, n),  # effective radius, arcsec
        "host_ratio": rng.uniform(0.35, 0.95, n),
        "host_angle": rng.uniform(0, np.pi, n),
        "host_index": rng.choice([1.0, 1.0, 1.8, 3.0], n),
        "host_x": nan.copy(),  # nucleus minus object, arcsec
        "host_y": nan.copy(),
    }
    for k in range(NEIGHBOURS):
        # the further out, the more room: distance grows with the square root of a uniform number
        distance = 4.0 + 25.0 * np.sqrt((k + rng.random(n)) / NEIGHBOURS)
        angle = rng.uniform(0, 2 * np.pi, n)
        table[f"near{k}_x"], table[f"near{k}_y"] = distance * np.cos(angle), distance * np.sin(angle)
        bright = 17.0 + 5.0 * rng.power(2.5, n) + (2.0 if instrument.survey == "LSST" else 0.0)
        table[f"near{k}_mag"] = bright
        table[f"near{k}_galaxy"] = rng.random(n) < np.clip((bright - 16.0) / 7.0, 0.05, 0.8)
    return table


def _draw(instrument: Instrument, rng: np.random.Generator, field: Field, label: str, n: int) -> Table:
    table = _common(instrument, rng, field, label, n)
    deep = DEEPER if instrument.survey == "LSST" else 0.0
    faintest = max(instrument.depth)
    if label in PEAKS:
        _explosion(table, rng, label, n, faintest)
    elif label == "AGN":
        host = 16.0 + 4.2 * rng.power(2.0, n) + deep * 0.8
        table |= {
            "star": host + rng.normal(0.0, 0.6, n),
            "colour": np.full(n, 0.35),
            "host": host,
            "host_x": rng.normal(0, 0.03, n),
            "host_y": rng.normal(0, 0.03, n),
            "redshift": np.clip(10.0 ** rng.normal(-0.75 + 0.12 * deep, 0.25, n), 0.01, 3.0),
            "period": np.exp(rng.normal(np.log(120.0), 0.6, n)),
            "amplitude": rng.uniform(0.12, 0.4, n),
        }
    elif label in STARS:
        bright, faint = STARS[label]
        table["star"] = bright + deep * (label != "Dipole") + (faint - bright) * rng.power(1.6, n)
        table["colour"] = COLOURS[label] + rng.normal(0, 0.12, n)
        _variable(table, rng, label, n)
    elif label == "Asteroid":
        magnitude = faintest - 0.6 - rng.exponential(1.1, n)
        motion, direction = rng.uniform(15.0, 45.0, n), rng.normal(0.0, 0.35, n)
        table |= {
            "peak": magnitude,
            "flux": 10.0 ** (-0.4 * (magnitude - 23.9)),
            "rate_ra": -motion * np.cos(direction),
            "rate_dec": motion * np.sin(direction),
        }
    else:  # artefacts of one visit: how many times the limit
        table["flux"] = 1.1 + rng.exponential(1.5, n)
    if label == "Edge":
        side = rng.random(n) < 0.5
        edge = np.where(rng.random(n) < 0.5, rng.uniform(0.001, 0.006, n), rng.uniform(0.994, 0.999, n))
        for axis, mine in (("u", side), ("v", ~side)):
            table[axis] = np.where(mine, np.floor(table[axis]) + edge, table[axis])
    return table


def _explosion(table: Table, rng: np.random.Generator, label: str, n: int, faintest: float) -> None:
    """Draw redshifts by volume and keep what the survey can see at its brightest."""
    mean, scatter = PEAKS[label]
    limit = faintest - 0.3
    reach = np.interp(limit, distance_modulus(_Z) + mean - 2 * scatter, _Z)
    redshift, absolute, kept = np.empty(n), np.empty(n), 0
    while kept < n:
        z = reach * rng.power(3.0, 4 * n + 20)
        m = rng.normal(mean, scatter, len(z))
        seen = (distance_modulus(z) + m < limit) & (rng.random(len(z)) < 1.0 / (1.0 + z))
        z, m = z[seen][: n - kept], m[seen][: n - kept]
        redshift[kept : kept + len(z)], absolute[kept : kept + len(z)] = z, m
        kept += len(z)
    modulus = distance_modulus(redshift)
    size = np.clip(3.2 * 0.04 / redshift * rng.lognormal(0.0, 0.3, n), 0.45, 7.0)
    offset, angle = size * rng.gamma(2.0, 0.5, n), rng.uniform(0, 2 * np.pi, n)
    table |= {
        "redshift": redshift,
        "peak": modulus + absolute + table["dust"],
        "host": np.maximum(modulus + rng.normal(-20.0, 1.2, n), 12.5),
        "host_size": size,
        "host_x": offset * np.cos(angle),
        "host_y": offset * np.sin(angle),
    }


_Z = np.geomspace(1e-3, 1.6, 400)


def _variable(table: Table, rng: np.random.Generator, label: str, n: int) -> None:
    match label:
        case "RR Lyrae":
            table["period"] = rng.normal(0.55, 0.08, n).clip(0.25, 0.9)
            table["amplitude"] = rng.uniform(0.5, 1.2, n)
        case "Eclipsing binary":
            table["period"] = np.exp(rng.uniform(np.log(0.3), np.log(4.0), n))
            table["amplitude"] = rng.uniform(0.25, 1.1, n)
        case "Mira":
            table["period"] = rng.uniform(130.0, 450.0, n)
            table["amplitude"] = rng.uniform(2.5, 5.0, n)
        case "CV":
            table["period"] = rng.uniform(25.0, 70.0, n)  # days between outbursts
            table["amplitude"] = rng.uniform(3.0, 5.0, n)
            table["peak"] = table["star"] - table["amplitude"]
        case "Flare star":
            table["amplitude"] = 0.3 * rng.pareto(1.6, n) + 0.3
        case _:
            table["amplitude"] = rng.uniform(0.006, 0.03, n)  # residual of a bad subtraction
    table["t0"] = rng.uniform(0.0, 1.0, n)


def place_on_chips(instrument: Instrument, table: Table) -> None:
    """Fill in the chip, and the pixel on it, from the place in the focal plane."""
    chips, pixels = instrument.chips, instrument.chip_pixels
    u, v = np.clip(table["u"], 0, chips - 1e-6), np.clip(table["v"], 0, chips - 1e-6)
    table["chip"] = (np.floor(u) + chips * np.floor(v)).astype(np.int64)
    table["x"], table["y"] = (u % 1.0) * pixels, (v % 1.0) * pixels


def rank_within(groups: NDArray[np.int64]) -> Ints:
    """Count each element within its group: [7, 3, 7, 7] gives [0, 0, 1, 2]."""
    order = np.argsort(groups, kind="stable")
    ordered = groups[order]
    first = np.searchsorted(ordered, ordered)
    ranks = np.empty(len(groups), dtype=np.int64)
    ranks[order] = np.arange(len(groups)) - first
    return ranks
