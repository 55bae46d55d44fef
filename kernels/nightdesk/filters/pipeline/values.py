"""A column of values of any type, as arrays."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar, NamedTuple, Protocol

import numpy as np

from nightdesk.filters.pipeline import kinds as k
from nightdesk.filters.pipeline.kinds import Array, full, pick, same
from nightdesk.filters.pipeline.words import EMPTY, Words


class Lazy(Protocol):
    """A column that is made when it is asked for."""

    @property
    def costly(self) -> bool:
        """Whether making fewer rows of it takes less: it is reckoned, not read."""
        ...

    def load(self) -> Values:
        """Return the column."""
        ...

    def take(self, index: Array) -> Lazy:
        """Return some rows of it, still not made."""
        ...


class Fields:
    """The fields of a column of objects, by name; where an object lacks a field, the field is missing."""

    def __init__(self, columns: dict[str, Lazy | Values]) -> None:
        self._columns = columns

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __contains__(self, name: str) -> bool:
        return name in self._columns

    def get(self, name: str) -> Values | None:
        """Return a field, made now if need be."""
        column = self._columns.get(name)
        if column is not None and not isinstance(column, Values):
            column = self._columns[name] = column.load()
        return column

    def lazy(self, name: str) -> Lazy | Values:
        """Return a field as it is."""
        return self._columns[name]

    def take(self, index: Array) -> Fields:
        """Return the fields of some of the objects."""
        return _Taken(self, index)


class _Taken(Fields):
    """The fields of some objects; objects have many, and a filter asks for few."""

    def __init__(self, whole: Fields, index: Array) -> None:
        super().__init__({})
        self._whole = whole
        self._index = index

    def __iter__(self) -> Iterator[str]:
        return iter(self._whole)

    def __contains__(self, name: str) -> bool:
        return name in self._whole

    def get(self, name: str) -> Values | None:
        """Return a field, made now if need be."""
        if name in self._whole:
            self.lazy(name)
        return super().get(name)

    def lazy(self, name: str) -> Lazy | Values:
        """Return a field as it is."""
        column = self._columns.get(name)
        if column is None:
            column = self._columns[name] = _later(self._whole.lazy(name), self._index)
        return column


def _later(column: Lazy | Values, index: Array) -> Lazy:
    return Later(lambda: column.take(index)) if isinstance(column, Values) else column.take(index)


@dataclass(slots=True)
class Later:
    """A column made by a function."""

    make: Callable[[], Values]
    made: Values | None = None
    costly: ClassVar[bool] = False

    def load(self) -> Values:
        """Return the column."""
        if self.made is None:
            self.made = self.make()
        return self.made

    def take(self, index: Array) -> Later:
        """Return some rows of it: the whole is made once, whoever asks first."""
        return Later(lambda: self.load().take(index))


@dataclass(slots=True, eq=False)
class Values:
    """Values of any type, one a row.

    What a row holds is told by its kind: for integers, truth values and dates (milliseconds since 1970, UTC)
    ``i``; for doubles ``f``; for text and bytes ``i``, the place in ``words``; for arrays the elements
    ``child[i : i + length]``; for objects ``fields``. Entries that a kind does not use mean nothing.
    """

    kind: Array
    """Shape (rows,), uint8: one of `kinds`."""
    i: Array
    """Shape (rows,), int64."""
    f: Array
    """Shape (rows,), float64."""
    words: Words = EMPTY
    length: Array | None = None
    child: Values | None = None
    fields: Fields | None = None
    _mask: int = field(default=-1, repr=False)

    def __len__(self) -> int:
        return len(self.kind)

    @property
    def mask(self) -> int:
        """Kinds that occur, as bits."""
        if self._mask < 0:
            if not len(self):
                self._mask = 0
            elif same(self.kind):
                self._mask = 1 << int(self.kind[0])
            else:
                self._mask = int(np.bitwise_or.reduce(k.BIT[self.kind]))
        return self._mask

    def only(self, allowed: int) -> bool:
        """Tell whether all kinds are in a set of kinds."""
        return not self.mask & ~allowed

    def has(self, wanted: int) -> bool:
        """Tell whether a kind of a set occurs."""
        return bool(self.mask & wanted)

    def holds(self, wanted: int) -> bool:
        """Tell whether a kind of a set may occur, in fields and elements too, which are made for that."""
        if self.has(wanted) or (self.child is not None and self.child.holds(wanted)):
            return True
        return any(self.field(name).holds(wanted) for name in self.fields or ())

    def is_(self, wanted: int) -> Array:
        """Return where the kind is in a set of kinds."""
        return k.among(self.kind, wanted)

    @property
    def constant(self) -> bool:
        """Whether it is one value many times, no object."""
        parts = (self.kind, self.i, self.f, *(() if self.length is None else (self.length,)))
        return all(same(part) for part in parts) and not self.has(k.bits(k.OBJECT))

    @property
    def floats(self) -> Array:
        """The numbers as doubles; anything else has a meaningless entry."""
        if self.only(k.bits(k.DOUBLE)):
            return self.f
        if not self.has(k.bits(k.DOUBLE)):
            return (
                full(float(self.i[0]), len(self), np.float64) if same(self.i) else self.i.astype(np.float64)
            )
        return np.where(self.kind == k.DOUBLE, self.f, self.i)

    def take(self, index: Array) -> Values:
        """Return the rows at given places; at a negative one the value is missing."""
        gap = len(index) > 0 and bool(index.min() < 0)
        if gap and not len(self):
            return missing(len(index))
        at = np.where(index < 0, 0, index) if gap else index
        kind = pick(self.kind, at)
        return Values(
            np.where(index < 0, np.uint8(k.MISSING), kind) if gap else kind,
            pick(self.i, at),
            pick(self.f, at),
            self.words,
            None if self.length is None else pick(self.length, at),
            self.child,
            None if self.fields is None else self.fields.take(at),
        )

    def repeat(self, n: int) -> Values:
        """Return the first row n times."""
        return Values(
            full(self.kind[0], n, np.uint8),
            full(self.i[0], n, np.int64),
            full(self.f[0], n, np.float64),
            self.words,
            None if self.length is None else full(self.length[0], n, np.int64),
            self.child,
            None if self.fields is None else Fields({name: self._repeated(name, n) for name in self.fields}),
        )

    def _repeated(self, name: str, n: int) -> Later:
        return Later(lambda: self.field(name).repeat(n))

    def with_kind(self, where: Array, kind: int) -> Values:
        """Return the values with another kind (missing or null) at some rows."""
        if not where.any():
            return self
        return replace(self, kind=np.where(where, np.uint8(kind), self.kind), _mask=-1)

    def field(self, name: str) -> Values:
        """Return a field of the objects; missing in rows that hold no object."""
        found = self.fields.get(name) if self.fields is not None else None
        if found is None:
            return missing(len(self))
        return found if self.only(k.bits(k.OBJECT)) else found.with_kind(self.kind != k.OBJECT, k.MISSING)

    @property
    def lists(self) -> Lists:
        """The elements of the arrays, one after the other; rows that hold no array have none."""
        n = len(self)
        if self.child is None or self.length is None or not self.has(k.bits(k.ARRAY)):
            return Lists(np.zeros(n + 1, np.int64), np.zeros(0, np.int64), missing(0))
        length = self.length if self.only(k.bits(k.ARRAY)) else np.where(self.kind == k.ARRAY, self.length, 0)
        offsets = np.concatenate([[0], np.cumsum(length)]).astype(np.int64)
        owner = np.repeat(np.arange(n, dtype=np.int64), length)
        total = int(offsets[-1])
        in_place = total == len(self.child) and bool(((self.i == offsets[:-1]) | (length == 0)).all())
        if in_place:
            return Lists(offsets, owner, self.child)
        return Lists(offsets, owner, self.child.take(np.arange(total) + (self.i - offsets[:-1])[owner]))


class Lists(NamedTuple):
    """The elements of a column of arrays."""

    offsets: Array
    """Shape (rows + 1,): the elements of row ``r`` are ``items[offsets[r]:offsets[r + 1]]``."""
    owner: Array
    """Row of each element."""
    items: Values

    @property
    def position(self) -> Array:
        """Place of each element in its array."""
        return np.arange(len(self.owner)) - self.offsets[:-1][self.owner]

    @property
    def lengths(self) -> Array:
        """Elements of each row."""
        return np.diff(self.offsets)

    def keep(self, wanted: Array) -> Lists:
        """Return the arrays with some of their elements."""
        chosen = np.flatnonzero(wanted)
        offsets = np.concatenate([[0], np.cumsum(wanted)])[self.offsets]
        return Lists(offsets, self.owner[chosen], self.items.take(chosen))

    def values(self) -> Values:
        """Return the arrays as a column."""
        n = len(self.offsets) - 1
        return Values(
            full(k.ARRAY, n, np.uint8),
            self.offsets[:-1],
            full(0.0, n, np.float64),
            length=self.lengths,
            child=self.items,
        )


def missing(n: int) -> Values:
    """Return n missing values."""
    return uniform(k.MISSING, n)


def null(n: int) -> Values:
    """Return n nulls."""
    return uniform(k.NULL, n)


def uniform(kind: int, n: int) -> Values:
    """Return n values of one kind without content."""
    return Values(full(kind, n, np.uint8), full(0, n, np.int64), full(0.0, n, np.float64))


def doubles(numbers: Array) -> Values:
    """Return doubles."""
    n = len(numbers)
    return Values(full(k.DOUBLE, n, np.uint8), full(0, n, np.int64), numbers)


def integers(numbers: Array, kind: int | Array = k.INT) -> Values:
    """Return integers; of kind int where they fit 32 bits and long elsewhere, unless a kind is given."""
    n = len(numbers)
    kinds = full(kind, n, np.uint8) if isinstance(kind, int) else kind
    if n and (numbers.max() > 2**31 - 1 or numbers.min() < -(2**31)):
        fits = (numbers <= 2**31 - 1) & (numbers >= -(2**31))
        kinds = np.where(fits, kinds, np.uint8(k.LONG))
    return Values(kinds, numbers.astype(np.int64, copy=False), full(0.0, n, np.float64))


def booleans(truth: Array) -> Values:
    """Return truth values."""
    n = len(truth)
    return Values(full(k.BOOL, n, np.uint8), truth.astype(np.int64), full(0.0, n, np.float64))


def dates(milliseconds: Array) -> Values:
    """Return dates."""
    n = len(milliseconds)
    return Values(full(k.DATE, n, np.uint8), milliseconds, full(0.0, n, np.float64))


def coded(places: Array, words: Words, kind: int = k.STRING) -> Values:
    """Return words of a vocabulary."""
    n = len(places)
    return Values(full(kind, n, np.uint8), places, full(0.0, n, np.float64), words)


def errors(message: str, n: int) -> Values:
    """Return n values that could not be computed."""
    return coded(full(0, n, np.int64), Words([message]), k.ERROR)


def objects(columns: dict[str, Lazy | Values], n: int) -> Values:
    """Return n objects of the given fields."""
    return replace(uniform(k.OBJECT, n), fields=Fields(columns))


def where(condition: Array, yes: Values, no: Values) -> Values:
    """Return one column where a condition holds and another elsewhere."""
    if condition.all():
        return yes
    if not condition.any():
        return no
    words, places = (
        (yes.words, None) if no.words is yes.words or not no.words.items else yes.words.merged(no.words)
    )
    other = no.i if places is None else _translated(no, places)
    child, shift = yes.child, 0
    if no.child is not None and no.child is not yes.child:
        child, shift = (
            (no.child, 0) if yes.child is None else (concatenated([yes.child, no.child]), len(yes.child))
        )
    if shift:
        other = np.where(no.kind == k.ARRAY, other + shift, other)
    length = yes.length if no.length is None else no.length
    if yes.length is not None and no.length is not None:
        length = np.where(condition, yes.length, no.length)
    return Values(
        np.where(condition, yes.kind, no.kind),
        np.where(condition, yes.i, other),
        np.where(condition, yes.f, no.f),
        words,
        length,
        child,
        _fields_where(condition, yes, no),
    )


def _translated(values: Values, places: Array) -> Array:
    if not len(places) or not values.has(k.WORDS):
        return values.i
    coded_ = values.is_(k.WORDS)
    return np.where(coded_, places[np.where(coded_, values.i, 0)], values.i)


def _fields_where(condition: Array, yes: Values, no: Values) -> Fields | None:
    if yes.fields is None or no.fields is None:
        return no.fields if yes.fields is None else yes.fields

    def of(name: str) -> Later:
        return Later(lambda: where(condition, yes.field(name), no.field(name)))

    return Fields({name: of(name) for name in dict.fromkeys([*yes.fields, *no.fields])})


def concatenated(parts: Sequence[Values]) -> Values:
    """Return columns one below the other."""
    parts = [part for part in parts if len(part)] or list(parts[:1])
    if len(parts) == 1:
        return parts[0]
    words, columns = parts[0].words, [parts[0].i]
    for part in parts[1:]:
        if part.words is words or not part.words.items:
            columns.append(part.i)
        else:
            words, places = words.merged(part.words)
            columns.append(_translated(part, places))
    children: list[Values] = []
    starts: dict[int, int] = {}
    lengths: list[Array] = []
    total = 0
    for place, part in enumerate(parts):
        lengths.append(full(0, len(part), np.int64) if part.length is None else part.length)
        if part.child is None:
            continue
        # one child may serve several columns
        if id(part.child) not in starts:
            starts[id(part.child)] = total
            children.append(part.child)
            total += len(part.child)
        shift = starts[id(part.child)]
        if shift:
            columns[place] = np.where(part.kind == k.ARRAY, columns[place] + shift, columns[place])
    return Values(
        np.concatenate([part.kind for part in parts]),
        np.concatenate(columns),
        np.concatenate([part.f for part in parts]),
        words,
        np.concatenate(lengths) if children else None,
        concatenated(children) if children else None,
        _fields_below(parts),
    )


def _fields_below(parts: Sequence[Values]) -> Fields | None:
    names: Iterable[str] = dict.fromkeys(
        name for part in parts if part.fields is not None for name in part.fields
    )
    if all(part.fields is None for part in parts):
        return None

    def of(name: str) -> Later:
        return Later(lambda: concatenated([part.field(name) for part in parts]))

    return Fields({name: of(name) for name in names})
