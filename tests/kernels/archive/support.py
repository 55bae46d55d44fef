"""Batches for the archive's tests, and what should be read of them."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
from nightdesk.alerts import AlertBatch, Ragged, decode, point_key
from nightdesk.archive import ArchiveWriter
from nightdesk.simulate import Night
from nightdesk.surveys import get

from tests.support.data import DATA

NIGHT = 20260915


@functools.cache
def simulated(survey: str, number: int | None, **about: Any) -> AlertBatch:
    """The first alerts of simulated nights; None: all."""
    night = itertools.islice(Night(survey, seed=5, **about), number)
    found = decode([alert.payload for alert in night], get(survey))
    assert not found.bad
    assert number in (None, len(found.batch))
    return found.batch


@functools.cache
def real(survey: str) -> AlertBatch:
    """All real packets of a survey."""
    files = sorted((DATA / survey.lower()).rglob("*.avro"))
    found = decode([file.read_bytes() for file in files], get(survey))
    assert not found.bad
    return found.batch


def parts(batch: AlertBatch, size: int) -> list[AlertBatch]:
    """The batch in smaller ones, in order."""
    return [batch.take(list(range(i, min(i + size, len(batch))))) for i in range(0, len(batch), size)]


def write(writer: ArchiveWriter, batches: Sequence[AlertBatch]) -> None:
    """Write batches with all points of their packets."""
    for batch in batches:
        writer.write(batch, batch.prv, batch.fp)


def filled(root: Path | str, batch: AlertBatch, size: int = 40, **about: Any) -> ArchiveWriter:
    """An archive with a batch written in parts."""
    writer = ArchiveWriter(root, **about)
    write(writer, parts(batch, size))
    return writer


def by_id(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.sort("candid")


def fresh(batch: AlertBatch, seen: dict[str, set[Any]]) -> tuple[Ragged, Ragged]:
    """Points of a batch that no alert before had, written as plainly as can be; ``seen`` is brought up."""
    chosen: list[Ragged] = []
    for kind, history in (("prv", batch.prv), ("fp", batch.fp)):
        lengths, frames = [], [history.values[:0]]
        for row, points in zip(batch.frame.iter_rows(named=True), history, strict=True):
            have = seen.setdefault(f"{kind} {row['objectId']}", set())
            keys = [point_key(batch.survey, point) for point in points.iter_rows(named=True)]
            new = [key not in have for key in keys]
            have |= {*keys, row["candid"]} if kind == "prv" else set(keys)
            frames.append(points.filter(pl.Series(new, dtype=pl.Boolean)))
            lengths.append(sum(new))
        chosen.append(Ragged.from_lengths(lengths, pl.concat(frames)))
    return chosen[0], chosen[1]
