"""Planning: which request is observed when."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from nightdesk_services.marshal.services.facilities.night import Site
from nightdesk_services.marshal.services.facilities.visibility import Sky, sky_over

READOUT: Final = 10.0
"""Seconds after each exposure."""
_SLEW: Final = 2.0
"""Degrees a second."""
_FILTER: Final = 10.0
"""Seconds of a change of filter."""
_LOWEST: Final = 20.0
"""Altitude in degrees below which nothing is observed."""
_AIRMASS: Final = 2.5
_MOON: Final = 30.0
"""Degrees from the Moon, where a request says nothing of it."""
_DARK: Final = -12.0
"""Altitude of the Sun in degrees at nautical twilight."""
_HOUR_ANGLE: Final = 82.5
"""Degrees from the meridian (5.5 h)."""
_STEPS: Final = 4000
"""Most times of a plan; a finer resolution is made coarser."""

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Block:
    """Some exposures of one target in one filter."""

    request_id: Any
    group_id: int
    obj_id: str
    ra: float
    """ICRS, degrees."""
    dec: float
    exposure: float
    """Seconds of one exposure."""
    count: int = 1
    filter: str = "default"
    priority: float = 1.0
    """The larger the more urgent."""
    requester: str = ""
    earliest: datetime | None = None
    latest: datetime | None = None
    maximum_airmass: float = _AIRMASS
    moon_distance: float = _MOON

    @property
    def duration(self) -> float:
        """Seconds on the target."""
        return self.count * (self.exposure + READOUT)


@dataclass(frozen=True)
class Observation:
    """A block at its time."""

    block: Block
    start: datetime
    end: datetime
    airmass: float
    """At its middle."""


@dataclass(frozen=True)
class Plan:
    """The observations of a span of time, and the sky that they were chosen by."""

    blocks: Sequence[Block]
    observations: Sequence[Observation]
    sky: Sky


def plan(site: Site, blocks: Sequence[Block], start: datetime, end: datetime, resolution: float) -> Plan:
    """Return who is observed when.

    At each free moment the most urgent block is taken that can be observed to its end, of equally urgent ones
    that which can be for the shortest time yet. Nothing is kept free for what rises later.

    Parameters
    ----------
    resolution
        Seconds.
    """
    step = max(resolution, (end - start).total_seconds() / _STEPS)
    sky = sky_over(site, [(b.ra, b.dec) for b in blocks], start, end, step)
    good = _observable(blocks, sky)
    # how many of the times from each one on are bad, so that a span's are one subtraction
    bad = np.concatenate([np.zeros((len(blocks), 1)), np.cumsum(~good, axis=1)], axis=1)
    left = np.cumsum(good[:, ::-1], axis=1)[:, ::-1]
    lengths = np.array([math.ceil(b.duration / step) for b in blocks])
    urgency = np.array([b.priority for b in blocks])
    waiting = np.ones(len(blocks), bool)
    airmass, made, now, before = sky.airmass, [], 0, None
    while now < good.shape[1] and waiting.any():
        extra = _overheads(blocks, before, step)
        begins = now + extra
        ends = begins + lengths
        fits = waiting & (ends < bad.shape[1])
        rows = np.flatnonzero(fits)
        rows = rows[bad[rows, ends[rows]] == bad[rows, begins[rows]]]
        if not len(rows):
            now += 1
            continue
        chosen = int(min(rows, key=lambda i: (-urgency[i], left[i, begins[i]], i)))
        block, first, last = blocks[chosen], int(begins[chosen]), int(ends[chosen])
        made.append(
            Observation(block, sky.time(first), sky.time(last), float(airmass[chosen, (first + last) // 2]))
        )
        waiting[chosen] = False
        now, before = last, block
    return Plan(blocks, made, sky)


def _observable(blocks: Sequence[Block], sky: Sky) -> Flags:
    """Return at which times each block's target can be observed."""
    moon = np.array([b.moon_distance for b in blocks])[:, None]
    airmass = np.array([min(b.maximum_airmass, _AIRMASS) for b in blocks])[:, None]
    good = (
        (sky.altitude >= _LOWEST)
        & (sky.airmass <= airmass)
        & (np.abs(sky.hour_angle) <= _HOUR_ANGLE)
        & (sky.moon >= moon)
        & (sky.sun <= _DARK)[None, :]
    )
    seconds = sky.step * np.arange(good.shape[1])
    for i, block in enumerate(blocks):
        if block.earliest is not None:
            good[i] &= seconds >= (block.earliest - sky.start).total_seconds()
        if block.latest is not None:
            good[i] &= seconds <= (block.latest - sky.start).total_seconds()
    return np.asarray(good, bool)


def _overheads(blocks: Sequence[Block], before: Block | None, step: float) -> npt.NDArray[np.int64]:
    """Return how many steps pass until each block can begin after another."""
    if before is None:
        return np.zeros(len(blocks), np.int64)
    ra, dec = (np.radians([getattr(b, name) for b in blocks]) for name in ("ra", "dec"))
    ra0, dec0 = math.radians(before.ra), math.radians(before.dec)
    cosine = np.sin(dec) * math.sin(dec0) + np.cos(dec) * math.cos(dec0) * np.cos(ra - ra0)
    slew = np.degrees(np.arccos(np.clip(cosine, -1, 1))) / _SLEW
    change = np.array([0.0 if b.filter == before.filter else _FILTER for b in blocks])
    return np.asarray(np.ceil((slew + change) / step), np.int64)
