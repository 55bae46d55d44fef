"""What a record must have: an identifier, an object, a position, a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from functools import partial
from typing import Final

import numpy as np
import polars as pl

from nightdesk.alerts.columns import Mask
from nightdesk.alerts.layout import SOURCE
from nightdesk.alerts.parts import Part
from nightdesk.surveys import Survey

Check = tuple[Mask, Callable[[int], str]]
"""Which records fail, and why one does."""

_CALENDAR: Final = (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))


def faults(part: Part, survey: Survey) -> dict[int, str]:
    """Return why payloads are refused: payload -> reason of its first record that lacks something."""
    reasons: dict[int, str] = {}
    for failing, why in _checks(part, survey):
        for row in np.flatnonzero(failing).tolist():
            reasons.setdefault(row, why(row))
    found: dict[int, str] = {}
    for row in sorted(reasons):
        found.setdefault(int(part.source[row]), reasons[row])
    return found


def _checks(part: Part, survey: Survey) -> Iterator[Check]:
    frame = part.frame
    yield from _calendar(part)
    yield ~part.triggered, lambda _: f"record lacks {survey.source}"
    known = _identified(frame, survey.id, survey, text=False)
    yield ~known, lambda _: f"record lacks {_raw(survey.id, survey)}"
    named = np.zeros(frame.height, np.bool_)
    for name in survey.object:
        named |= _identified(frame, name.field, survey, text=True)
    fields = " and ".join(_raw(name.field, survey) for name in survey.object)
    yield ~named, lambda _: f"record names no object: it lacks {fields}"
    ra, dec = _numbers(frame, survey.ra), _numbers(frame, survey.dec)
    placed = (ra.is_between(0, 360) & dec.is_between(-90, 90)).fill_null(value=False).to_numpy()
    yield ~placed, lambda row: f"({ra[row]}, {dec[row]}) is not a position in degrees"
    time = _numbers(frame, f"{SOURCE}.{survey.time.field}")
    yield (
        ~time.is_finite().fill_null(value=False).to_numpy(),
        lambda _: f"record lacks {survey.source}.{survey.time.field}",
    )


def _calendar(part: Part) -> Iterator[Check]:
    """Refuse times that Python has no value for; Polars would hold them."""
    for frame, owner in (
        (part.frame, None),
        (part.prv.values, part.prv.owner),
        (part.fp.values, part.fp.owner),
    ):
        for column in frame.select(pl.selectors.temporal()).get_columns():
            first, last = _CALENDAR if isinstance(column.dtype, pl.Datetime) else (date.min, date.max)
            wrong = ~column.is_between(first, last).fill_null(value=True).to_numpy()
            if wrong.any():
                records = np.zeros(len(part.source), np.bool_)
                records[wrong if owner is None else owner[wrong]] = True
                yield records, partial(_uncalendared, column.name)


def _uncalendared(name: str, _row: int) -> str:
    return f"corrupt: {name} is out of the calendar"


def _identified(frame: pl.DataFrame, column: str, survey: Survey, *, text: bool) -> Mask:
    """Return where a column has an identifier: an integer that does not stand for none, or some text."""
    there = np.zeros(frame.height, np.bool_)
    if column not in frame.columns:
        return there
    values = frame.get_column(column)
    if values.dtype == pl.Int64():
        there = (values.is_not_null() & ~values.is_in(list(survey.null_ids))).to_numpy()
    elif text and values.dtype == pl.String():
        there = (values != "").fill_null(value=False).to_numpy()
    return there


def _numbers(frame: pl.DataFrame, column: str) -> pl.Series:
    """Return a column of floats; nulls where it is none."""
    if column in frame.columns and frame.schema[column] == pl.Float64():
        return frame.get_column(column)
    return pl.Series(column, [None], pl.Float64).new_from_index(0, frame.height)


def _raw(column: str, survey: Survey) -> str:
    return column.replace(f"{SOURCE}.", f"{survey.source}.", 1)
