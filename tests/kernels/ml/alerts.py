"""Batches of simulated and real alerts for the tests of models."""

from __future__ import annotations

import functools
import itertools

from nightdesk.alerts import AlertBatch, decode
from nightdesk.simulate import Night
from nightdesk.surveys import get

from tests.support.data import DATA


@functools.cache
def simulated(survey: str, number: int = 40, seed: int = 31) -> AlertBatch:
    """The first alerts of a simulated night."""
    night = itertools.islice(Night(survey, seed=seed, density=20.0), number)
    return decode([alert.payload for alert in night], get(survey)).batch


@functools.cache
def real(survey: str) -> AlertBatch:
    """All real packets, by name."""
    files = sorted((DATA / survey).rglob("*.avro"))
    found = decode([file.read_bytes() for file in files], get(survey))
    assert not found.bad
    return found.batch


def with_stamp(batch: AlertBatch, row: int, kind: str, stamp: bytes | None) -> AlertBatch:
    """The batch with another stamp in one place."""
    from dataclasses import replace

    stamps = [stamp if i == row else one for i, one in enumerate(batch.cutouts[kind])]
    return replace(batch, cutouts=batch.cutouts | {kind: stamps})
