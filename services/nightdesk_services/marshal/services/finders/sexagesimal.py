"""Positions in hours, degrees, minutes and seconds."""

from __future__ import annotations


def sexagesimal(ra: float, dec: float, ra_digits: int = 2, dec_digits: int = 1) -> tuple[str, str]:
    """Return a position in degrees as ``("hh:mm:ss.ss", "+dd:mm:ss.s")``, rounded without seconds of 60.

    Examples
    --------
    >>> sexagesimal(185.7288484, -0.5, 3, 2)
    ('12:22:54.924', '-00:30:00.00')
    """
    east = _parts(ra % 360.0 / 15.0, ra_digits, 24)
    north = _parts(abs(dec), dec_digits, 91)
    return east, f"{'-' if dec < 0 else '+'}{north}"


def _parts(value: float, digits: int, end: int) -> str:
    scale = 10**digits
    whole = round(value * 3600 * scale)
    seconds, fraction = divmod(whole, scale)
    minutes, second = divmod(seconds, 60)
    first, minute = divmod(minutes, 60)
    text = f"{first % end:02d}:{minute:02d}:{second:02d}"
    return f"{text}.{fraction:0{digits}d}" if digits else text
