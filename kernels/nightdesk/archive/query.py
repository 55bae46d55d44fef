"""What is asked of the archive: which nights, which part of the sky, which columns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import polars as pl

from nightdesk import sky
from nightdesk.archive.nights import limits, night_of
from nightdesk.archive.schema import CUTOUT, Columns
from nightdesk.client.when import When, julian_date, moment
from nightdesk.surveys import Survey

_DAY: Final = re.compile(r"^\s*(\d{4})-?(\d\d)-?(\d\d)\s*$")
_JD_ZERO: Final = 2_400_000.5


@dataclass(frozen=True)
class Cone:
    """A circle on the sky, and the pixels that cover it."""

    ra: float
    dec: float
    radius: float
    """Arcseconds."""
    column: str
    pixels: tuple[int, ...]
    """Sorted nested pixels of the column."""

    @classmethod
    def of(cls, ra: float, dec: float, radius: float) -> Cone:
        """Return a cone; see `nightdesk.sky.cone`."""
        column, pixels = sky.cone(ra, dec, radius)
        return cls(float(ra), float(dec), float(radius), column, tuple(pixels))

    @property
    def order(self) -> int:
        """HEALPix order of the pixels."""
        return int(self.column.removeprefix("hpx"))

    def holds(self) -> pl.Expr:
        """Return whether an alert lies in the cone."""
        ra, dec = pl.col("ra").radians(), pl.col("dec").radians()
        lon, lat = np.radians(self.ra), np.radians(self.dec)
        # haversine, as in nightdesk.sky.separation
        a = ((dec - lat) / 2).sin() ** 2 + dec.cos() * np.cos(lat) * ((ra - lon) / 2).sin() ** 2
        distance = (2 * a.clip(0, 1).sqrt().arcsin()).degrees() * 3600
        # the range is what row groups are skipped by
        column = pl.col(self.column)
        near = column.is_between(self.pixels[0], self.pixels[-1])
        inside = column.is_in(pl.lit(pl.Series(self.pixels, dtype=pl.Int64)).implode())
        return near & inside & (distance <= self.radius)


@dataclass(frozen=True)
class Query:
    """What is asked."""

    columns: Columns
    """Columns of the answer, in order."""
    first: float | None = None
    """Earliest JD (UTC), inclusive."""
    last: float | None = None
    """Latest JD (UTC), inclusive."""
    cone: Cone | None = None

    def conditions(self) -> list[pl.Expr]:
        """Return what an alert of the answer fulfils."""
        found = []
        if self.first is not None:
            found.append(pl.col("jd") >= self.first)
        if self.last is not None:
            found.append(pl.col("jd") <= self.last)
        if self.cone:
            found.append(self.cone.holds())
        return found

    def nights(self, there: Iterable[int], survey: Survey) -> list[int]:
        """Return which of the nights can hold alerts of the answer."""
        low = night_of(self.first, survey) if self.first is not None else 0
        high = night_of(self.last, survey) if self.last is not None else 99_999_999
        return [night for night in there if low <= night <= high]


def julian(when: When, survey: Survey, *, end: bool = False) -> float | None:
    """Return the JD (UTC) of a time or of a night's beginning or end.

    Parameters
    ----------
    when
        A night: a date, ``"2026-09-15"``, ``"20260915"`` or ``20260915``. Or a time: a JD or an MJD (UTC)
        as a number, which is taken as it is, or anything else that `nightdesk.client.when.moment` reads.
    end
        Whether a night stands for its last moment.

    Raises
    ------
    ValueError
        If it is none of these.
    """
    night = _night(when)
    if night is not None:
        low, high = limits(night, survey)
        return float(np.nextafter(high, low)) if end else low
    if isinstance(when, int | float):
        return float(when) if when > 1_000_000 else when + _JD_ZERO
    found = moment(when)
    return None if found is None else julian_date(found)


def chosen(columns: Sequence[str] | None, there: Columns) -> Columns:
    """Return the columns of an answer: those named, in that order, or all but the cutouts.

    Raises
    ------
    ValueError
        If a column is in no alert of the survey's archive.
    """
    if columns is None:
        return {name: dtype for name, dtype in there.items() if not name.startswith(CUTOUT)}
    if unknown := [name for name in columns if name not in there]:
        msg = f"the archive has no column {', '.join(map(repr, unknown))}"
        raise ValueError(msg)
    return {name: there[name] for name in columns}


def _night(when: When) -> int | None:
    if type(when) is date:
        return when.year * 10_000 + when.month * 100 + when.day
    if isinstance(when, str) and (found := _DAY.match(when)):
        return int("".join(found.groups()))
    # a JD has seven digits, a night eight
    return when if isinstance(when, int) and when >= 10_000_000 else None
