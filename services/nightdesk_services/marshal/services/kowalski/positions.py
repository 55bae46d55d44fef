"""Positions as they stand in queries, and what lies around them."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from nightdesk import sky

from nightdesk_services.marshal.exceptions import Invalid
from nightdesk_services.marshal.services.kowalski.limits import MOST_PIXELS, MOST_POSITIONS

ARCSEC: Final = {"arcsec": 1.0, "arcmin": 60.0, "deg": 3600.0, "rad": 180 * 3600 / np.pi}
"""Unit of an angle -> arcsec."""
_LONGEST: Final = 100_000
_WIDEST: Final = 30 * 3600.0


@dataclass(frozen=True)
class Cone:
    """A circle on the sky."""

    ra: float
    dec: float
    """ICRS degrees."""
    radius: float
    """Arcsec."""
    inner: float = 0.0
    """What is nearer than this, in arcsec, is left out."""

    @property
    def pixels(self) -> tuple[str, list[int]]:
        """The pixel column to ask, and the pixels that hold the cone."""
        column, pixels = sky.cone(self.ra, self.dec, self.radius)
        if len(pixels) > MOST_PIXELS:
            raise Invalid(f"a radius of {self.radius / 3600:.1f} degrees is too large: ask for smaller cones")
        return column, pixels

    def distance(self, ra: npt.ArrayLike, dec: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Return distances of positions from the centre in arcsec."""
        return sky.separation(self.ra, self.dec, ra, dec)


def radius(value: float, unit: str, field: str) -> float:
    """Return an angle in arcsec.

    Raises
    ------
    Invalid
        If no cone is so large.
    """
    made = float(value * ARCSEC[unit])
    if made > _WIDEST:
        raise Invalid(f"{field}: at most {_WIDEST / 3600:.0f} degrees")
    return made


def named(radec: Any) -> dict[str, tuple[float, float]]:
    """Return positions in degrees by name, as Kowalski names them.

    Parameters
    ----------
    radec
        A text with one position; a list of positions; an object of name -> position; or the text of either.
        A position is two numbers in degrees, or two texts ``hh:mm:ss`` and ``dd:mm:ss`` (or ``hhHmmMssS``).

    Raises
    ------
    Invalid
        If it is none of these.
    """
    given = _read(radec)
    if isinstance(given, Mapping):
        pairs = [(str(name).replace(".", "_"), place) for name, place in given.items()]
    elif isinstance(given, Sequence) and not isinstance(given, str):
        pairs = [(str(place).replace(".", "_"), place) for place in given]
    else:
        raise Invalid("radec: must be positions, in a list or by name")
    if not 0 < len(pairs) <= MOST_POSITIONS:
        raise Invalid(f"radec: between 1 and {MOST_POSITIONS} positions a query")
    return {name: _degrees(place, name) for name, place in pairs}


def _read(radec: Any) -> Any:
    if not isinstance(radec, str):
        return radec
    text = radec.strip()
    if len(text) > _LONGEST:
        raise Invalid(f"radec: at most {_LONGEST} characters")
    if not text.startswith(("[", "(", "{")):
        return [tuple(text.split())]
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError) as error:
        raise Invalid("radec: is not the text of positions") from error


def _degrees(place: Any, name: str) -> tuple[float, float]:
    wrong = Invalid(f"radec: {name[:60]} is no position")
    if not isinstance(place, Sequence) or isinstance(place, str) or len(place) != 2:
        raise wrong
    try:
        ra, dec = (_angle(value, hours=hours) for value, hours in zip(place, (True, False), strict=True))
    except (ValueError, TypeError, OverflowError) as error:
        raise wrong from error
    if not (np.isfinite(ra) and -360 <= ra <= 360 and -90 <= dec <= 90):
        raise wrong
    return ra % 360.0, dec


def _angle(value: Any, *, hours: bool) -> float:
    if isinstance(value, bool):
        raise TypeError
    if not isinstance(value, str):
        return float(value)
    try:
        return float(value)
    except ValueError:
        from astropy.coordinates import Angle

        if len(value) > 40 or not value.isascii():
            raise
        return float(Angle(value, unit="hourangle" if hours else "deg").deg)
