"""Every real packet, field by field, against fastavro."""

from __future__ import annotations

import io
from pathlib import Path

import fastavro
import numpy as np
import pytest
from nightdesk.avro import compile_schema, decode, decode_files, decode_framed, errors, schema_id

from tests.kernels.avro.support import lsst_schema, reference, same
from tests.kernels.avro.test_fuzz import mutants
from tests.support.data import DATA, needs_data

LSST = sorted((DATA / "lsst").glob("*.avro"))
ZTF = sorted((DATA / "ztf").glob("*/*.avro"))


@needs_data
@pytest.mark.parametrize("path", LSST, ids=lambda path: path.stem)
def test_lsst(path: Path) -> None:
    payload = path.read_bytes()
    schema = lsst_schema(payload)
    tables = decode(compile_schema(schema), [payload], 5, whole=True)
    assert not tables.refusals
    assert same(tables.to_pylist()[0], reference(schema, payload, 5))


@needs_data
def test_lsst_together_and_repeated() -> None:
    payloads = [path.read_bytes() for path in LSST] * 3
    by_number = {schema_id(payload): payload for payload in payloads}
    groups, refusals = decode_framed(payloads, lambda number: lsst_schema(by_number[number]), whole=True)
    assert not refusals
    seen = {}
    for group in groups:
        seen |= dict(zip(group.tables.source.tolist(), group.tables.to_pylist(), strict=True))
    assert sorted(seen) == list(range(len(payloads)))
    for index, payload in enumerate(payloads[: len(LSST)]):
        wanted = reference(lsst_schema(payload), payload, 5)
        assert same(seen[index], wanted)
        assert same(seen[index + len(LSST)], wanted)


@needs_data
def test_ztf() -> None:
    payloads = [path.read_bytes() for path in ZTF]
    groups, refusals = decode_files(payloads, whole=True)
    assert not refusals
    assert len(groups) >= 2  # schemas 3.3 and 4.01
    seen = {}
    for group in groups:
        seen |= dict(zip(group.tables.source.tolist(), group.tables.to_pylist(), strict=True))
    assert sorted(seen) == list(range(len(payloads)))
    for index, payload in enumerate(payloads):
        assert same(seen[index], next(fastavro.reader(io.BytesIO(payload))))


@needs_data
def test_columns_of_the_histories() -> None:
    payloads = [path.read_bytes() for path in LSST if path.stem.startswith("v10")]
    schema = lsst_schema(payloads[0])
    root = decode(compile_schema(schema), payloads, 5).root
    records = [reference(schema, payload, 5) for payload in payloads]
    history, offsets = root.items("prvDiaSources"), root.offsets("prvDiaSources")
    frame = history.frame(["diaSourceId", "psfFlux", "trailRaErr", "band", "isNegative", "not_there"])
    points = [point for record in records for point in record["prvDiaSources"] or ()]
    for name in ("diaSourceId", "psfFlux", "trailRaErr", "band", "isNegative"):
        assert frame[name].to_list() == [point[name] for point in points], name
    assert frame["not_there"].null_count() == len(points)
    assert np.diff(offsets).tolist() == [len(record["prvDiaSources"] or ()) for record in records]
    for kind in ("cutoutScience", "cutoutTemplate", "cutoutDifference"):
        assert root.pieces(kind) == [record[kind] for record in records]
        for buffer, start, stop, record in zip(*root.spans(kind), records, strict=True):
            assert payloads[buffer][start:stop] == record[kind]


@needs_data
def test_damaged_packets_of_both_surveys() -> None:
    payload = min((path.read_bytes() for path in LSST if path.stem.startswith("v10")), key=len)
    program = compile_schema(lsst_schema(payload))
    copies = [payload[:5] + copy for copy in mutants(payload[5:], 300, 7)]
    tables = decode(program, copies, 5, whole=True)
    assert len(tables) + len(tables.refusals) == 300
    assert {refusal.code for refusal in tables.refusals} >= {errors.TRAILING, errors.TRUNCATED}
    assert all("at byte" in refusal.reason for refusal in tables.refusals)
    copies = mutants(ZTF[0].read_bytes(), 300, 8)
    groups, refusals = decode_files(copies, whole=True)
    assert sum(len(set(group.tables.source.tolist())) for group in groups) + len(refusals) == 300


@needs_data
def test_a_packet_cut_anywhere_is_refused() -> None:
    payload = next(path for path in LSST if path.stem.startswith("v9")).read_bytes()
    program = compile_schema(lsst_schema(payload))
    cuts = [payload[:end] for end in [*range(0, 3000), *range(3000, len(payload), 997)]]
    tables = decode(program, cuts, 5)
    assert len(tables) == 0
    assert len(tables.refusals) == len(cuts)
    assert {refusal.code for refusal in tables.refusals} == {errors.TRUNCATED}
