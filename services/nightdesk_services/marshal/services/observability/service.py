"""Plots of when an object can be observed."""

from __future__ import annotations

import asyncio
import re
from collections import OrderedDict
from datetime import datetime
from typing import Any, Final

from nightdesk_services.marshal.access import Access, Document
from nightdesk_services.marshal.exceptions import NotFound
from nightdesk_services.marshal.models.finders import ObservabilityQuery
from nightdesk_services.marshal.services.facilities.night import Site, site_of
from nightdesk_services.marshal.services.finders.positions import PositionService
from nightdesk_services.marshal.services.observability.pages import Heading, drawn
from nightdesk_services.marshal.services.observability.panel import Panel
from nightdesk_services.marshal.services.observability.tracks import TWILIGHTS, track, windows
from nightdesk_services.marshal.storage.documents import Documents
from nightdesk_services.marshal.storage.store import now

MOST: Final = 60
"""Telescopes in one plot."""
_KEPT: Final = 32
_Key = tuple[Any, ...]


class ObservabilityService:
    """Draws plots one at a time, in a thread, and keeps the last ones."""

    def __init__(self, telescopes: Documents, positions: PositionService) -> None:
        self._telescopes = telescopes
        self._positions = positions
        self._drawing = asyncio.Semaphore(1)
        self._plots: OrderedDict[_Key, bytes] = OrderedDict()

    async def plot(self, access: Access, obj_id: str, query: ObservabilityQuery) -> tuple[str, bytes]:
        """Return the name and the bytes of a plot with a panel for every telescope on firm ground.

        Raises
        ------
        NotFound
            If the person can know of no such object, or no telescope has a fixed location.
        """
        known = await self._positions.known(access, obj_id)
        found = await self._telescopes.find({}, page=slice(0, 10 * MOST))
        sites = tuple((_title(one), site) for one in found if (site := site_of(one)) is not None)[:MOST]
        if not sites:
            raise NotFound(
                "no telescope with a fixed location is known here; who manages telescopes adds one"
            )
        start = now().replace(minute=0, second=0, microsecond=0)
        key = (obj_id, known.discovery, sites, start, query.max_airmass, query.twilight, query.type)
        name = re.sub(r"[^A-Za-z0-9_.+-]", "_", obj_id)
        if key not in self._plots:
            async with self._drawing:
                self._plots[key] = await asyncio.to_thread(
                    _drawn, obj_id, known.discovery, sites, start, query
                )
            while len(self._plots) > _KEPT:
                self._plots.popitem(last=False)
        body = self._plots[key]
        self._plots.move_to_end(key)
        return f"observability_{name}.{query.type}", body


def _title(telescope: Document) -> str:
    name, nickname = telescope["name"], telescope.get("nickname")
    return name if not nickname or nickname == name else f"{name} ({nickname})"


def _drawn(
    name: str,
    place: tuple[float, float],
    sites: tuple[tuple[str, Site], ...],
    start: datetime,
    query: ObservabilityQuery,
) -> bytes:
    panels = []
    for title, site in sites:
        one = track(site, start, *place)
        spans = windows(one, query.max_airmass, TWILIGHTS[query.twilight])
        panels.append(Panel(title, one, spans, query.max_airmass))
    limits = (
        f"observable: airmass below {query.max_airmass:g}, Sun below {TWILIGHTS[query.twilight]:.0f}°"
        f" ({query.twilight} night)"
    )
    return drawn(Heading(name, *place, start, limits), panels, query.type)
