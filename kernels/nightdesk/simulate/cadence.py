"""When which field is visited, and how good each visit is.

A night goes through blocks of neighbouring fields, each block in one band and right after in a second one;
when the footprint is through it begins again. The same rule gives the nights before, so an object has a
past.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nightdesk.simulate import draws
from nightdesk.simulate.draws import Floats
from nightdesk.simulate.instruments import Instrument

Ints = NDArray[np.int64]

BLOCK = 5
"""Fields that are visited one after the other before the band changes."""
JD_MINUS_MJD = 2_400_000.5
SLOTS = 2**17
"""More visits than any night has."""


@dataclass(frozen=True)
class Field:
    """A pointing of the telescope; `number` is its place on the grid of the whole sky."""

    number: int
    ra: float
    dec: float


@dataclass(frozen=True)
class Visits:
    """Visits of one field, in order of time, one array element each."""

    night: Ints
    """Whole days of MJD."""
    slot: Ints
    """Which visit of its night."""
    mjd: Floats
    """Start of the exposure, UTC."""
    band: Ints
    key: NDArray[np.uint64]
    """Random key of the visit."""
    error: Floats
    """1 sigma of a faint point source, µJy."""
    limit: Floats
    """5 sigma limit, AB magnitudes."""
    seeing: Floats
    """Full width at half maximum, arcseconds."""
    zeropoint: Floats
    """Magnitude of one unit of flux."""

    def __len__(self) -> int:
        return len(self.mjd)

    def take(self, index: NDArray[np.bool_] | Ints | slice) -> Visits:
        """Return some of the visits."""
        return Visits(**{name: getattr(self, name)[index] for name in self.__dataclass_fields__})


def footprint(instrument: Instrument, start: float, hours: float) -> list[Field]:
    """Return the fields near the meridian in the middle of a night that begins at JD `start`."""
    middle = start + min(hours, 12.0) / 48.0
    sidereal = (280.46061837 + 360.98564736629 * (middle - 2451545.0) + instrument.longitude) % 360.0
    fields, number, size = [], 0, instrument.field_size
    for row in range(int(180 / size)):
        dec = -90.0 + size * (row + 0.5)
        columns = max(1, int(360.0 * np.cos(np.radians(dec)) / size))
        for column in range(columns):
            ra = 360.0 * (column + 0.5) / columns
            number += 1
            near = abs((ra - sidereal + 180.0) % 360.0 - 180.0) < instrument.hour_angle
            if near and instrument.declinations[0] <= dec <= instrument.declinations[1]:
                fields.append(Field(number, ra, dec))
    return sorted(fields, key=lambda f: ((f.ra - sidereal + 180.0) % 360.0, f.dec))


class Cadence:
    """The timetable of one survey.

    Parameters
    ----------
    instrument
        Survey.
    seed
        Seed of the weather.
    start
        JD (UTC) at which the first night begins; every night begins at the same time of day.
    hours
        Length of a night.
    interval
        Seconds between visits.
    """

    def __init__(
        self, instrument: Instrument, seed: int, start: float, hours: float, interval: float
    ) -> None:
        self.instrument, self.seed, self.interval = instrument, seed, interval
        self.slots = max(1, int(hours * 3600.0 / interval))
        # different seeds do not observe at the very same time: a ZTF id is a time
        shift = int(draws.key(seed, instrument.code)) % 1000 / 1000.0 * interval / 86400.0
        self.start = start - JD_MINUS_MJD + shift
        self.first = int(np.floor(self.start))
        # the same past for a month of starts
        self.begin = (self.first - int(instrument.memory)) // 32 * 32
        fields, period = footprint(instrument, start, hours), instrument.period
        self._turns = [[f for f in fields if (f.number + turn) % period == 0] for turn in range(period)]
        self._places = [{f.number: i for i, f in enumerate(turn)} for turn in self._turns]
        past = np.arange(self.begin, self.first)
        self._clouds = set(past[draws.uniform(draws.key(seed, past), 1) < 0.12].tolist())

    def tonight(self, night: int) -> list[Field]:
        """Return the fields of a night, in order."""
        return self._turns[night % self.instrument.period]

    def visits(self, night: int, unlimited: bool = False) -> Iterator[tuple[Field, int]]:
        """Yield each visit of a night as its field and slot; an unlimited night starts over until stopped."""
        fields, slot = self.tonight(night), 0
        while True:
            for i in range(0, len(fields), BLOCK):
                for _ in range(2):
                    for field in fields[i : i + BLOCK]:
                        if slot >= self.slots and not unlimited:
                            return
                        yield field, slot
                        slot += 1

    def slots_of(self, field: Field, night: int, before: int) -> list[tuple[int, int]]:
        """Return (slot, band) of the visits of a field in a night, up to slot `before`."""
        fields, found = self.tonight(night), []
        place = self._places[night % self.instrument.period].get(field.number)
        if place is None:
            return []
        block, inside = divmod(place, BLOCK)
        size = min(BLOCK, len(fields) - block * BLOCK)
        pairs = self.instrument.pairs
        turn = (night // self.instrument.period + field.number) % len(pairs)
        for passing in range(before // (2 * len(fields)) + 1):
            for second in range(2):
                slot = 2 * (passing * len(fields) + block * BLOCK) + second * size + inside
                if slot < before:
                    found.append((slot, pairs[(turn + passing) % len(pairs)][second]))
        return found

    def history(self, field: Field, night: int, slot: int) -> Visits:
        """Return the visits of a field from the beginning of its memory to (night, slot), both included."""
        rows: list[tuple[int, int, int]] = []
        for past in range(self.begin, night + 1):
            if past in self._clouds:
                continue
            before = slot + 1 if past == night else self.slots
            if past < self.first:  # once through the footprint, not over and over
                before = 2 * len(self.tonight(past))
            rows += [(past, s, b) for s, b in self.slots_of(field, past, before)]
        nights, slots, bands = (np.array(column, dtype=np.int64) for column in zip(*rows, strict=True))
        return self._visits(field, nights, slots, bands)

    def _visits(self, field: Field, night: Ints, slot: Ints, band: Ints) -> Visits:
        ins = self.instrument
        key = draws.key(self.seed, ins.code, field.number, night, slot)
        # a live night may go slowly; those before went at the survey's pace
        step = np.where(night < self.first, min(self.interval, ins.interval), self.interval)
        mjd = self.start + (night - self.first) + slot * (step / 86400.0)
        # no earlier night began at the very same time
        began = draws.key(self.seed, ins.code, night)
        mjd -= np.where(night < self.first, 0.05 * draws.uniform(began, 2), 0.0)
        moon = 0.5 - 0.5 * np.cos(2 * np.pi * (mjd - 51549.8) / 29.530589)
        blue = np.interp(np.arange(len(ins.bands)), [0, len(ins.bands) - 1], [1.0, 0.2])[band]
        air = np.abs(0.25 * draws.normal(key, 1))
        seeing = ins.seeing * np.exp(0.13 * draws.normal(key, 2)) * (1.0 + 0.15 * air)
        depth = np.array(ins.depth)[band]
        limit = depth - 0.9 * blue * moon**2 - 0.3 * air - 1.2 * np.log10(seeing / ins.seeing)
        limit += 0.08 * draws.normal(key, 3)
        zeropoint = np.array(ins.zeropoint)[band] + (
            0.04 * draws.normal(key, 4) if ins.survey == "ZTF" else 0.0
        )
        error = 10.0 ** (-0.4 * (limit - 23.9)) / 5.0
        return Visits(night, slot, mjd, band, key, error, limit, seeing, zeropoint)


def date_of(night: int) -> dt.date:
    """Return the UTC date of whole days of MJD."""
    return dt.date(1858, 11, 17) + dt.timedelta(days=int(night))
