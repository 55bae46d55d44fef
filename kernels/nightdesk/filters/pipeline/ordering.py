"""BSON's order of values of any type."""

from __future__ import annotations

from typing import Any

import numpy as np

from nightdesk.filters.pipeline import kinds as k
from nightdesk.filters.pipeline.kinds import Array, full, same
from nightdesk.filters.pipeline.values import Values, concatenated

_EXACT = 2**53
_PLACES = k.bits(k.BOOL, k.DATE)
_NESTED = k.bits(k.OBJECT, k.ARRAY)


def compare(a: Values, b: Values) -> Array:
    """Return -1, 0 or 1 where a value is less than, equal to or greater than another, by BSON's order.

    Missing < null < numbers < text < objects < arrays < binary < truth values < dates. Numbers are compared
    by value whatever their type, exactly; NaN is equal to itself and less than all others.
    """
    if a.only(k.NUMBERS) and b.only(k.NUMBERS):
        return _numbers(a, b)
    left, right = k.RANK[a.kind], k.RANK[b.kind]
    order = np.sign(left - right).astype(np.int8)
    both = a.mask & b.mask
    alike = left == right
    if a.has(k.NUMBERS) and b.has(k.NUMBERS):
        order = np.where(alike & a.is_(k.NUMBERS), _numbers(a, b), order)
    if both & k.bits(k.STRING, k.BINARY):
        order = np.where(alike & a.is_(k.bits(k.STRING, k.BINARY)), _words(a, b), order)
    if both & _PLACES:
        order = np.where(alike & a.is_(_PLACES), np.sign(a.i - b.i), order)
    if both & _NESTED:
        rows = np.flatnonzero(alike & a.is_(_NESTED))
        ranks = rank(concatenated([a.take(rows), b.take(rows)]))
        order = order.astype(np.int8)
        order[rows] = np.sign(ranks[: len(rows)] - ranks[len(rows) :])
    return order


def _numbers(a: Values, b: Values) -> Array:
    if a.only(k.INTEGERS) and b.only(k.INTEGERS):
        return (a.i > b.i).astype(np.int8) - (a.i < b.i)
    x, y = a.floats, b.floats
    order = (x > y).astype(np.int8) - (x < y)
    strange = np.isnan(x) | np.isnan(y)
    if strange.any():
        # an integer that is no double has a meaningless entry, never NaN
        order = np.where(strange, np.isnan(y).astype(np.int8) - np.isnan(x), order)
    if a.has(k.bits(k.LONG)) or b.has(k.bits(k.LONG)):
        near = np.flatnonzero((x == y) & (np.abs(x) >= _EXACT) & a.is_(k.NUMBERS) & b.is_(k.NUMBERS))
        for row in near.tolist():
            left, right = _exact(a, row), _exact(b, row)
            order[row] = (left > right) - (left < right)
    return order


def _exact(values: Values, row: int) -> Any:
    return float(values.f[row]) if values.kind[row] == k.DOUBLE else int(values.i[row])


def _words(a: Values, b: Values) -> Array:
    coded = k.bits(k.STRING, k.BINARY)
    x = np.where(a.is_(coded), a.i, 0)
    y = np.where(b.is_(coded), b.i, 0)
    if a.words is not b.words:
        words, places = a.words.merged(b.words)
        y = places[y]
    else:
        words = a.words
    x, y = words.ranks[x], words.ranks[y]
    return np.asarray(np.sign(x - y), np.int8)


def equals(a: Values, b: Values) -> Array:
    """Return where two values are equal; missing equals missing alone."""
    if len(b) and b.constant:
        return equals_one(a, b)
    if a.only(k.bits(k.DOUBLE)) and b.only(k.NUMBERS) and not b.has(k.bits(k.LONG)):
        x, y = a.f, b.floats
        return (x == y) | (np.isnan(x) & np.isnan(y))
    return np.asarray(compare(a, b) == 0)


def equals_one(a: Values, one: Values) -> Array:
    """Return where values are equal to the first of others."""
    kind = one.kind[0]
    if kind == k.STRING:
        return _equals_text(a, one.words.items[int(one.i[0])])
    if kind in (k.BOOL, k.DATE):
        return (a.kind == kind) & (a.i == one.i[0])
    if kind in (k.MISSING, k.NULL):
        return np.asarray(a.kind == kind)
    found = against(a, one, np.equal)
    return np.asarray(compare(a, one.repeat(len(a))) == 0) if found is None else found


def _equals_text(a: Values, text: str) -> Array:
    # one word against many: no order is needed
    place = a.words.index.get(text, -1)
    if same(a.kind) and same(a.i):
        return full(a.kind[0] == k.STRING and a.i[0] == place, len(a), np.bool_)
    return (a.kind == k.STRING) & (a.i == place)


def against(a: Values, one: Values, holds: np.ufunc) -> Array | None:
    """Return where values are numbers that compare with the first of others.

    Parameters
    ----------
    holds
        One of NumPy's comparisons.

    Returns
    -------
    truth
        None where that is no number, or NaN, or doubles are not exact enough for it.
    """
    if one.kind[0] not in (k.INT, k.LONG, k.DOUBLE):
        return None
    number = _exact(one, 0)
    whole = isinstance(number, int)
    if abs(number) > _EXACT if whole else np.isnan(number) or a.has(k.bits(k.LONG)):
        return None
    found: Array | None = None
    if a.has(k.INTEGERS):
        found = holds(a.i, number)
    if a.has(k.bits(k.DOUBLE)):
        doubles = holds(a.f, float(number))
        found = doubles if found is None else np.where(a.kind == k.DOUBLE, doubles, found)
    if found is None:
        return np.zeros(len(a), bool)
    return found if a.only(k.NUMBERS) else found & a.is_(k.NUMBERS)


def rank(values: Values) -> Array:
    """Return an integer for each value: equal where values are, and in their order."""
    codes = np.zeros(len(values), np.int64)
    classes = k.RANK[values.kind]
    base = 0
    for one in np.unique(classes).tolist():
        rows = np.flatnonzero(classes == one)
        part = values if len(rows) == len(values) else values.take(rows)
        inner = _rank_alike(part)
        codes[rows] = base + inner
        base += int(inner.max()) + 1
    return codes


def _rank_alike(part: Values) -> Array:
    if part.only(k.NULLISH | k.bits(k.ERROR)):
        return np.zeros(len(part), np.int64)
    if part.only(k.NUMBERS):
        return _rank_numbers(part)
    if part.only(k.bits(k.STRING, k.BINARY)):
        return _dense(part.words.ranks[part.i])
    if part.only(_PLACES):
        return _dense(part.i)
    return _rank_keys(_array_keys(part) if part.only(k.bits(k.ARRAY)) else _object_keys(part))


def _dense(keys: Array) -> Array:
    return np.asarray(np.unique(keys, return_inverse=True)[1], np.int64)


def _rank_numbers(part: Values) -> Array:
    if part.only(k.INTEGERS):
        return _dense(part.i)
    numbers = part.floats
    if part.has(k.bits(k.LONG)) and (np.abs(numbers) >= _EXACT).any():
        exact = [_exact(part, row) for row in range(len(part))]
        return _rank_keys([(0, 0) if number != number else (1, number) for number in exact])  # noqa: PLR0124
    nan = np.isnan(numbers)
    if not nan.any():
        return _dense(numbers)
    codes = np.zeros(len(part), np.int64)
    codes[~nan] = 1 + _dense(numbers[~nan])
    return codes


def _rank_keys(keys: list[Any]) -> Array:
    order = {key: place for place, key in enumerate(sorted(set(keys)))}
    return np.array([order[key] for key in keys], np.int64)


def _array_keys(part: Values) -> list[Any]:
    offsets, _, items = part.lists
    codes = rank(items).tolist()
    return [tuple(codes[a:b]) for a, b in zip(offsets[:-1].tolist(), offsets[1:].tolist(), strict=True)]


def _object_keys(part: Values) -> list[Any]:
    keys: list[list[Any]] = [[] for _ in range(len(part))]
    for name in part.fields or ():
        column = part.field(name)
        codes, classes = rank(column).tolist(), k.RANK[column.kind].tolist()
        for key, kind, code in zip(keys, classes, codes, strict=True):
            if kind:
                key.append((kind, name, code))
    return [tuple(key) for key in keys]
