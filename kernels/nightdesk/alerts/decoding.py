"""From payloads to a batch of columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from nightdesk.alerts.batch import AlertBatch, Ragged
from nightdesk.alerts.checks import faults
from nightdesk.alerts.parts import Part, columns, joined, merged, part, stacked
from nightdesk.alerts.reading import BadPacket, read
from nightdesk.alerts.standard import standard, with_jd
from nightdesk.surveys import Survey

_MISFITS: Final = (pl.exceptions.PolarsError, TypeError, ValueError, OverflowError)
"""What a batch raises whose fields are not of the types that the survey's declaration needs."""


@dataclass(frozen=True)
class Decoded:
    """What payloads gave."""

    batch: AlertBatch
    bad: list[BadPacket]


def decode(payloads: Sequence[bytes], survey: Survey) -> Decoded:
    """Read alert packets into columns.

    Alerts come in the order of the payloads, and within a container file in its order. A payload of which
    anything is wrong gives no alert but a `BadPacket`; the others are read. A field that a packet's schema
    lacks is null.

    Parameters
    ----------
    payloads
        Whole packets, as they lie in Kafka messages or files.
    """
    groups, bad = read(payloads, survey)
    parts: list[Part] = []
    for group in groups:
        whole = part(group, survey)
        wrong = faults(whole, survey)
        bad += [BadPacket(index, reason) for index, reason in wrong.items()]
        parts.append(_without(whole, wrong))
    parts = [one for one in parts if len(one.source)]
    try:
        batch = _batch(parts, survey)
    except _MISFITS:
        misfits = {index: reason for one in parts for index, reason in _misfits(one, survey).items()}
        bad += [BadPacket(index, reason) for index, reason in misfits.items()]
        parts = [_without(one, misfits) for one in parts]
        batch = _batch([one for one in parts if len(one.source)], survey)
    return Decoded(batch, sorted(bad, key=lambda one: one.index))


def _without(one: Part, refused: dict[int, str]) -> Part:
    """Return the records that did not come in a refused payload."""
    return one.take(np.flatnonzero(~np.isin(one.source, list(refused)))) if refused else one


def _misfits(one: Part, survey: Survey) -> dict[int, str]:
    """Find the payloads that make no columns by halving: payload -> reason."""
    try:
        _batch([one], survey)
    except _MISFITS as error:
        payloads = np.unique(one.source)
        if len(payloads) == 1:
            return {int(payloads[0]): f"fields are not of the survey's types: {error}"}
        early = one.source < payloads[len(payloads) // 2]
        halves = (one.take(np.flatnonzero(early)), one.take(np.flatnonzero(~early)))
        return {index: reason for half in halves for index, reason in _misfits(half, survey).items()}
    return {}


def _batch(parts: Sequence[Part], survey: Survey) -> AlertBatch:
    layouts = tuple(one.layout for one in parts)
    raw = stacked([one.frame for one in parts], columns(layouts))
    prv = joined(parts, lambda one: one.prv, merged(layout.prv for layout in layouts))
    fp = joined(parts, lambda one: one.fp, merged(layout.fp for layout in layouts))
    sources = np.concatenate([np.empty(0, np.int64), *(one.source for one in parts)])
    batch = AlertBatch(
        survey=survey,
        frame=standard(raw, survey),
        prv=Ragged(prv.offsets, with_jd(prv.values, survey, "")),
        fp=Ragged(fp.offsets, with_jd(fp.values, survey, "")),
        cutouts={kind: [x for one in parts for x in one.cutouts[kind]] for kind in survey.stamps},
        cutout_names={kind: [x for one in parts for x in one.cutout_names[kind]] for kind in survey.stamps},
        source=sources.astype(np.int32),
        layouts=layouts,
        layout=np.repeat(np.arange(len(parts), dtype=np.int32), [len(one.source) for one in parts]),
    )
    return batch if len(parts) < 2 else batch.take(np.argsort(sources, kind="stable"))
