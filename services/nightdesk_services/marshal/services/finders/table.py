"""The table of a finding chart: the target and the way to it from each offset star."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from nightdesk_services.marshal.services.drawing import FAINT, INK, RULE, Sheet, Stroke
from nightdesk_services.marshal.services.finders.offsets import Offset, Target
from nightdesk_services.marshal.services.finders.sexagesimal import sexagesimal
from nightdesk_services.marshal.services.finders.starlists import east_west, north_south

_COLUMNS: Final = (
    ("", 0, "ls"),
    ("Object", 56, "ls"),
    ("RA (J2000)", 610, "ls"),
    ("Dec (J2000)", 850, "ls"),
    ("mag", 1160, "rs"),
    ("", 1390, "rs"),
    ("offset to the target", 1590, "rs"),
    ("distance", 1790, "rs"),
    ("PA", 1960, "rs"),
)
"""Title, place from the left, and alignment."""
_ROW: Final = 38


def star_table(
    sheet: Sheet,
    target: Target,
    offsets: Sequence[Offset],
    corner: tuple[int, int, int],
    colours: Sequence[str],
) -> None:
    """Draw the table; `corner` is its left end, the base line of its titles, and its right end."""
    left, top, right = corner
    for title, x, anchor in _COLUMNS:
        sheet.text((left + x, top), title, 26, FAINT, anchor=anchor)
    sheet.lines((left, top + 8, right, top + 20), [Stroke([(left, top + 14), (right, top + 14)], RULE, 2)])
    ra, dec = sexagesimal(target.ra, target.dec, 3, 2)
    mag = "" if target.mag is None else f"{target.mag:.2f}"
    rows = [("+", sheet.cut(target.name, 30, 520), ra, dec, mag, "", "", "", "")]
    for number, one in enumerate(offsets, start=1):
        ra, dec = sexagesimal(one.star.ra, one.star.dec, 3, 2)
        mag = "" if one.star.mag is None else f"{one.star.mag:.2f}"
        rows.append(
            (
                *(str(number), sheet.cut(one.star.name, 30, 520), ra, dec, mag),
                *(east_west(one), north_south(one), f'{one.distance:.2f}"', f"{one.angle:.1f}°"),
            )
        )
    for i, cells in enumerate(rows):
        y = top + 54 + i * _ROW
        for (_, x, anchor), cell in zip(_COLUMNS, cells, strict=True):
            first = x == 0
            colour = colours[i % len(colours)] if first else INK
            sheet.text((left + x, y), cell, 32 if first else 30, colour, anchor=anchor, bold=first)
    if not offsets:
        sheet.text((left + 56, top + 54 + _ROW), "no offset star", 28, FAINT)
