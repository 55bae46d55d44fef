"""A plan as a table and as a picture."""

from __future__ import annotations

import csv
import io
import math
from datetime import datetime, timedelta
from typing import Final

import astropy.units as u
import numpy as np
from astropy.coordinates import Angle

from nightdesk_services.marshal.services.facilities.drawing import Axes, Format, Picture, colour
from nightdesk_services.marshal.services.followup.plan import Block, Plan

COLUMNS: Final = (
    *("request_id", "group_id", "object_id", "ra", "dec", "epoch", "observation_start", "observation_end"),
    *("exposure_time", "exposure_count", "filter", "requester", "priority", "airmass"),
)
_HEAVIEST: Final = 3.0
"""Airmass at the bottom of the chart."""
_TWILIGHT: Final = ((-18.0, "#c6cede"), (-12.0, "#dde3ee"), (-0.833, "#eef1f7"))
"""Altitude of the Sun in degrees, shade of where it is below."""
_NAMED: Final = 26
"""Targets that the legend names."""


def table(made: Plan) -> bytes:
    """Return a plan's observations by time, as comma-separated values; times in UTC."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for one in made.observations:
        block = one.block
        ra, dec = _sexagesimal(block)
        writer.writerow(
            {
                "request_id": block.request_id,
                "group_id": block.group_id,
                "object_id": block.obj_id,
                "ra": ra,
                "dec": dec,
                "epoch": 2000,
                "observation_start": _iso(one.start),
                "observation_end": _iso(one.end),
                "exposure_time": f"{block.exposure:g}",
                "exposure_count": block.count,
                "filter": block.filter,
                "requester": block.requester,
                "priority": f"{block.priority:g}",
                "airmass": f"{one.airmass:.3f}",
            }
        )
    return out.getvalue().encode()


def chart(made: Plan, instrument: str, form: Format) -> bytes:
    """Return a plan as airmass over time: each target's course thin, its observations thick."""
    sheet = Picture(1500, 1050)
    sky = made.sky
    hours = sky.step * (sky.altitude.shape[1] - 1) / 3600
    axes = Axes(sheet, (110, 80, 1160, 950), (0.0, hours), (_HEAVIEST, 1.0))
    for limit, shade in reversed(_TWILIGHT):
        for first, last in _runs(sky.sun <= limit):
            axes.span(first * sky.step / 3600, last * sky.step / 3600, shade)
    # those that are observed first, so that the legend names them
    first_seen = [one.block.obj_id for one in made.observations]
    names = list(dict.fromkeys([*first_seen, *(block.obj_id for block in made.blocks)]))
    colours = {name: colour(i) for i, name in enumerate(names)}
    drawn: set[str] = set()
    stride = max(1, sky.altitude.shape[1] // 400)
    for i, block in enumerate(made.blocks):
        if block.obj_id in drawn:
            continue
        drawn.add(block.obj_id)
        course = sky.airmass[i]
        for first, last in _runs(course <= _HEAVIEST):
            points = [(j * sky.step / 3600, float(course[j])) for j in range(first, last + 1, stride)]
            axes.line(points, colours[block.obj_id], width=1)
    for one in made.observations:
        row = made.blocks.index(one.block)
        first, last = (round((t - sky.start).total_seconds() / sky.step) for t in (one.start, one.end))
        stop = min(last, sky.altitude.shape[1] - 1)
        points = [(j * sky.step / 3600, float(sky.airmass[row, j])) for j in range(first, stop + 1)]
        axes.line(points, colours[one.block.obj_id], width=8)
    planned = {one.block.request_id for one in made.observations}
    asked = {block.request_id for block in made.blocks}
    axes.frame(
        _hours(sky.start, hours),
        [(value, f"{value:.1f}") for value in (1.0, 1.5, 2.0, 2.5, 3.0)],
        title=f"{instrument}: {len(planned)} of {len(asked)} requests from {_iso(sky.start)} UTC",
        y_label="Airmass",
    )
    sheet.text(635, 1000, "UTC (hours and minutes); grey: the Sun below 0, 12 and 18 degrees", anchor="ma")
    _legend(sheet, made, colours)
    return sheet.encode(form)


def _legend(sheet: Picture, made: Plan, colours: dict[str, str]) -> None:
    planned = {one.block.obj_id for one in made.observations}
    for i, (name, fill) in enumerate(list(colours.items())[:_NAMED]):
        y = 95 + 32 * i
        sheet.draw.line([(1180, y), (1215, y)], fill=fill, width=8 if name in planned else 1)
        sheet.text(1225, y, name if len(name) <= 22 else f"{name[:21]}…", size=17, anchor="lm")
    if len(colours) > _NAMED:
        sheet.text(1225, 95 + 32 * _NAMED, f"and {len(colours) - _NAMED} more", size=17, anchor="lm")


def _hours(start: datetime, hours: float) -> list[tuple[float, str]]:
    """Return the whole hours of a span, some eight of them."""
    every = max(1, math.ceil(hours / 8))
    first = (start + timedelta(hours=1)).replace(minute=0, second=0, microsecond=0)
    offset = (first - start).total_seconds() / 3600
    return [
        (offset + i, f"{first + timedelta(hours=i):%H:%M}")
        for i in range(0, max(1, math.floor(hours - offset) + 1), every)
        if offset + i <= hours
    ]


def _runs(flags: np.ndarray) -> list[tuple[int, int]]:
    """Return first and last place of each run of what is true."""
    edges = np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8))
    return list(
        zip(np.flatnonzero(edges == 1).tolist(), (np.flatnonzero(edges == -1) - 1).tolist(), strict=True)
    )


def _sexagesimal(block: Block) -> tuple[str, str]:
    ra = Angle(block.ra * u.deg).to_string(unit=u.hourangle, sep=":", precision=2, pad=True)
    dec = Angle(block.dec * u.deg).to_string(unit=u.deg, sep=":", precision=1, pad=True, alwayssign=True)
    return ra, dec


def _iso(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S")
