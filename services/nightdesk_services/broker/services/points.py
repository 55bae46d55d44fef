"""Points of light curves: which are detections, and which are new to the store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import polars as pl
from nightdesk.alerts import AlertBatch, Ragged, point_key
from nightdesk.photometry import measure
from nightdesk.surveys import Survey

from nightdesk_services.broker.models.objects import Key, KnownObject

Document = dict[str, Any]

_COLUMNS = ("objectId", "key", "jd", "magpsf", "band", "isdiffpos")


def keys(points: Iterable[Mapping[str, Any]], survey: Survey) -> list[Key]:
    """Return the identity of each point."""
    return [point_key(survey, point) for point in points]


def frame_keys(points: pl.DataFrame, survey: Survey) -> list[Key]:
    """Return the identity of each row."""
    names = dict.fromkeys(name for fields in survey.identity for name in fields)
    return keys(points.select(n for n in names if n in points.columns).iter_rows(named=True), survey)


def detections(batch: AlertBatch, known: Mapping[str, KnownObject]) -> pl.DataFrame:
    """Return all detections of the batch's objects, each once.

    Returns
    -------
    frame
        ``objectId``, ``key`` (text), ``jd`` (UTC), ``magpsf`` (AB, of the flux's absolute value), ``band``,
        ``isdiffpos``.
    """
    objects = batch.frame["objectId"]
    own = batch.frame.select(
        "objectId", pl.col("candid").cast(pl.String).alias("key"), "jd", "magpsf", "band", "isdiffpos"
    )
    parts = [own]
    past = batch.prv.values
    if past.height:
        parts.append(
            _detected(past, objects.gather(batch.prv.owner), frame_keys(past, batch.survey), batch.survey)
        )
    stored = [(name, point) for name, one in known.items() for point in one.prv]
    if stored:
        rows = [point for _, point in stored]
        names = pl.Series([name for name, _ in stored], dtype=pl.String)
        parts.append(_detected(_stored(rows, batch.survey), names, keys(rows, batch.survey), batch.survey))
    return pl.concat(parts).unique(["objectId", "key"], keep="first", maintain_order=True)


def only_new(batch: AlertBatch, known: Mapping[str, KnownObject]) -> tuple[Ragged, Ragged]:
    """Return the parts of a batch's ``prv`` and ``fp`` that neither the store nor an earlier alert has."""
    objects = batch.frame["objectId"].to_list()
    have_prv = {name: set(keys(one.prv, batch.survey)) for name, one in known.items()}
    have_fp = {name: set(keys(one.fp, batch.survey)) for name, one in known.items()}
    return (
        _unknown(batch.prv, objects, have_prv, batch.survey),
        _unknown(batch.fp, objects, have_fp, batch.survey),
    )


def _unknown(points: Ragged, objects: list[str], have: dict[str, set[Key]], survey: Survey) -> Ragged:
    if not points.values.height:
        return points
    owner = points.owner
    fresh = np.zeros(len(owner), dtype=bool)
    for row, (alert, key) in enumerate(zip(owner.tolist(), frame_keys(points.values, survey), strict=True)):
        seen = have.setdefault(objects[alert], set())
        if key not in seen:
            seen.add(key)
            fresh[row] = True
    lengths = np.bincount(owner[fresh], minlength=len(points))
    return Ragged.from_lengths(lengths.tolist(), points.values.filter(pl.Series(fresh)))


def _detected(points: pl.DataFrame, objects: pl.Series, found: list[Key], survey: Survey) -> pl.DataFrame:
    measured = measure(points, survey, "detection").with_columns(
        objectId=objects, key=pl.Series([str(key) for key in found], dtype=pl.String), magpsf=pl.col("mag")
    )
    return measured.filter(pl.col("flux").is_not_null() & pl.col("candid").is_not_null()).select(_COLUMNS)


def _stored(points: list[Document], survey: Survey) -> pl.DataFrame:
    """Return stored points as columns whose types no odd value can change."""
    how = survey.detection
    zero = how.zeropoint if isinstance(how.zeropoint, str) else None
    numbers = {n for n in (survey.time.field, how.value, how.error, how.limit, zero) if n}
    texts = {n for n in (survey.band.field, how.sign) if n}
    own = survey.id.rpartition(".")[2]
    return pl.DataFrame(
        [
            *(pl.Series(n, [p.get(n) for p in points], pl.Float64, strict=False) for n in numbers),
            *(pl.Series(n, [_text(p.get(n)) for p in points], pl.String) for n in texts),
            pl.Series(own, [p.get(own) for p in points], pl.Int64),
        ]
    )


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
