"""Batches equal what fastavro reads, packet by packet, or both refuse the packet."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
from nightdesk.alerts import AlertBatch, decode
from nightdesk.alerts.layout import Layout
from nightdesk.alerts.parts import columns
from nightdesk.surveys import Survey, get

from tests.kernels.alerts import packets as p
from tests.kernels.alerts import reference
from tests.kernels.avro.test_fuzz import mutants
from tests.kernels.simulate.reading import FORMS, alerts
from tests.support.data import needs_data

ZTF, LSST = get("ZTF"), get("LSST")


def _assert_as_fastavro(payloads: list[bytes], survey: Survey) -> int:
    """Compare each alert with fastavro's; the number of alerts."""
    decoded = decode(payloads, survey)
    reasons = {bad.index: bad.reason for bad in decoded.bad}
    assert len(reasons) == len(decoded.bad)
    batch = decoded.batch
    rows: dict[int, list[int]] = {}
    for row, source in enumerate(batch.source.tolist()):
        rows.setdefault(source, []).append(row)
    assert rows.keys() | reasons.keys() == set(range(len(payloads)))
    assert not rows.keys() & reasons.keys()
    for index, payload in enumerate(payloads):
        try:
            found, records = reference.read(payload, survey)
        except Exception as error:  # fastavro raises errors of many types
            assert index in reasons, f"packet {index} is read, but the reference says {error!r}"
            continue
        if index in reasons:
            assert _stricter(reasons[index]), f"packet {index}: {reasons[index]}"
            continue
        assert len(rows[index]) == len(records)
        for row, record in zip(rows[index], records, strict=True):
            _assert_equal(batch, row, record, found)
    return len(batch)


def _stricter(reason: str) -> bool:
    """Whether fastavro is known to let this pass; see `nightdesk.avro`."""
    known = (
        "64 bits",
        "32 bits",
        "union branch",
        "enum symbol",
        "far more values",
        "sync marker",
        "of the survey's types",
    )
    return any(words in reason for words in known)


def _assert_equal(batch: AlertBatch, row: int, record: dict[str, Any], found: Layout) -> None:
    assert batch.layouts[batch.layout[row]] == found
    wanted = reference.frame([reference.raw(record, found)], columns([found]))
    assert batch.frame[row].select(wanted.columns).equals(wanted)
    assert wanted.schema.items() <= batch.frame.schema.items()
    history = batch.survey.history
    for ours, name, fields in ((batch.prv, history.prv, found.prv), (batch.fp, history.fp, found.fp)):
        points = record.get(name) or []
        assert ours[row].height == len(points)
        if points:
            assert ours[row].select(list(fields)).equals(reference.frame(points, fields))
    for kind, name in batch.survey.stamps.items():
        stamp = record.get(name)
        inside = stamp if isinstance(stamp, dict) else {"stampData": stamp, "fileName": None}
        assert batch.cutouts[kind][row] == inside["stampData"]
        assert batch.cutout_names[kind][row] == inside["fileName"]


@needs_data
def test_real_packets() -> None:
    for paths, survey in ((p.ZTF_FILES, ZTF), (p.LSST_FILES, LSST)):
        # neighbours of other schemas, so that their columns are merged
        payloads = [path.read_bytes() for path in paths]
        random.Random(1).shuffle(payloads)
        assert _assert_as_fastavro(payloads, survey) == len(paths)


@pytest.mark.parametrize("name", ["ztf", "lsst"])
def test_simulated_packets_of_all_versions_together(name: str) -> None:
    payloads = []
    for survey, version in FORMS:
        if survey == name:
            _, made = alerts(12, survey=survey, seed=8, schema_version=version, density=40)
            payloads += [alert.payload for alert in made]
    random.Random(2).shuffle(payloads)
    assert _assert_as_fastavro(payloads, get(name)) == 24


@pytest.mark.parametrize(("name", "version"), FORMS)
def test_damaged_packets(name: str, version: str) -> None:
    _, made = alerts(2, survey=name, seed=9, schema_version=version, density=40)
    whole = [alert.payload for alert in made]
    # most of a packet is cutouts: damage what lies before them, too
    early = [copy[:2000] + payload[2000:] for payload in whole for copy in mutants(payload[:2000], 40, 4)]
    copies = [*whole, *(copy for payload in whole for copy in mutants(payload, 25, 3)), *early]
    read = _assert_as_fastavro(copies, get(name))
    assert 2 < read < len(copies)


def test_damaged_packets_of_another_survey() -> None:
    past = [p.hit(k, f=None if k % 2 else float("nan")) for k in range(4)]
    whole = [
        p.container(p.packet(1, past=past, host={"z": None, "id": 4}), p.packet(2, forced=past[:1])),
        p.container(p.packet(3), codec="deflate"),
    ]
    copies = whole + [copy for payload in whole for copy in mutants(payload, 250, 5)]
    assert _assert_as_fastavro(copies, p.SKY) > 3


def test_damage_harms_no_neighbour() -> None:
    good = p.framed(p.lsst_record(1101), 1101)
    noise = mutants(good, 100, 6)
    decoded = decode([payload for bad in noise for payload in (bad, good)], LSST)
    rows = np.flatnonzero(decoded.batch.source % 2)
    assert len(rows) == 100
    alone = decode([good], LSST).batch
    assert all(
        decoded.batch.frame[row].select(alone.frame.columns).equals(alone.frame) for row in rows.tolist()
    )
