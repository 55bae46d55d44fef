"""Identifiers in the style of the surveys: unique within a simulation, the same whenever asked for."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from nightdesk.simulate.cadence import SLOTS, Field, Ints, Visits
from nightdesk.simulate.light import NO_OVERLAP
from nightdesk.simulate.tables import Table

LETTERS = 26**7
_STEP = 5_432_100_013
"""Spreads neighbouring numbers over the letters; shares no factor with 26."""
_RESIDENTS, _ONCE = 2**26, 2**9
NIGHT_ZERO = 57754
"""MJD that ZTF counts its nights from."""
RUBIN = 170_000_000_000_000_000
"""Ids of Rubin begin here: above 2**53, so that a float cannot hold them."""
_SOURCES, _FORCED, _OBJECTS = RUBIN, RUBIN + 10**16, RUBIN + 2 * 10**16


def object_numbers(table: Table, field: Field, night: int, slot: int) -> Ints:
    """Number objects uniquely below 26**7; things seen once are numbered by the visit."""
    once = table["rank"] >= NO_OVERLAP
    settled = (field.number % 1024) * 2**16 + table["number"]
    row = np.cumsum(once) - 1
    if len(row) and int(row[-1]) >= _ONCE:
        msg = f"more than {_ONCE} single detections in a visit; lower the density"
        raise ValueError(msg)
    passing = _RESIDENTS + ((night % 64) * SLOTS + slot) * _ONCE + row
    numbers: Ints = np.where(once, passing, settled).astype(np.int64)
    return numbers


def ztf_names(numbers: Ints, years: Ints, seed: int) -> list[str]:
    """Spell numbers as ``ZTF18abcdefg``."""
    names = []
    for number, year in zip(numbers.tolist(), years.tolist(), strict=True):
        rest, letters = (number * _STEP + seed * 7_919) % LETTERS, ""
        for _ in range(7):
            rest, letter = divmod(rest, 26)
            letters = chr(97 + letter) + letters
        names.append(f"ZTF{year % 100:02d}{letters}")
    return names


def ztf_pid(visits: Visits, chip: NDArray[np.int64]) -> Ints:
    """Return ZTF's processing ids (night, time of day, readout channel); arguments broadcast."""
    day = np.floor((visits.mjd - np.floor(visits.mjd)) * 1e5).astype(np.int64)
    nights = np.floor(visits.mjd).astype(np.int64) - NIGHT_ZERO
    return ((nights * 10**5 + day) * 100 + chip) * 100 + 15


def ztf_candid(pid: Ints, positive: NDArray[np.bool_], rank: Ints) -> Ints:
    """Return candidate ids: the image, the sign of the subtraction, and the place in its list."""
    return pid * 10**6 + np.where(positive, 15000, 10000) + rank


def _rubin(base: int, visits: Visits, within: Ints) -> Ints:
    # 23 bits for the visit's object, the rest for the visit
    return base + (((visits.night - 60000) * SLOTS + visits.slot) << 23) + within


def rubin_visit(night: Ints, slot: Ints) -> Ints:
    """Return visit ids: the date and the number of the exposure, as in 2026030500055."""
    dates = np.datetime64("1858-11-17") + night.astype("timedelta64[D]")
    text = np.char.replace(dates.astype(str), "-", "")
    found: Ints = text.astype(np.int64) * 100_000 + slot
    return found


def rubin_object(numbers: Ints, seed: int) -> Ints:
    """Return diaObject ids."""
    return _OBJECTS + (numbers * _STEP + seed * 7_919) % LETTERS * 131_072 + numbers % 131_071


def rubin_source(visits: Visits, table: Table) -> Ints:
    """Return diaSource ids; arguments broadcast."""
    once = table["rank"] >= NO_OVERLAP
    within = np.where(once, 2**22 + table["rank"] * 1024 + table["chip"], table["number"])
    return _rubin(_SOURCES, visits, within)


def rubin_forced(visits: Visits, numbers: Ints) -> Ints:
    """Return diaForcedSource ids; arguments broadcast."""
    return _rubin(_FORCED, visits, numbers)


@cache
def survey_day(night: int) -> str:
    """Return the name of a night, ``20231012``."""
    return str(np.datetime64("1858-11-17") + np.timedelta64(night, "D")).replace("-", "")
