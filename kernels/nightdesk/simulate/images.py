"""Cutouts: the scene in the template, in the science image, and what differs between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import gamma

from nightdesk.simulate import draws
from nightdesk.simulate.classes import INDEX
from nightdesk.simulate.draws import Floats
from nightdesk.simulate.models import SLOPE, microjansky
from nightdesk.simulate.population import NEIGHBOURS
from nightdesk.simulate.tables import Table

Images = NDArray[np.float32]
FWHM = 2.354820045
WING, WIDER = 0.16, 2.1
"""Share of the light in the wings of the point-spread function, and how much wider they are."""


@dataclass(frozen=True)
class Stamps:
    """Pictures of shape (alerts, pixels, pixels), in the units of the survey; NaN where there is no image."""

    science: Images
    template: Images
    difference: Images


@dataclass(frozen=True)
class Exposure:
    """What it takes to draw a picture of one visit."""

    band: int
    """Index into ``ugrizy``."""
    key: int
    """Random key of the visit."""
    unit: float
    """Units of flux per µJy."""
    seeing: float
    """Pixels."""
    sky: float
    noise: float
    """Of one pixel."""
    gain: float
    pixel: float
    """Arcseconds."""
    size: int
    chip_pixels: int


def draw(table: Table, flux: Floats, exposure: Exposure) -> Stamps:
    """Draw the cutouts of the alerts of one visit.

    Parameters
    ----------
    table
        The objects.
    flux
        Their difference flux, µJy.
    exposure
        The visit.
    """
    number, size = len(flux), exposure.size
    centre = np.column_stack([table["x"] % 1.0 - 0.5, table["y"] % 1.0 - 0.5])
    grid = np.arange(size) - size // 2
    px = (grid[None, :] - centre[:, :1]).astype(np.float32)
    py = (grid[None, :] - centre[:, 1:]).astype(np.float32)
    deep = exposure.seeing * 0.93
    galaxies = _galaxies(table, px, py, exposure)
    scene = galaxies + _stars(table, px, py, exposure, exposure.seeing)
    reference = galaxies + _stars(table, px, py, exposure, deep)
    source = _source(table, px, py, flux * exposure.unit, exposure)
    noise = np.empty((number, 2, size, size), dtype=np.float32)
    for i, key in enumerate(table["key"].tolist()):
        noise[i, 0] = draws.generator(key, exposure.key).standard_normal((size, size), dtype=np.float32)
        noise[i, 1] = draws.generator(key, exposure.band).standard_normal((size, size), dtype=np.float32)
    floor, gain = np.float32(exposure.noise**2), np.float32(1.0 / exposure.gain)
    grain = noise[:, 0] * np.sqrt(floor + np.maximum(scene + source, 0.0) * gain)
    quiet = noise[:, 1] * np.sqrt(floor + np.maximum(reference, 0.0) * gain) * np.float32(0.22)
    # bright stars never subtract perfectly
    ripple = np.float32(0.012) * (scene - _shift(scene))
    science = np.float32(exposure.sky) + scene + source + grain
    template = np.float32(exposure.sky * 1.02) + reference + quiet
    difference = source + grain - quiet + ripple
    dipoles = table["kind"] == INDEX["Dipole"]
    science[dipoles] -= source[dipoles]
    outside = _outside(table["x"], grid, exposure.chip_pixels)[:, None, :]
    outside = outside | _outside(table["y"], grid, exposure.chip_pixels)[:, :, None]
    science[outside] = difference[outside] = np.nan
    return Stamps(science, template, difference)


def _outside(place: Floats, grid: NDArray[np.int64], pixels: int) -> NDArray[np.bool_]:
    position = np.floor(place)[:, None] + grid[None, :]
    return (position < 0) | (position >= pixels)


def _shift(images: Images) -> Images:
    return np.roll(images, 1, axis=2)


def psf(px: NDArray[Any], py: NDArray[Any], seeing: float, flux: Floats) -> NDArray[Any]:
    """Draw point sources; `px`, `py` are distances from their centres, shape (sources, pixels)."""
    core = seeing / FWHM
    total = np.zeros((len(px), py.shape[1], px.shape[1]), dtype=px.dtype)
    for share, sigma in ((1.0 - WING, core), (WING, core * WIDER)):
        # pixels are not small against the core
        wide = sigma**2 + 1.0 / 12.0
        along, across = (np.exp(p * p * px.dtype.type(-0.5 / wide)) for p in (px, py))
        along *= (flux * share / (2 * np.pi * wide)).astype(px.dtype)[:, None]
        total += along[:, None, :] * across[:, :, None]
    return total


def _stars(table: Table, px: Images, py: Images, exposure: Exposure, seeing: float) -> Images:
    """Draw the star at the place of the object, and the neighbours that are stars."""
    scene = np.zeros((len(px), exposure.size, exposure.size), dtype=np.float32)
    zero = np.zeros(len(px))
    stars = [(table["star"], table["colour"], zero, zero)]
    for k in range(NEIGHBOURS):
        magnitude = np.where(table[f"near{k}_galaxy"], np.nan, table[f"near{k}_mag"])
        stars.append((magnitude, zero + 0.7, table[f"near{k}_x"], table[f"near{k}_y"]))
    reach = exposure.size / 2 + 4 * seeing
    for magnitude, colour, x, y in stars:
        dx, dy = -x / exposure.pixel, y / exposure.pixel  # east is to the left
        rows = np.flatnonzero(~np.isnan(magnitude) & (np.abs(dx) < reach) & (np.abs(dy) < reach))
        light = microjansky(magnitude[rows] + colour[rows] * SLOPE[exposure.band]) * exposure.unit
        scene[rows] += psf(px[rows] - _column(dx[rows]), py[rows] - _column(dy[rows]), seeing, light)
    return scene


def _galaxies(table: Table, px: Images, py: Images, exposure: Exposure) -> Images:
    """Draw the host and the neighbours that are galaxies."""
    scene = np.zeros((len(px), exposure.size, exposure.size), dtype=np.float32)
    galaxies = [(table["host"], table["host_x"], table["host_y"], table["host_size"])]
    for k in range(NEIGHBOURS):
        magnitude = np.where(table[f"near{k}_galaxy"], table[f"near{k}_mag"], np.nan)
        x, y = table[f"near{k}_x"], table[f"near{k}_y"]
        # a neighbour's size and tilt need no columns of their own
        galaxies.append((magnitude, x, y, 0.6 + 0.1 * np.abs(x)))
    soft = (exposure.seeing / FWHM) ** 2
    for magnitude, x, y, size in galaxies:
        dx, dy, extent = -x / exposure.pixel, y / exposure.pixel, size / exposure.pixel
        reach = exposure.size / 2 + 3 * extent
        rows = np.flatnonzero(~np.isnan(magnitude) & (np.abs(dx) < reach) & (np.abs(dy) < reach))
        light = microjansky(magnitude[rows] + 0.65 * SLOPE[exposure.band]) * exposure.unit
        scene[rows] += _sersic(
            px[rows] - _column(dx[rows]),
            py[rows] - _column(dy[rows]),
            wide=np.sqrt(extent[rows] ** 2 + soft),
            narrow=np.sqrt((extent * table["host_ratio"])[rows] ** 2 + soft),
            angle=table["host_angle"][rows],
            index=table["host_index"][rows],
            light=light,
            soft=soft,
        )
    return scene


def _sersic(
    px: Images,
    py: Images,
    *,
    wide: Floats,
    narrow: Floats,
    angle: Floats,
    index: Floats,
    light: Floats,
    soft: float,
) -> Images:
    """Draw galaxies of axes `wide` and `narrow`, their centres softened by the seeing."""
    cos, sin = _plane(np.cos(angle)), _plane(np.sin(angle))
    x, y = px[:, None, :], py[:, :, None]
    along, across = (x * cos + y * sin) / _plane(wide), (y * cos - x * sin) / _plane(narrow)
    square = along * along + across * across + _plane(soft / wide**2)
    b = 2.0 * index - 1.0 / 3.0
    # total light of the profile with effective radius 1
    total = 2 * np.pi * index * np.exp(b) * b ** (-2 * index) * gamma(2 * index)
    profile: Images = np.exp(_plane(-b) * (square ** _plane(0.5 / index) - np.float32(1.0)))
    return profile * _plane(light / (total * wide * narrow))


def _column(values: Floats) -> Images:
    return values.astype(np.float32)[:, None]


def _plane(values: Floats) -> Images:
    return values.astype(np.float32)[:, None, None]


def _source(table: Table, px: Images, py: Images, flux: Floats, exposure: Exposure) -> Images:
    """Draw what has changed: a point of light, or what only pretends to be one."""
    source = psf(px, py, exposure.seeing, flux)
    for row in np.flatnonzero(np.isin(table["kind"], _ODD)):
        rng = draws.generator(int(table["key"][row]), exposure.key, 1)
        kind = int(table["kind"][row])
        angle = rng.uniform(0, np.pi)
        if kind == INDEX["Dipole"]:
            # two lobes of opposite sign, the net flux is what is left
            shift = 0.35 * exposure.seeing
            dx, dy = np.float32(shift * np.cos(angle)), np.float32(shift * np.sin(angle))
            x, y = px[row : row + 1], py[row : row + 1]
            depth = np.array([rng.uniform(1.5, 3.0) * abs(flux[row])])
            source[row] += psf(x - dx, y - dy, exposure.seeing, depth)[0]
            source[row] -= psf(x + dx, y + dy, exposure.seeing, depth)[0]
        elif kind == INDEX["Cosmic ray"]:
            source[row] = _track(px[row], py[row], angle, rng.uniform(1.0, 9.0), flux[row])
        elif kind == INDEX["Hot pixel"]:
            source[row] = _track(px[row], py[row], 0.0, float(rng.integers(0, 2)), flux[row] * 0.8)
        else:  # a glow along the edge of the chip
            sides = [min(table[axis][row], exposure.chip_pixels - table[axis][row]) for axis in ("x", "y")]
            long, short = (
                (py[row][:, None], px[row][None, :]) if sides[0] < sides[1] else (px[row], py[row][:, None])
            )
            glow = np.exp(-np.abs(short) / 2.2) * np.exp(-np.abs(long) / 8.0)
            source[row] = np.float32(flux[row] / (exposure.seeing / FWHM) ** 2 / 5.0) * glow
    return source


_ODD = [INDEX[label] for label in ("Dipole", "Cosmic ray", "Hot pixel", "Edge")]


def _track(px: Images, py: Images, angle: float, length: float, flux: float) -> Images:
    """Draw a straight track one pixel wide through the centre."""
    along = px[None, :] * np.cos(angle) + py[:, None] * np.sin(angle)
    across = py[:, None] * np.cos(angle) - px[None, :] * np.sin(angle)
    inside = (np.abs(along) <= length / 2 + 0.5) & (np.abs(across) <= 0.5)
    return inside.astype(np.float32) * np.float32(flux / max(1, int(inside.sum())))
