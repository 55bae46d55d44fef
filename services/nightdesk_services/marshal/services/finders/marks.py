"""What is drawn over a picture of the sky: frame, cross hair, compass, scale."""

from __future__ import annotations

from typing import Final

from nightdesk_services.marshal.services.drawing import FAINT, INK, Sheet, Stroke
from nightdesk_services.marshal.services.finders.field import Plane

TARGET: Final = "#c4271b"
"""The colour of the target."""


def frame(left: int, top: int, side: int, plane: Plane, *, ticks: bool = True) -> list[Stroke]:
    """Return the frame of a picture, with ticks at round distances from its middle."""
    right, bottom = left + side, top + side
    corners = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
    made = [Stroke([(x, y) for x, y in corners], INK if ticks else FAINT, 3)]
    step = _round_length(plane.arcsec / 8)
    count = int(plane.arcsec / 2 / step)
    for i in range(-count, count + 1) if ticks else ():
        along = side / 2 + i * step * plane.scale
        long = 20 if i % 2 == 0 else 12
        made += [
            Stroke([(left + along, bottom), (left + along, bottom - long)], INK, 3),
            Stroke([(left + along, top), (left + along, top + long)], INK, 3),
            Stroke([(left, top + along), (left + long, top + along)], INK, 3),
            Stroke([(right, top + along), (right - long, top + along)], INK, 3),
        ]
    return made


def cross(x: float, y: float, gap: float, end: float) -> list[Stroke]:
    """Return a cross hair that leaves its middle free."""
    ways = ((0, -1), (1, 0), (0, 1), (-1, 0))
    white = [
        Stroke([(x + dx * gap, y + dy * gap), (x + dx * end, y + dy * end)], "white", 10) for dx, dy in ways
    ]
    return white + [
        Stroke([(x + dx * gap, y + dy * gap), (x + dx * end, y + dy * end)], TARGET, 5) for dx, dy in ways
    ]


def compass(x: float, y: float, length: float) -> list[Stroke]:
    """Return arrows from a corner to the north and to the east."""
    tip, back = 12.0, 24.0
    up, away = (x, y - length), (x - length, y)
    return [
        Stroke([up, (x, y), away], "white", 11),
        Stroke([(x, y - length + back), (x, y), (x - length + back, y)], INK, 5),
        Stroke([up, (x - tip, y - length + back), (x + tip, y - length + back)], INK, form="polygon"),
        Stroke([away, (x - length + back, y - tip), (x - length + back, y + tip)], INK, form="polygon"),
    ]


def compass_letters(sheet: Sheet, x: float, y: float, length: float) -> None:
    """Write N and E at the ends of the arrows."""
    sheet.text((x, y - length - 14), "N", 36, anchor="ms", bold=True, halo=True)
    sheet.text((x - length - 14, y), "E", 36, anchor="rm", bold=True, halo=True)


def scale(plane: Plane) -> tuple[float, str]:
    """Return the length in pixels of a scale of about a quarter of the side, and what stands on it."""
    arcsec = _round_length(plane.arcsec / 4.5)
    words = f"{arcsec / 60:g}'" if arcsec >= 60 else f'{arcsec:g}"'
    return arcsec * plane.scale, words


def _round_length(arcsec: float) -> float:
    """Return the largest of the usual lengths below one."""
    steps = (0.5, 1, 2, 5, 10, 15, 20, 30, 60, 120, 180, 300, 600)
    return float(max([s for s in steps if s <= arcsec], default=arcsec if arcsec > 0 else 1.0))
