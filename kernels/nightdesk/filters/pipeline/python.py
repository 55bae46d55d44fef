"""Between columns and Python's own values."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from nightdesk.filters.pipeline import kinds as k
from nightdesk.filters.pipeline.kinds import full
from nightdesk.filters.pipeline.values import Fields, Later, Lazy, Values
from nightdesk.filters.pipeline.words import EMPTY, Words


class Missing:
    """What is not there."""

    def __repr__(self) -> str:
        return "missing"

    def __bool__(self) -> bool:
        return False


ABSENT: Final = Missing()
_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MILLISECOND: Final = dt.timedelta(milliseconds=1)


@dataclass(frozen=True)
class Failure:
    """A value that could not be computed."""

    message: str


def milliseconds(moment: dt.datetime) -> int:
    """Return a date as milliseconds since 1970, UTC; without a zone it is UTC."""
    return ((moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)) - _EPOCH) // _MILLISECOND


def moment(since: int) -> dt.datetime:
    """Return milliseconds since 1970 as a date in UTC."""
    return _EPOCH + since * _MILLISECOND


def from_python(items: Sequence[Any]) -> Values:
    """Return Python values as a column.

    Integers that fit 32 bits are of kind int, others long, as drivers write them. Dates without a time zone
    are UTC.

    Raises
    ------
    TypeError
        If a value is of a type that an alert cannot hold.
    """
    n = len(items)
    kind, i, f = np.zeros(n, np.uint8), np.zeros(n, np.int64), np.zeros(n)
    words: dict[Any, int] = {}
    elements: list[Any] = []
    length: np.ndarray[Any, Any] | None = None
    names: dict[str, None] = {}
    for row, item in enumerate(items):
        code, number = _scalar(item)
        kind[row] = code
        if code == k.DOUBLE:
            f[row] = number
        elif code in (k.STRING, k.BINARY, k.ERROR):
            i[row] = words.setdefault(number, len(words))
        elif code == k.ARRAY:
            length = np.zeros(n, np.int64) if length is None else length
            i[row], length[row] = len(elements), len(item)
            elements.extend(None if element is ABSENT else element for element in item)
        elif code == k.OBJECT:
            names.update(dict.fromkeys(item))
        else:
            i[row] = number
    return Values(
        kind,
        i,
        f,
        Words(words) if words else EMPTY,
        length,
        None if length is None else from_python(elements),
        _fields(items, list(names)) if (kind == k.OBJECT).any() else None,
    )


def _fields(items: Sequence[Any], names: list[str]) -> Fields:
    def of(name: str) -> Lazy:
        return Later(
            lambda: from_python(
                [item.get(name, ABSENT) if isinstance(item, Mapping) else ABSENT for item in items]
            )
        )

    return Fields({name: of(name) for name in names})


def _scalar(item: Any) -> tuple[int, Any]:  # noqa: PLR0912 - one branch a type
    if isinstance(item, float):
        return k.DOUBLE, item
    if item is None:
        return k.NULL, 0
    if isinstance(item, bool | np.bool_):
        return k.BOOL, int(item)
    if isinstance(item, int | np.integer):
        if not -(2**63) <= item < 2**63:
            msg = f"an integer has at most 64 bits: {item}"
            raise TypeError(msg)
        return (k.INT if -(2**31) <= item < 2**31 else k.LONG), int(item)
    if isinstance(item, str):
        return k.STRING, str(item)
    if isinstance(item, Mapping):
        return k.OBJECT, 0
    if isinstance(item, list | tuple | np.ndarray):
        return k.ARRAY, 0
    if item is ABSENT:
        return k.MISSING, 0
    if isinstance(item, np.floating):
        return k.DOUBLE, float(item)
    if isinstance(item, dt.datetime):
        return k.DATE, milliseconds(item)
    if isinstance(item, bytes):
        return k.BINARY, bytes(item)
    if isinstance(item, Failure):
        return k.ERROR, item.message
    msg = f"no value of an alert: {type(item).__name__}"
    raise TypeError(msg)


def to_python(values: Values) -> list[Any]:
    """Return a column as Python values: `ABSENT` where missing, `Failure` where it could not be computed."""
    if not len(values):
        return []
    if values.mask & (values.mask - 1) == 0:  # all of one kind
        kind = values.mask.bit_length() - 1
        return [ABSENT] * len(values) if kind == k.MISSING else _of_kind(values, kind)
    out: list[Any] = [ABSENT] * len(values)
    for code in range(1, len(k.NAMES)):
        if values.mask & (1 << code):
            rows = np.flatnonzero(values.kind == code)
            for row, item in zip(rows.tolist(), _of_kind(values.take(rows), code), strict=True):
                out[row] = item
    return out


def _of_kind(values: Values, code: int) -> list[Any]:
    if code == k.NULL:
        return [None] * len(values)
    if code in (k.INT, k.LONG):
        return values.i.tolist()
    if code == k.DOUBLE:
        return values.f.tolist()
    if code == k.BOOL:
        return [bool(number) for number in values.i.tolist()]
    if code == k.DATE:
        return [moment(number) for number in values.i.tolist()]
    if code in (k.STRING, k.BINARY):
        return [values.words.items[place] for place in values.i.tolist()]
    if code == k.ERROR:
        return [Failure(values.words.items[place]) for place in values.i.tolist()]
    if code == k.ARRAY:
        offsets, _, child = values.lists
        items = to_python(child)
        return [items[a:b] for a, b in zip(offsets[:-1].tolist(), offsets[1:].tolist(), strict=True)]
    names = list(values.fields or ())
    fields = [values.field(name) for name in names]
    columns = [to_python(one) for one in fields]
    if columns and not any(one.has(k.bits(k.MISSING)) for one in fields):
        return [dict(zip(names, cells, strict=True)) for cells in zip(*columns, strict=True)]
    return [
        {name: column[row] for name, column in zip(names, columns, strict=True) if column[row] is not ABSENT}
        for row in range(len(values))
    ]


def constant(value: Any) -> Values:
    """Return one Python value as a column of one row."""
    made = from_python([value])
    return Values(
        full(made.kind[0], 1, np.uint8),
        full(made.i[0], 1, np.int64),
        full(made.f[0], 1, np.float64),
        made.words,
        None if made.length is None else full(made.length[0], 1, np.int64),
        made.child,
        made.fields,
    )


def integral(number: float) -> bool:
    """Tell whether a number is whole and of at most 64 bits."""
    return math.isfinite(number) and number == math.floor(number) and -(2.0**63) <= number < 2.0**63
