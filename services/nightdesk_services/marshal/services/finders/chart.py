"""The finding chart: a page that an observer takes to the telescope."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from nightdesk_services.marshal.services.drawing import (
    FAINT,
    INK,
    FileType,
    Sheet,
    Stroke,
    dashed,
    saved,
)
from nightdesk_services.marshal.services.finders.field import Plane, negative
from nightdesk_services.marshal.services.finders.marks import (
    TARGET,
    compass,
    compass_letters,
    cross,
    frame,
    scale,
)
from nightdesk_services.marshal.services.finders.offsets import Offset, Target
from nightdesk_services.marshal.services.finders.sexagesimal import sexagesimal
from nightdesk_services.marshal.services.finders.stamp import Stamp
from nightdesk_services.marshal.services.finders.stars import Field
from nightdesk_services.marshal.services.finders.table import star_table

PAGE: Final = (2200, 1700)
"""Letter paper on its side."""
COLOURS: Final = ("#0b6fb8", "#c26a00", "#00876c", "#8a3fa0")
"""Of the offset stars; apart for the colour-blind too, and in print."""
_FIELD: Final = (90, 236, 1180)
"""Left, top and side of the large picture."""
_ZOOM: Final = (1350, 236, 760)
_MARGIN: Final = 90


@dataclass(frozen=True)
class Chart:
    """All that stands on a page."""

    target: Target
    facility: str
    imsize: float
    """Side of the field in arcmin."""
    time: datetime
    field: Field | None
    offsets: Sequence[Offset]
    stamp: Stamp | None
    notes: Sequence[str] = ()
    """Lines about where all this comes from."""


def drawn(chart: Chart, kind: FileType) -> bytes:
    """Return a chart as a file."""
    sheet = Sheet(*PAGE)
    _heading(sheet, chart)
    _large(sheet, chart)
    _close_up(sheet, chart)
    _notes(sheet, chart)
    star_table(sheet, chart.target, chart.offsets, (_MARGIN, 1464, PAGE[0] - _MARGIN), (TARGET, *COLOURS))
    return saved([sheet], kind, f"Finding chart of {chart.target.name}")


def _heading(sheet: Sheet, chart: Chart) -> None:
    target = chart.target
    width = sheet.text((_MARGIN, 110), sheet.cut(target.name, 68, 1050), 68, bold=True)
    ra, dec = sexagesimal(target.ra, target.dec, 3, 2)
    if target.mag is not None:
        band = f"{target.band} " if target.band else ""
        sheet.text((_MARGIN + width + 36, 110), f"{band}{target.mag:.2f} mag", 38, FAINT)
    sheet.text((_MARGIN, 178), f"{ra}   {dec}", 46)
    long = sheet.width_of(f"{ra}   {dec}", 46)
    sheet.text((_MARGIN + long + 36, 178), f"{target.ra:.6f}  {target.dec:+.6f}   J2000", 34, FAINT)
    right = PAGE[0] - _MARGIN
    sheet.text((right, 98), f"Finding chart for {chart.facility}", 38, anchor="rs")
    when = f"{chart.time:%Y-%m-%d %H:%M} UTC"
    sheet.text((right, 146), f"positions at {when}", 30, FAINT, anchor="rs")
    size = f"{chart.imsize:g}' x {chart.imsize:g}'"
    sheet.text((right, 190), f"{size}, north up, east left", 30, FAINT, anchor="rs")


def _large(sheet: Sheet, chart: Chart) -> None:
    left, top, side = _FIELD
    plane = Plane(chart.target.ra, chart.target.dec, chart.imsize * 60, side)
    stars = chart.field.stars if chart.field else ()
    sheet.paste(negative(plane, stars, chart.stamp), (left, top))
    strokes = frame(left, top, side, plane)
    strokes += compass(left + side - 56, top + 190, 120)
    strokes += cross(left + side / 2, top + side / 2, 26, 92)
    labels = []
    for number, offset in enumerate(chart.offsets, start=1):
        place = plane.place(offset.star.ra, offset.star.dec)
        if place is None or not all(0 <= x <= side for x in place):
            continue
        x, y = left + place[0], top + place[1]
        colour = COLOURS[(number - 1) % len(COLOURS)]
        strokes.append(Stroke([(x, y)], colour, 4, form="circle", radius=32))
        labels.append(((x, y), str(number), colour))
    length, words = scale(plane)
    bar = (left + 40, top + side - 44)
    strokes.append(Stroke([bar, (bar[0] + length, bar[1])], INK, 5))
    strokes += [Stroke([(x, bar[1] - 14), (x, bar[1] + 14)], INK, 4) for x in (bar[0], bar[0] + length)]
    sheet.lines((left - 30, top - 30, left + side + 30, top + side + 30), strokes)
    sheet.text((bar[0] + length / 2, bar[1] - 26), words, 32, anchor="ms", halo=True)
    for (x, y), number_text, colour in labels:
        # beside the circle, on the side that has room
        if x > left + side - 90:
            sheet.text((x - 40, y - 22), number_text, 46, colour, anchor="rs", bold=True, halo=True)
        else:
            sheet.text((x + 40, y - 22), number_text, 46, colour, bold=True, halo=True)
    compass_letters(sheet, left + side - 56, top + 190, 120)
    if chart.stamp is not None and chart.stamp.side < 0.9 * plane.arcsec:
        half = chart.stamp.side * plane.scale / 2
        sheet.text(
            (left + side / 2 - half, top + side / 2 + half + 30), chart.stamp.title, 22, FAINT, halo=True
        )


def _close_up(sheet: Sheet, chart: Chart) -> None:
    """Draw the middle large, as far as the cutout goes if there is one."""
    left, top, side = _ZOOM
    wide = min(max(chart.stamp.side * 0.98, 6.0), chart.imsize * 60) if chart.stamp else chart.imsize * 15
    plane = Plane(chart.target.ra, chart.target.dec, wide, side)
    stars = chart.field.stars if chart.field else ()
    sheet.paste(negative(plane, stars, chart.stamp), (left, top))
    length, words = scale(plane)
    bar = (left + 32, top + side - 36)
    strokes = frame(left, top, side, plane, ticks=False)
    strokes += cross(left + side / 2, top + side / 2, 52, 124)
    strokes += [
        Stroke([bar, (bar[0] + length, bar[1])], INK, 5),
        *(Stroke([(x, bar[1] - 12), (x, bar[1] + 12)], INK, 4) for x in (bar[0], bar[0] + length)),
    ]
    sheet.lines((left - 10, top - 10, left + side + 10, top + side + 10), strokes)
    sheet.text((bar[0] + length / 2, bar[1] - 22), words, 30, anchor="ms", halo=True)
    # where the close-up lies in the field
    big_left, big_top, big_side = _FIELD
    half = wide / (chart.imsize * 60) * big_side / 2
    if half < 0.45 * big_side:
        x, y = big_left + big_side / 2, big_top + big_side / 2
        corners = [
            (x - half, y - half),
            (x + half, y - half),
            (x + half, y + half),
            (x - half, y + half),
            (x - half, y - half),
        ]
        box = (round(x - half) - 4, round(y - half) - 4, round(x + half) + 4, round(y + half) + 4)
        sheet.lines(box, dashed(corners, FAINT, 2, 12, 9))
    title = chart.stamp.title if chart.stamp else "the field drawn from the catalogue"
    arcmin = f'{wide:.0f}"' if wide < 100 else f"{wide / 60:.1f}'"
    sheet.text((left, top + side + 42), f"Close-up of {arcmin}: {title}", 30)


def _notes(sheet: Sheet, chart: Chart) -> None:
    left, top, side = _ZOOM
    y = top + side + 92
    for note in chart.notes:
        for line in _wrapped(sheet, note, 26, side):
            sheet.text((left, y), line, 26, FAINT)
            y += 37


def _wrapped(sheet: Sheet, words: str, size: int, width: float) -> list[str]:
    lines: list[str] = []
    for word in words.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and sheet.width_of(longer, size) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines
