"""Positions of a catalogue, each one checked."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Floats = npt.NDArray[np.float64]


def position(table: pa.Table, ra: str, dec: str) -> tuple[Floats, Floats]:
    """Return right ascension and declination in degrees.

    Raises
    ------
    ValueError
        A position is missing, no number, or not on the sky; the message names the first such row, from 1.
    """
    lon, lat = _degrees(table, ra, hours=True), _degrees(table, dec, hours=False)
    _check(lon, ra, 0, 360)
    _check(lat, dec, -90, 90)
    return lon, lat


def _check(values: Floats, name: str, low: float, high: float) -> None:
    wrong = np.flatnonzero(~((values >= low) & (values <= high)))
    if wrong.size:
        first = int(wrong[0])
        what = (
            "missing" if np.isnan(values[first]) else f"{values[first]:g}, not within {low}..{high} degrees"
        )
        msg = f"row {first + 1}: {name} is {what} ({wrong.size} such rows)"
        raise ValueError(msg)


def _degrees(table: pa.Table, name: str, *, hours: bool) -> Floats:
    column = table[name]
    if pa.types.is_integer(column.type) or pa.types.is_floating(column.type):
        return np.asarray(column.cast(pa.float64()).to_numpy(), dtype=np.float64)
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        msg = f"column {name} holds {column.type}, not positions"
        raise ValueError(msg)
    texts = [text or "nan" for text in column.to_pylist()]
    try:
        return np.array([float(text) for text in texts])
    except ValueError:
        return _sexagesimal(texts, name, hours=hours)


def _sexagesimal(texts: list[str], name: str, *, hours: bool) -> Floats:
    from astropy.coordinates import Angle

    values = np.empty(len(texts))
    for row, text in enumerate(texts):
        try:
            values[row] = np.nan if text == "nan" else Angle(text, unit="hourangle" if hours else "deg").deg
        except ValueError as error:
            msg = f"row {row + 1}: {name} is {text!r}, neither degrees nor sexagesimal"
            raise ValueError(msg) from error
    return values
