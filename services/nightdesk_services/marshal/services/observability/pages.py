"""Pages of panels, one for each telescope."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from nightdesk_services.marshal.services.drawing import FAINT, FileType, Sheet, Stroke, dashed, saved
from nightdesk_services.marshal.services.finders.sexagesimal import sexagesimal
from nightdesk_services.marshal.services.observability import panel as panels
from nightdesk_services.marshal.services.observability.panel import Panel

PAGE: Final = (2200, 1700)
_MARGIN: Final = 80
_TOP: Final = 190
_BOTTOM: Final = 1590
_GRIDS: Final = ((1, 1, 1), (2, 1, 2), (4, 2, 2), (6, 2, 3))
"""Up to how many panels; columns and rows."""


@dataclass(frozen=True)
class Heading:
    """What stands above the panels."""

    name: str
    ra: float
    dec: float
    start: datetime
    limits: str
    """What counts as observable."""


def drawn(heading: Heading, shown: Sequence[Panel], kind: FileType) -> bytes:
    """Return the pages as a file."""
    each = next((most for most, _, _ in _GRIDS if len(shown) <= most), _GRIDS[-1][0])
    _, columns, rows = next(grid for grid in _GRIDS if grid[0] == each)
    sheets = []
    for first in range(0, len(shown), each):
        sheet = Sheet(*PAGE)
        _head(sheet, heading, first // each + 1, -(-len(shown) // each))
        width, height = (PAGE[0] - 2 * _MARGIN) // columns, (_BOTTOM - _TOP) // rows
        for i, one in enumerate(shown[first : first + each]):
            left, top = _MARGIN + i % columns * width, _TOP + i // columns * height
            panels.draw(sheet, one, (left, top, left + width, top + height))
        _legend(sheet)
        sheets.append(sheet)
    return saved(sheets, kind, f"Observability of {heading.name}")


def _head(sheet: Sheet, heading: Heading, page: int, pages: int) -> None:
    sheet.text((_MARGIN, 96), sheet.cut(heading.name, 60, 1150), 60, bold=True)
    sheet.text((_MARGIN, 150), "   ".join(sexagesimal(heading.ra, heading.dec, 2, 1)) + "   J2000", 36)
    right = PAGE[0] - _MARGIN
    sheet.text((right, 88), f"24 hours from {heading.start:%Y-%m-%d %H:%M} UTC", 38, anchor="rs")
    number = f"   page {page} of {pages}" if pages > 1 else ""
    sheet.text((right, 140), heading.limits + number, 30, FAINT, anchor="rs")


def _legend(sheet: Sheet) -> None:
    """Say what lines and shades mean."""
    y = PAGE[1] - 58
    x = float(_MARGIN + 70)
    for colour, width, broken, words in (
        (panels.UP, 9, False, "target, observable"),
        (panels.CURVE, 4, False, "target"),
        (panels.MOON, 3, True, "Moon"),
        (panels.LIMIT, 2, True, "largest airmass"),
    ):
        ends = [(x, y - 9), (x + 70, y - 9)]
        strokes = dashed(ends, colour, width, 12, 10) if broken else [Stroke(ends, colour, width)]
        sheet.lines((round(x) - 4, y - 24, round(x) + 76, y + 8), strokes)
        x += 84 + sheet.text((x + 84, y), words, 26, FAINT) + 44
    for (_, shade), words in zip(panels.SHADES, ("civil", "nautical", "astronomical", "night"), strict=True):
        sheet.box((x, y - 26, x + 44, y + 4), shade)
        x += 56 + sheet.text((x + 56, y), words, 26, FAINT) + 30
