"""Distances and shapes of galaxies from the columns of a catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from nightdesk.crossmatch import Galaxies
from nightdesk.crossmatch.galaxies import LARGEST, UNITS

Floats = npt.NDArray[np.float64]

ANGLES: Final = {"deg": 3600.0, "arcmin": 60.0, "arcsec": 1.0}
"""Unit of an angle -> arcsec."""


@dataclass(frozen=True)
class GalaxyColumns:
    """Which columns say how far and how large a galaxy is, and how a match follows from them.

    Raises
    ------
    ValueError
        A unit is not known, or a shape is given without its axis.
    """

    distance: str
    """Column of the distance, at best the angular-diameter distance."""
    unit: str = "Mpc"
    """Unit of the distance: kpc, Mpc or Gpc."""
    radius_kpc: float = 100.0
    """How far from a galaxy's centre a match may lie."""
    max_radius: float = LARGEST
    """Largest angular radius in degrees."""
    min_distance: float = 0.0
    """Distances below this, in Mpc, count as unknown."""
    axis: str | None = None
    """Column of the semi-major axis."""
    axis_unit: str = "deg"
    """Unit of the axis: deg, arcmin or arcsec."""
    ratio: str | None = None
    """Column of minor over major axis."""
    angle: str | None = None
    """Column of the position angle in degrees, from north to east."""
    margin: float = 1.0
    """The axis times this is the ellipse of a match."""

    def __post_init__(self) -> None:
        """Check what no single value shows."""
        _known(self.unit, UNITS, "distance")
        _known(self.axis_unit, ANGLES, "axis")
        if self.axis is None and (self.ratio or self.angle):
            msg = "an axis ratio or a position angle needs the column of the axis"
            raise ValueError(msg)
        if not self.margin > 0:
            msg = f"the margin of an ellipse is positive, not {self.margin}"
            raise ValueError(msg)

    @property
    def names(self) -> list[str]:
        """The columns."""
        return [name for name in (self.distance, self.axis, self.ratio, self.angle) if name]

    def read(self, table: pa.Table) -> Galaxies:
        """Return the galaxies of a table.

        Raises
        ------
        ValueError
            A column holds no numbers, no row has a distance, or a radius will not do.
        """
        made = Galaxies(
            distance=_numbers(table, self.distance) * UNITS[self.unit],
            radius_kpc=self.radius_kpc,
            largest=self.max_radius,
            nearest=self.min_distance,
            axis=None
            if self.axis is None
            else _numbers(table, self.axis) * ANGLES[self.axis_unit] * self.margin,
            ratio=None if self.ratio is None else _numbers(table, self.ratio),
            angle=None if self.angle is None else _numbers(table, self.angle),
        )
        if np.isnan(made.believed()).all():
            msg = f"no row of {self.distance} is a distance"
            raise ValueError(msg)
        return made


def _numbers(table: pa.Table, name: str) -> Floats:
    column = table[name]
    if not (pa.types.is_integer(column.type) or pa.types.is_floating(column.type)):
        msg = f"column {name} holds {column.type}, not numbers"
        raise ValueError(msg)
    return np.asarray(column.cast(pa.float64()).to_numpy(), dtype=np.float64)


def _known(unit: str, units: dict[str, float], what: str) -> None:
    if unit not in units:
        msg = f"the unit of the {what} is {unit!r}, none of {', '.join(units)}"
        raise ValueError(msg)
