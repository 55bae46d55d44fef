"""What was made of the time that groups have on an instrument."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np

from nightdesk_services.marshal.access import Access, Document
from nightdesk_services.marshal.exceptions import Invalid
from nightdesk_services.marshal.models.followup import ReportQuery
from nightdesk_services.marshal.services.facilities.allocations import AllocationService
from nightdesk_services.marshal.services.facilities.drawing import Axes, File, Format, Picture, colour
from nightdesk_services.marshal.services.facilities.instruments import InstrumentService
from nightdesk_services.marshal.services.facilities.visibility import moon_phase
from nightdesk_services.marshal.services.followup.sight import RequestSight
from nightdesk_services.marshal.storage.documents import Documents

_COMPLETED: Final = re.compile("complete|observed", re.IGNORECASE)
_MIME: Final = {"png": "image/png", "pdf": "application/pdf"}
_PHASES: Final = 5
"""Bins of the Moon's phase."""


@dataclass(frozen=True)
class Account:
    """One allocation's part."""

    name: str
    hours: float
    requested: int
    completed: int
    phases: Sequence[float]
    """Lit part of the Moon, 0 to 1, when each request was completed."""


class AllocationReports:
    """Counts what the person sees."""

    def __init__(
        self,
        allocations: AllocationService,
        instruments: InstrumentService,
        requests: Documents,
        sight: RequestSight,
    ) -> None:
        self._allocations = allocations
        self._instruments = instruments
        self._requests = requests
        self._sight = sight

    async def file(self, access: Access, instrument_id: int, query: ReportQuery) -> File:
        """Return the report on an instrument.

        Raises
        ------
        Invalid
            If none of the person's groups has time on it.
        """
        instrument = await self._instruments.known(instrument_id)
        accounts = await self.accounts(access, instrument_id)
        if not accounts:
            raise Invalid(f"your groups have no allocation on the instrument {instrument['name']!r}")
        form = query.output_format
        content = await asyncio.to_thread(drawn, instrument["name"], accounts, form)
        name = re.sub(r"[^A-Za-z0-9_.-]+", "_", instrument["name"])
        return File(f"allocations_{name}.{form}", _MIME[form], content)

    async def accounts(self, access: Access, instrument_id: int) -> list[Account]:
        """Return what came of each of the person's allocations on an instrument."""
        made = []
        for allocation in await self._allocations.on_instrument(access, instrument_id):
            wanted = await self._sight.condition(access, {"allocation_id": allocation["_id"]})
            requests = await self._requests.find(wanted, fields={"status": 1, "history": 1, "modified": 1})
            times = [_completed_at(one) for one in requests if _COMPLETED.search(str(one["status"]))]
            phases = await asyncio.to_thread(moon_phase, times)
            group = access.directory.groups.get(allocation["group_id"], {}).get("name", "")
            label = allocation.get("proposal_id") or allocation.get("pi") or f"#{allocation['_id']}"
            made.append(
                Account(
                    name=f"{label} ({group})",
                    hours=float(allocation["hours_allocated"]),
                    requested=len(requests),
                    completed=len(times),
                    phases=[float(phase) for phase in phases],
                )
            )
        return made


def _completed_at(request: Document) -> datetime:
    """Return when a request got the status of being completed."""
    for entry in request.get("history", ()):
        if _COMPLETED.search(entry["status"]):
            at: datetime = entry["at"]
            return at
    modified: datetime = request["modified"]
    return modified


def drawn(instrument: str, accounts: Sequence[Account], form: Format) -> bytes:
    """Return the report: hours, requests, completed requests and the Moon's phase at these, by allocation."""
    sheet = Picture(1500, 1150)
    sheet.text(750, 20, f"Allocations on {instrument}", size=28, anchor="ma")
    boxes = ((120, 120, 710, 480), (880, 120, 1470, 480), (120, 600, 710, 960), (880, 600, 1470, 960))
    panels = (
        ("Allocated hours", [one.hours for one in accounts]),
        ("Requests", [float(one.requested) for one in accounts]),
        ("Completed requests", [float(one.completed) for one in accounts]),
    )
    for box, (title, values) in zip(boxes, panels, strict=False):
        _bars(sheet, box, title, values)
    _moons(sheet, boxes[3], accounts)
    for i, one in enumerate(accounts[:12]):
        x, y = 120 + 460 * (i % 3), 1020 + 30 * (i // 3)
        sheet.draw.rectangle((x, y, x + 18, y + 18), fill=colour(i))
        sheet.text(x + 26, y + 9, one.name[:40], size=17, anchor="lm")
    return sheet.encode(form)


def _bars(sheet: Picture, box: tuple[int, int, int, int], title: str, values: Sequence[float]) -> None:
    highest = max([*values, 1.0])
    axes = Axes(sheet, box, (0.0, float(len(values))), (0.0, 1.15 * highest))
    axes.frame([], _scale(highest), title=title)
    for i, value in enumerate(values):
        if value:
            axes.bar(i + 0.2, i + 0.8, value, colour(i))
        x, y = axes.at(i + 0.5, value)
        sheet.text(x, y - 4, f"{value:g}", size=17, anchor="md")


def _moons(sheet: Picture, box: tuple[int, int, int, int], accounts: Sequence[Account]) -> None:
    counts = [np.histogram(one.phases, bins=_PHASES, range=(0, 1))[0] for one in accounts]
    highest = float(max(1, *(int(count.max()) for count in counts)))
    axes = Axes(sheet, box, (0.0, 1.0), (0.0, 1.15 * highest))
    ticks = [(i / _PHASES, f"{i / _PHASES:.1f}") for i in range(_PHASES + 1)]
    axes.frame(ticks, _scale(highest), title="Completed requests by the lit part of the Moon")
    width = 0.8 / _PHASES / len(accounts)
    for i, count in enumerate(counts):
        for j, height in enumerate(count):
            if height:
                left = (j + 0.1) / _PHASES + i * width
                axes.bar(left, left + width, float(height), colour(i))


def _scale(highest: float) -> list[tuple[float, str]]:
    """Return some round values from zero to the highest."""
    rough = highest / 4
    power = 10 ** np.floor(np.log10(rough))
    step = float(next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough))
    return [(i * step, f"{i * step:g}") for i in range(int(highest / step) + 1)]
