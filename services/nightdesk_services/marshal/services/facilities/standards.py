"""Spectrophotometric standard stars, by who keeps the list of them.

References
----------
ESO's list of optical and ultraviolet spectrophotometric standards, of Oke 1990 (AJ 99, 1621) and Hamuy et al.
1992 and 1994 (PASP 104, 533 and 106, 566). Its positions are those of the Guide Star Catalogue, without
proper motions, which reach an arcsec a year and more.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Standard(NamedTuple):
    """A star; J2000, degrees."""

    name: str
    ra: float
    dec: float
    magnitude: float
    """V."""


def _star(name: str, ra: str, dec: str, magnitude: float) -> Standard:
    hours, minutes, seconds = (float(part) for part in ra.split())
    sign = -1 if dec.startswith("-") else 1
    degrees, arcmin, arcsec = (abs(float(part)) for part in dec.split())
    return Standard(
        name,
        15 * (hours + minutes / 60 + seconds / 3600),
        sign * (degrees + arcmin / 60 + arcsec / 3600),
        magnitude,
    )


STANDARDS: Final[dict[str, tuple[Standard, ...]]] = {
    # some of its list of optical and ultraviolet standards
    "ESO": (
        _star("LTT 1020", "01 54 49.68", "-27 28 29.7", 11.52),
        _star("EG 21", "03 10 30.98", "-68 36 02.2", 11.38),
        _star("LTT 1788", "03 48 22.17", "-39 08 33.6", 13.16),
        _star("G191-B2B", "05 05 30.62", "+52 49 54.0", 11.78),
        _star("LTT 2415", "05 56 24.30", "-27 51 28.8", 12.21),
        _star("Hiltner 600", "06 45 13.33", "+02 08 14.1", 10.44),
        _star("LTT 3218", "08 41 32.37", "-32 56 32.9", 11.86),
        _star("LTT 3864", "10 32 13.90", "-35 37 42.4", 12.17),
        _star("Feige 34", "10 39 36.71", "+43 06 10.1", 11.18),
        _star("Feige 66", "12 37 23.55", "+25 04 00.3", 10.50),
        _star("Feige 67", "12 41 51.83", "+17 31 20.5", 11.81),
        _star("HZ 44", "13 23 35.37", "+36 08 00.0", 11.66),
        _star("LTT 6248", "15 39 00.02", "-28 35 33.1", 11.80),
        _star("BD+33 2642", "15 51 59.86", "+32 56 54.8", 10.81),
        _star("EG 274", "16 23 33.75", "-39 13 47.5", 11.03),
        _star("LTT 7379", "18 36 26.29", "-44 18 33.0", 10.23),
        _star("LTT 7987", "20 10 57.38", "-30 13 01.2", 12.23),
        _star("BD+28 4211", "21 51 11.07", "+28 51 51.8", 10.51),
        _star("LTT 9239", "22 52 40.88", "-20 35 26.3", 12.07),
        _star("Feige 110", "23 19 58.39", "-05 09 55.8", 11.82),
    ),
}
