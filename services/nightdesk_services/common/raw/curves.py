"""Light curves of objects from the bytes of their documents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

import bson
import numpy as np
import numpy.typing as npt
from nightdesk.photometry import Curves, Kind, PointFields, columns, curves_of_fields, raw_fields
from nightdesk.photometry.curves import LISTS, parts_of
from nightdesk.surveys import SURVEYS, Survey

from nightdesk_services.common.light_curves import joined
from nightdesk_services.common.raw.lists import Lists, OddValueError, read
from nightdesk_services.common.raw.scan import NULL

Integers = npt.NDArray[np.int64]


def raw_light_curves(survey: Survey, objects: Mapping[str, Sequence[bytes]]) -> Curves:
    """Return what `nightdesk.photometry.light_curves` does, as arrays.

    Parameters
    ----------
    objects
        Name of an object -> BSON documents with parts of its light curve, as `joined` takes them.
    """
    names = list(objects)
    try:
        return curves_of_fields(
            survey, names, {kind: _part(survey, field, kind, objects) for field, kind in LISTS.items()}
        )
    except OddValueError:  # then value by value, which takes any
        whole = [joined(survey, map(bson.decode, parts)) for parts in objects.values()]
        return curves_of_fields(survey, names, parts_of(survey, whole))


def compiled() -> None:
    """Have the machine code ready, which takes seconds the first time on a machine."""
    empty = [bson.encode({field: [] for field in LISTS})]
    for survey in SURVEYS.values():
        raw_light_curves(survey, {"": empty})


class _ListFields(PointFields):
    """Fields of listed documents, of some of the rows; a value of an odd type is an error."""

    def __init__(self, lists: Lists, rows: Integers | None) -> None:
        self._lists = lists
        self._rows = slice(None) if rows is None else rows
        self._height = int(lists.lengths.sum()) if rows is None else len(rows)

    def __len__(self) -> int:
        return self._height

    def raw(self, name: str | None) -> npt.NDArray[np.float64]:
        if name is None:
            return np.full(self._height, np.nan)
        return self._lists.numbers(name)[self._rows]

    def integer(self, name: str | None) -> columns.Integers:
        if name is None:
            return columns.Integers(np.zeros(self._height, np.int64), np.zeros(self._height, np.bool_))
        values, known = self._lists.integers(name)
        return columns.Integers(values[self._rows], known[self._rows])

    def text(self, name: str | None) -> columns.Texts:
        if name is None:
            return columns.Texts(np.full(self._height, -1, np.int64), [])
        codes, values = self._lists.texts(name)
        return columns.Texts(codes[self._rows], values)


def _part(
    survey: Survey, field: str, kind: Kind, objects: Mapping[str, Sequence[bytes]]
) -> tuple[PointFields, Integers]:
    identity = [name for names in survey.identity for name in names]
    documents = list(chain.from_iterable(objects.values()))
    found = read(documents, field, list(dict.fromkeys([*raw_fields(survey, kind), *identity])))
    of = np.repeat(np.arange(len(objects)), [len(parts) for parts in objects.values()])
    owners = np.repeat(of, found.lengths)
    # only what comes in several parts may come twice
    several = np.bincount(of[found.lengths > 0], minlength=len(objects)) > 1
    if not several.any():
        return _ListFields(found, None), owners
    rows = _once(survey, found, owners, several[owners])
    return _ListFields(found, rows), owners[rows]


def _once(survey: Survey, found: Lists, owners: Integers, doubtful: npt.NDArray[np.bool_]) -> Integers:
    """Return the rows but for those points that stand before them, as `nightdesk.alerts.point_key` tells."""
    rows = np.flatnonzero(doubtful)
    todo = np.ones(len(rows), np.bool_)
    key = np.zeros((2 + max(map(len, survey.identity)), len(rows)), np.uint64)
    key[0] = owners[rows]
    for number, fields in enumerate(survey.identity, 1):
        at = [found.fields.index(name) for name in fields]
        complete = todo & _all(found.kinds[i][rows] for i in at)
        key[1, complete] = number
        for j, i in enumerate(at, 2):
            key[j, complete] = found.words[i][rows][complete]
        todo &= ~complete
    if todo.any():
        msg = f"a point of {survey.name} has no identity"
        raise OddValueError(msg)
    first = np.unique(key, axis=1, return_index=True)[1]
    kept = ~doubtful
    kept[rows[first]] = True
    return np.flatnonzero(kept)


def _all(kinds: Iterable[npt.NDArray[np.uint8]]) -> npt.NDArray[np.bool_]:
    """Return where every value is there."""
    there: npt.NDArray[np.bool_] = np.logical_and.reduce([(one != 0) & (one != NULL) for one in kinds])
    return there
