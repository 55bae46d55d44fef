"""Pairs of positions and the rows of a catalogue near them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel

from nightdesk.crossmatch.zones import Floats, Integers, cones, zone_height, zone_of, zone_starts

LARGEST = 3600.0
"""Largest radius of a cone search, in arcsec."""


class Layer(BaseModel):
    """Rows of like search radius, with zones of their own: near galaxies do not slow down the far ones."""

    radius: float
    """Largest search radius in arcsec; 0: these rows match nothing by themselves."""
    height: float
    """Height of the zones in degrees."""
    first: int
    """Where the zones begin in the array of starts."""
    zones: int
    """Number of zones."""


@dataclass(frozen=True, slots=True)
class Matches:
    """Pairs, sorted by position and then by angular distance."""

    row: Integers
    """Index of the position that was asked for."""
    index: Integers
    """Row of the catalogue as it lies on disk."""
    distance: Floats
    """Great-circle distance in arcsec."""
    kpc: Floats | None = None
    """Projected offset in kpc, NaN where the distance is unknown; None for a catalogue without distances."""
    inside: npt.NDArray[np.bool_] | None = None
    """Within the galaxy's own ellipse; None for a catalogue without shapes."""


def check_radius(radius: float) -> None:
    """Refuse a radius in arcsec that no cone search has.

    Raises
    ------
    ValueError
        If it is not positive or beyond one degree.
    """
    if not 0 < radius <= LARGEST:
        msg = f"a cross-match radius lies between 0 and 3600 arcsec, not {radius}"
        raise ValueError(msg)


def layers(ra: Floats, dec: Floats, reach: Floats) -> tuple[list[Layer], Integers, Integers]:
    """Put rows into an order in which they are found fast.

    Parameters
    ----------
    ra, dec
        Degrees, ``ra`` within 0 to 360, shape ``(m,)``.
    reach
        Search radius of each row in arcsec, shape ``(m,)``; 0 for one that matches nothing.

    Returns
    -------
    layers
        Layers of doubling radius.
    order
        The rows in their new order, shape ``(m,)``.
    starts
        First rows of the zones of all layers.
    """
    with np.errstate(divide="ignore"):
        # below half an arcminute a zone is as high anyway
        octave = np.where(reach > 0, np.maximum(np.ceil(np.log2(reach / 30.0)), 0), -1).astype(np.int64)
    made: list[Layer] = []
    orders: list[Integers] = []
    starts: list[Integers] = []
    first, before = 0, 0
    for step in np.unique(octave).tolist():
        rows = np.flatnonzero(octave == step)
        radius = float(reach[rows].max())
        height = zone_height(len(rows), radius)
        zones = zone_of(dec[rows], height)
        ranked = np.lexsort((ra[rows], zones))
        own = zone_starts(zones[ranked], height)
        made.append(Layer(radius=radius, height=height, first=first, zones=len(own) - 1))
        orders.append(rows[ranked])
        starts.append(own + before)
        first += len(own)
        before += len(rows)
    return made, _joined(orders), _joined(starts)


def match(
    ra: npt.ArrayLike,
    dec: npt.ArrayLike,
    rows: tuple[Floats, Floats],
    index: tuple[Sequence[Layer], Integers],
    radius: float | None = None,
) -> Matches:
    """Return all pairs within a radius.

    Parameters
    ----------
    ra, dec
        Positions to look up, ICRS degrees, shape ``(n,)``; those that are not finite match nothing.
    rows
        ICRS degrees of the catalogue in the order of its layers, shape ``(m,)`` each.
    index
        Layers and starts, as `layers` gives them.
    radius
        In arcsec; None: the largest of each layer.
    """
    lon = np.ascontiguousarray(np.atleast_1d(np.asarray(ra, dtype=np.float64)))
    lat = np.ascontiguousarray(np.atleast_1d(np.asarray(dec, dtype=np.float64)))
    if radius is not None:
        check_radius(radius)
    owners, indices, distances = [], [], []
    for layer in index[0]:
        wanted = layer.radius if radius is None else radius
        if wanted <= 0:
            continue
        starts = index[1][layer.first : layer.first + layer.zones + 1]
        owner, found, distance = cones(lon, lat, *rows, starts, layer.height, wanted / 3600.0)
        owners.append(owner)
        indices.append(found)
        distances.append(distance * 3600.0)
    owner, found = _joined(owners), _joined(indices)
    distance = np.concatenate(distances) if distances else np.empty(0)
    ranked = np.lexsort((found, distance, owner))
    return Matches(owner[ranked], found[ranked], distance[ranked])


def _joined(parts: Sequence[Integers]) -> Integers:
    return np.concatenate(parts) if parts else np.empty(0, np.int64)
