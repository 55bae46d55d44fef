"""The table of a photometric series: named columns of one length."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from nightdesk_services.marshal.exceptions import Invalid

Column = npt.NDArray[Any]
Table = dict[str, Column]

MOST_BYTES: Final = 10_000_000
"""Of a table in memory."""
MOST_COLUMNS: Final = 200
TIMES: Final = ("mjd", "mjds")
FLUXES: Final = ("flux", "fluxes")
MAGNITUDES: Final = ("mag", "mags", "magnitudes")
_INFERRED: Final = {
    "ra": ("ra", "RA", "Ra"),
    "dec": ("dec", "DEC", "Dec"),
    "exp_time": ("exp_time", "exptime", "exposure", "exposure_time", "EXPTIME", "EXP_TIME"),
    "limiting_mag": ("limiting_mag",),
}
_FILTERS: Final = ("filter", "FILTER", "Filter", "filtercode")
_NAME: Final = re.compile(r"[\w+\- ]{1,64}")


def table_of(columns: Mapping[str, list[Any]]) -> Table:
    """Return lists as a table; null is NaN in a column of numbers.

    Raises
    ------
    Invalid
        If a column holds neither numbers nor words; names it.
    """
    return checked({name: _column(name, values) for name, values in columns.items()})


def checked(table: Table) -> Table:
    """Return a table that is one, sorted by time.

    Raises
    ------
    Invalid
        If it has no time or no brightness, or is too large.
    """
    if len(table) > MOST_COLUMNS:
        raise Invalid(f"data: at most {MOST_COLUMNS} columns, not {len(table)}")
    for name in table:
        if _NAME.fullmatch(name) is None:
            raise Invalid(f"data: {name!r} is no name of a column: letters, digits, _, - and +")
    if column(table, TIMES) is None:
        raise Invalid("data: lacks the column mjd")
    if column(table, (*FLUXES, *MAGNITUDES)) is None:
        raise Invalid("data: lacks a column flux or mag")
    lengths = {name: len(values) for name, values in table.items()}
    count = lengths[next(name for name in TIMES if name in table)]
    if count == 0:
        raise Invalid("data: has no rows")
    for name, length in lengths.items():
        if length != count:
            raise Invalid(f"data.{name}: has {length} values, mjd has {count}")
    if sum(values.nbytes for values in table.values()) > MOST_BYTES:
        raise Invalid(f"data: more than {MOST_BYTES // 1_000_000} MB")
    for name in (*TIMES, *FLUXES, *MAGNITUDES, "fluxerr", "magerr"):
        if name in table and table[name].dtype.kind not in "fi":
            raise Invalid(f"data.{name}: must be numbers")
    times = numbers(table, TIMES)
    if not np.isfinite(times).all():
        raise Invalid(f"data.mjd: row {int((~np.isfinite(times)).argmax())}: is missing")
    order = np.argsort(times, kind="stable")
    return {name: values[order] for name, values in table.items()}


def column(table: Table, names: tuple[str, ...]) -> Column | None:
    """Return the first of some columns that is there."""
    return next((table[name] for name in names if name in table), None)


def numbers(table: Table, names: tuple[str, ...]) -> npt.NDArray[np.float64]:
    """Return a column as doubles, NaN where it is not there."""
    found = column(table, names)
    if found is None or found.dtype.kind not in "fiub":
        return np.full(len(next(iter(table.values()))), np.nan)
    return found.astype(np.float64)


def inferred(table: Table) -> dict[str, Any]:
    """Return what a table says of its series: medians of place and exposure, and the filter if it is one."""
    made: dict[str, Any] = {}
    for field, names in _INFERRED.items():
        values = numbers(table, names)
        if np.isfinite(values).any():
            made[field] = float(np.nanmedian(values))
    words = column(table, _FILTERS)
    if words is not None and words.dtype.kind == "U" and len(set(words.tolist())) == 1:
        made["filter"] = str(words[0])
    return made


def lists(table: Table) -> dict[str, list[Any]]:
    """Return the columns as lists, null for NaN."""
    return {name: _plain(values) for name, values in table.items()}


def _plain(values: Column) -> list[Any]:
    if values.dtype.kind != "f":
        return list(values.tolist())
    finite = np.isfinite(values)
    if finite.all():
        return list(values.tolist())
    return [value if good else None for value, good in zip(values.tolist(), finite.tolist(), strict=True)]


def _column(name: str, values: list[Any]) -> Column:
    kinds = {type(value) for value in values if value is not None}
    try:
        if kinds <= {bool} and kinds and None not in values:
            return np.array(values, dtype=bool)
        if kinds == {int} and None not in values:
            return np.array(values, dtype=np.int64)
        if kinds <= {int, float}:
            return np.array([np.nan if v is None else v for v in values], dtype=np.float64)
        if kinds == {str}:
            # a column is as wide as its longest word
            if 4 * len(values) * max(map(len, filter(None, values)), default=0) > MOST_BYTES:
                raise Invalid(f"data.{name}: more than {MOST_BYTES // 1_000_000} MB")
            "".join(filter(None, values)).encode()
            return np.array(["" if v is None else v for v in values], dtype=np.str_)
    except UnicodeEncodeError as error:
        raise Invalid(f"data.{name}: {error}") from error
    except OverflowError as error:
        raise Invalid(f"data.{name}: a number is too large") from error
    raise Invalid(f"data.{name}: must be all numbers or all words")
