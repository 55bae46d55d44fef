"""Points of light curves: what identifies them, which are detections, and which are new to the store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
from nightdesk.alerts import AlertBatch, Ragged
from nightdesk.photometry import measure
from nightdesk.surveys import Survey

from nightdesk_services.broker.models.objects import NO_KEYS, Keys, KnownObject
from nightdesk_services.common.packed import POINT, PUBLIC, Points

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Curves:
    """Every detection known of the objects of a batch, each once."""

    names: list[str]
    """Objects."""
    owner: Ints
    """Index of each alert's object."""
    offsets: Ints
    """The detections of object ``i`` are ``points[offsets[i]:offsets[i + 1]]``, in order of time."""
    points: Points

    def of(self, index: int) -> Points:
        """Return the detections of one object."""
        return self.points[self.offsets[index] : self.offsets[index + 1]]


@dataclass(frozen=True)
class News:
    """What the histories of a batch tell that is new."""

    prv: Ragged
    fp: Ragged
    limits: list[Keys]
    """Per object of the `Curves`: the non-detections."""
    forced: list[Keys]
    """Per object of the `Curves`: the forced points."""


def keys(points: pl.DataFrame, survey: Survey) -> Keys:
    """Return the identity of each row, as `nightdesk.alerts.point_key` tells it, in a 64-bit integer.

    An identifier of the survey's own stands for itself; several fields are hashed to a negative number.

    Raises
    ------
    ValueError
        A point has no complete identity.
    """
    found = np.zeros(points.height, np.int64)
    todo = np.ones(points.height, np.bool_)
    for fields in survey.identity:
        if not todo.any() or any(name not in points.columns for name in fields):
            continue
        columns = [points.get_column(name) for name in fields]
        complete = np.logical_and.reduce([column.is_not_null().to_numpy() for column in columns]) & todo
        single = len(columns) == 1
        values = columns[0].cast(pl.Int64).fill_null(0).to_numpy() if single else _hashed(columns)
        found[complete] = values[complete]
        todo &= ~complete
    if todo.any():
        needed = " or ".join(" and ".join(fields) for fields in survey.identity)
        msg = f"a point of {survey.name} needs {needed}"
        raise ValueError(msg)
    return found


def curves(batch: AlertBatch, known: Mapping[str, KnownObject]) -> Curves:
    """Return all detections of the batch's objects: stored ones, those in histories, and the alerts."""
    names, owner = _objects(batch)
    parts = [known[name].detections for name in names if name in known]
    whose = [np.full(len(known[name].detections), i) for i, name in enumerate(names) if name in known]
    parts.append(_own(batch))
    whose.append(owner)
    if batch.prv.values.height:
        past, kept = _detected(batch.prv.values, batch.survey)
        parts.append(past)
        whose.append(owner[batch.prv.owner[kept]])
    points, of = np.concatenate(parts), np.concatenate(whose)
    first = _first(of, points["key"])
    points, of = points[first], of[first]
    order = np.lexsort((points["jd"], of))
    offsets = np.searchsorted(of[order], np.arange(len(names) + 1))
    return Curves(names, owner, offsets, points[order])


def news(batch: AlertBatch, known: Mapping[str, KnownObject], found: Curves) -> News:
    """Return the parts of a batch's histories that neither the store nor an earlier alert has."""
    there = [known.get(name) for name in found.names]
    have_prv = [
        NO_KEYS if one is None else np.concatenate([one.detections["key"], one.limits]) for one in there
    ]
    prv, prv_keys, fresh_prv = _unknown(
        batch.prv, batch.survey, found, have_prv, batch.frame["candid"].to_numpy()
    )
    forced = [NO_KEYS if one is None else one.forced for one in there]
    fp, fp_keys, fresh_fp = _unknown(batch.fp, batch.survey, found, forced, NO_KEYS)
    limit = fresh_prv & ~np.isin(prv_keys, found.points["key"])
    return News(
        prv,
        fp,
        _by_object(found, batch.prv, prv_keys, limit),
        _by_object(found, batch.fp, fp_keys, fresh_fp),
    )


def _objects(batch: AlertBatch) -> tuple[list[str], Ints]:
    names = batch.frame["objectId"].unique(maintain_order=True)
    places = {name: i for i, name in enumerate(names)}
    return names.to_list(), np.array([places[name] for name in batch.frame["objectId"]], np.int64)


def _own(batch: AlertBatch) -> Points:
    frame = batch.frame
    points = np.zeros(len(batch), POINT)
    points["key"] = frame["candid"].to_numpy()
    columns = {
        "jd": "jd",
        "flux": "flux_ujy",
        "fluxerr": "fluxerr_ujy",
        "mag": "magpsf",
        "magerr": "sigmapsf",
    }
    for name, column in columns.items():
        points[name] = frame[column].to_numpy()
    points["band"] = frame["band"].fill_null("").to_numpy()
    points["programid"] = frame["programid"].fill_null(PUBLIC).to_numpy()
    return points


def _detected(rows: pl.DataFrame, survey: Survey) -> tuple[Points, Ints]:
    """Return the detections among the rows of a history, and which rows they are."""
    measured = measure(rows, survey, "detection")
    kept = (measured["flux"].is_not_null() & measured["candid"].is_not_null()).arg_true().to_numpy()
    measured = measured[kept]
    points = np.zeros(len(kept), POINT)
    points["key"] = keys(rows[kept], survey)
    for name in ("jd", "flux", "fluxerr", "mag", "magerr"):
        points[name] = measured[name].to_numpy()
    points["band"] = measured["band"].fill_null("").to_numpy()
    points["programid"] = measured["programid"].fill_null(PUBLIC).to_numpy()
    return points, kept.astype(np.int64)


def _unknown(
    history: Ragged, survey: Survey, found: Curves, have: list[Keys], own: Keys
) -> tuple[Ragged, Keys, Mask]:
    """Return the rows that are new, the keys of all rows, and which rows are new.

    ``own`` are the alerts themselves: the point of one may stand in the history of another.
    """
    rows = history.values
    if not rows.height:
        return history, NO_KEYS, np.zeros(0, np.bool_)
    alert = history.owner
    own_keys = keys(rows, survey)
    stored = [np.full(len(part), i) for i, part in enumerate(have)]
    of = np.concatenate([*stored, found.owner if len(own) else NO_KEYS, found.owner[alert]])
    key = np.concatenate([*have, own, own_keys])
    fresh = _first(of, key)[len(key) - rows.height :]
    lengths = np.bincount(alert[fresh], minlength=len(history))
    return Ragged.from_lengths(lengths.tolist(), rows.filter(pl.Series(fresh))), own_keys, fresh


def _by_object(found: Curves, history: Ragged, own_keys: Keys, chosen: Mask) -> list[Keys]:
    if not len(chosen):
        return [NO_KEYS] * len(found.names)
    of = found.owner[history.owner][chosen]
    order = np.argsort(of, kind="stable")
    bounds = np.searchsorted(of[order], np.arange(1, len(found.names)))
    return np.split(own_keys[chosen][order], bounds)


def _first(of: Ints, key: Keys) -> Mask:
    """Return which entries are the first of their object and key."""
    order = np.lexsort((key, of))
    new = np.ones(len(order), np.bool_)
    new[1:] = (of[order][1:] != of[order][:-1]) | (key[order][1:] != key[order][:-1])
    mask = np.zeros(len(order), np.bool_)
    mask[order[new]] = True
    return mask


def _hashed(columns: list[pl.Series]) -> Keys:
    """Mix the fields' bits (the finaliser of SplitMix64, Steele et al. 2014); negative, unlike an id."""
    mixed = np.full(len(columns[0]), 0x9E3779B97F4A7C15, np.uint64)
    for column in columns:
        kind = pl.Float64 if column.dtype.is_float() else pl.Int64
        mixed ^= column.cast(kind).fill_null(0).to_numpy().view(np.uint64)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        mixed ^= mixed >> np.uint64(31)
    return (mixed | np.uint64(1 << 63)).view(np.int64)
