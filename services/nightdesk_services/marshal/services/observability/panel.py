"""One telescope's sky: altitude against time, with darkness and the Moon."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import numpy as np

from nightdesk_services.marshal.services.drawing import FAINT, INK, Point, Sheet, Stroke, dashed
from nightdesk_services.marshal.services.observability.tracks import (
    Floats,
    Track,
    Window,
    airmass,
    best,
    lowest,
)

CURVE: Final = "#7d8894"
UP: Final = "#0b6fb8"
MOON: Final = "#b07d12"
LIMIT: Final = "#c4271b"
SHADES: Final = ((-0.833, "#eef1f6"), (-6.0, "#dfe4ee"), (-12.0, "#ced6e5"), (-18.0, "#bcc7db"))
"""Altitude of the Sun below which it is that dark, and the shade."""
_AIRMASSES: Final = (1.0, 1.2, 1.5, 2.0, 3.0)


@dataclass(frozen=True)
class Panel:
    """What one telescope sees."""

    title: str
    track: Track
    windows: Sequence[Window]
    max_airmass: float


def draw(sheet: Sheet, panel: Panel, corners: tuple[int, int, int, int]) -> None:
    """Draw a panel within a rectangle, with its title above its axes."""
    left, top, right, bottom = corners[0] + 70, corners[1] + 100, corners[2] - 84, corners[3] - 52
    track = panel.track
    _words(sheet, panel, corners, right)
    span = float(track.hours[-1])

    def x(hours: float) -> float:
        return left + (right - left) * hours / span

    def y(altitude: float) -> float:
        return bottom - (bottom - top) * altitude / 90.0

    _shade(sheet, track, (left, top, right, bottom))
    strokes = [Stroke([(left, y(a)), (right, y(a))], "#ffffff", 2) for a in (30, 60)]
    strokes += dashed(
        [(left, y(lowest(panel.max_airmass))), (right, y(lowest(panel.max_airmass)))], LIMIT, 2, 14, 10
    )
    for line in _above(track.hours, track.moon):
        strokes += dashed([(x(h), y(a)) for h, a in line], MOON, 3, 10, 10)
    for line in _above(track.hours, track.target):
        strokes.append(Stroke([(x(h), y(a)) for h, a in line], CURVE, 4))
    for window in panel.windows:
        inside = track.hours[(track.hours > window.begin) & (track.hours < window.end)]
        hours = [window.begin, *inside.tolist(), window.end]
        curve = np.interp(hours, track.hours, track.target)
        strokes.append(Stroke([(x(h), y(a)) for h, a in zip(hours, curve, strict=True)], UP, 9))
    strokes.append(Stroke([(left, top), (right, top), (right, bottom), (left, bottom), (left, top)], INK, 2))
    first = track.start.replace(minute=0, second=0, microsecond=0)
    step = 3 if right - left < 1200 else 2
    for hour in range(int(span) + 2):
        when = first + timedelta(hours=hour)
        at = (when - track.start).total_seconds() / 3600
        if 0 <= at <= span and when.hour % step == 0:
            strokes.append(Stroke([(x(at), bottom), (x(at), bottom - 12)], INK, 2))
            sheet.text((x(at), bottom + 32), f"{when:%H}h", 24, FAINT, anchor="ms")
    sheet.lines((left - 4, top - 4, right + 4, bottom + 4), strokes)
    for altitude in (0, 30, 60, 90):
        sheet.text((left - 10, y(altitude)), f"{altitude}°", 24, FAINT, anchor="rm")
    for value in _AIRMASSES:
        sheet.text((right + 12, y(lowest(value))), f"{value:.1f}", 24, FAINT, anchor="lm")


def _words(sheet: Sheet, panel: Panel, corners: tuple[int, int, int, int], right: int) -> None:
    left, top = corners[0] + 70, corners[1]
    sheet.text((left, top + 40), sheet.cut(panel.title, 34, right - left), 34, bold=True)
    sheet.text((left, top + 82), _summary(panel), 26, UP if panel.windows else FAINT)
    sheet.text((right + 12, top + 82), "airmass", 22, FAINT)


def _summary(panel: Panel) -> str:
    track = panel.track
    moon = f"Moon {track.moon_light:.0%}, {track.moon_distance:.0f}° away"
    highest = best(track, list(panel.windows))
    if highest is None:
        return f"not observable; {moon}"
    spans = ", ".join(f"{track.time(w.begin):%H:%M}-{track.time(w.end):%H:%M}" for w in panel.windows[:3])
    when, altitude = highest
    return f"{spans} UTC; airmass {airmass(altitude):.2f} at {track.time(when):%H:%M}; {moon}"


def _shade(sheet: Sheet, track: Track, corners: tuple[int, int, int, int]) -> None:
    """Draw how dark the sky is, a strip for each pixel of time."""
    left, top, right, bottom = corners
    sheet.box(corners, "#fffdf4")
    hours = np.linspace(track.hours[0], track.hours[-1], right - left)
    sun = np.interp(hours, track.hours, track.sun)
    for limit, shade in SHADES:
        below = np.flatnonzero(sun < limit)
        for run in np.split(below, np.flatnonzero(np.diff(below) > 1) + 1):
            if len(run):
                sheet.box((left + int(run[0]), top, left + int(run[-1]) + 1, bottom), shade)


def _above(hours: Floats, altitude: Floats) -> list[list[Point]]:
    """Return the parts of a curve above the horizon."""
    up = np.flatnonzero(altitude > 0)
    parts = np.split(up, np.flatnonzero(np.diff(up) > 1) + 1)
    return [[(float(hours[i]), float(altitude[i])) for i in part] for part in parts if len(part) > 1]
