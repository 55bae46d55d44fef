"""Light curves of objects from the bytes of their documents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

import bson
import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
from nightdesk.photometry import Kind, curves_of_fields, light_curves, raw_fields
from nightdesk.photometry.curves import LISTS
from nightdesk.photometry.texts import texts
from nightdesk.surveys import SURVEYS, Survey

from nightdesk_services.common.light_curves import joined
from nightdesk_services.common.raw.lists import Lists, OddValueError, read
from nightdesk_services.common.raw.scan import NULL

Integers = npt.NDArray[np.int64]


def raw_light_curves(survey: Survey, objects: Mapping[str, Sequence[bytes]]) -> pl.DataFrame:
    """Return what `nightdesk.photometry.light_curves` does.

    Parameters
    ----------
    objects
        Name of an object -> BSON documents with parts of its light curve, as `joined` takes them.
    """
    try:
        parts = {kind: _part(survey, field, kind, objects) for field, kind in LISTS.items()}
    except OddValueError:  # then value by value, which takes any
        whole = {name: joined(survey, map(bson.decode, parts)) for name, parts in objects.items()}
        return light_curves(survey, whole)
    return curves_of_fields(survey, list(objects), parts)


def compiled() -> None:
    """Have the machine code ready, which takes seconds the first time on a machine."""
    empty = [bson.encode({field: [] for field in LISTS})]
    for survey in SURVEYS.values():
        raw_light_curves(survey, {"": empty})


def _part(
    survey: Survey, field: str, kind: Kind, objects: Mapping[str, Sequence[bytes]]
) -> tuple[pl.DataFrame, Integers]:
    types = raw_fields(survey, kind)
    identity = [name for names in survey.identity for name in names]
    documents = list(chain.from_iterable(objects.values()))
    found = read(documents, field, list(dict.fromkeys([*types, *identity])))
    of = np.repeat(np.arange(len(objects)), [len(parts) for parts in objects.values()])
    owners = np.repeat(of, found.lengths)
    if not len(owners):
        return pl.DataFrame(schema=types), owners
    frame = pl.DataFrame([_column(found, name, dtype) for name, dtype in types.items()])
    # only what comes in several parts may come twice
    several = np.bincount(of[found.lengths > 0], minlength=len(objects)) > 1
    if not several.any():
        return frame, owners
    rows = _once(survey, found, owners, several[owners])
    return frame[rows], owners[rows]


def _column(found: Lists, name: str, dtype: pl.DataType) -> pl.Series:
    if dtype == pl.Float64():
        return pl.Series(name, found.numbers(name), dtype)
    if dtype == pl.Int64():
        values, there = found.integers(name)
        return pl.Series(name, pa.array(values, mask=~there), dtype)
    return texts(name, *found.texts(name))


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
