"""Packets become columns, and what cannot be read says why."""

from __future__ import annotations

import math
import pickle
import random
from typing import Any

import numpy as np
import polars as pl
import pytest
from nightdesk import sky
from nightdesk.alerts import decode, framing, identify
from nightdesk.alerts.batch import STANDARD
from nightdesk.alerts.framing import schema_file
from nightdesk.surveys import SURVEYS, get

from tests.kernels.alerts import packets as p
from tests.support.data import needs_data

ZTF, LSST = get("ZTF"), get("LSST")
LSST_IDS = [700, 701, 702, 703, 704, 800, 900, 1000, 1100, 1101]


def _equal(ours: Any, theirs: Any) -> bool:
    return (
        ours is None
        if theirs is None or (isinstance(theirs, float) and math.isnan(theirs))
        else ours == theirs
    )


@needs_data
def test_every_ztf_packet_as_fastavro_reads_it() -> None:
    decoded = decode([path.read_bytes() for path in p.ZTF_FILES], ZTF)
    assert decoded.bad == []
    assert len(decoded.batch) == len(p.ZTF_FILES) == 36
    for i, (row, path) in enumerate(zip(decoded.batch.frame.to_dicts(), p.ZTF_FILES, strict=True)):
        record = p.ztf_by_fastavro(path)
        assert (row["candid"], row["objectId"]) == (record["candid"], record["objectId"])
        assert (row["jd"], row["schemavsn"]) == (record["candidate"]["jd"], record["schemavsn"])
        assert row["band"] == {1: "g", 2: "r", 3: "i"}[record["candidate"]["fid"]]
        assert all(_equal(row[f"candidate.{name}"], value) for name, value in record["candidate"].items())
        assert _history(decoded.batch.prv[i], record["prv_candidates"])
        assert _history(decoded.batch.fp[i], record.get("fp_hists"))
        assert decoded.batch.cutouts["science"][i] == record["cutoutScience"]["stampData"]
        assert decoded.batch.cutouts["template"][i] == record["cutoutTemplate"]["stampData"]
        assert decoded.batch.cutouts["difference"][i] == record["cutoutDifference"]["stampData"]


@needs_data
def test_every_lsst_packet_as_fastavro_reads_it() -> None:
    decoded = decode([path.read_bytes() for path in p.LSST_FILES], LSST)
    assert decoded.bad == []
    assert len(decoded.batch) == len(p.LSST_FILES) == 5
    for i, (row, path) in enumerate(zip(decoded.batch.frame.to_dicts(), p.LSST_FILES, strict=True)):
        record = p.lsst_by_fastavro(path)
        source = record["diaSource"]
        assert row["candid"] == source["diaSourceId"] == record["diaSourceId"]
        assert row["objectId"] == str(source["diaObjectId"] or f"sso{source['ssObjectId']}")
        assert row["sso"] is (record["ssSource"] is not None)
        assert row["flux_ujy"] == pytest.approx(source["psfFlux"] / 1000, rel=1e-12)
        assert (source["midpointMjdTai"] + 2400000.5 - row["jd"]) * 86400 == pytest.approx(37, abs=1e-3)
        assert all(_equal(row[f"candidate.{name}"], value) for name, value in source.items())
        assert _history(decoded.batch.prv[i], record["prvDiaSources"])
        assert _history(decoded.batch.fp[i], record["prvDiaForcedSources"])
        assert decoded.batch.cutouts["template"][i] == record["cutoutTemplate"]
    assert decoded.batch.prv.lengths.tolist() == [345, 391, 0, 376, 0]
    assert decoded.batch.fp.lengths.tolist() == [395, 340, 0, 777, 0]


def _history(ours: pl.DataFrame, theirs: list[dict[str, Any]] | None) -> bool:
    rows = ours.to_dicts()
    return len(rows) == len(theirs or ()) and all(
        _equal(row[name], value)
        for row, point in zip(rows, theirs or (), strict=True)
        for name, value in point.items()
    )


@needs_data
def test_identify_real_packets() -> None:
    assert {identify(path.read_bytes()) for path in p.ZTF_FILES} == {"ZTF"}
    assert {identify(path.read_bytes()) for path in p.LSST_FILES} == {"LSST"}


@pytest.mark.parametrize(
    "payload",
    [b"", b"\x00", b"Obj\x01", b"Obj\x01\xff\xff", b"\x00\x00\x00\x00\x01abc", b"hello world", b"\x00" * 40],
)
def test_identify_nothing(payload: bytes) -> None:
    assert identify(payload) is None


def test_identify_by_the_schema_name_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    assert identify(p.container(p.packet())) is None
    monkeypatch.setattr(framing, "SURVEYS", {**SURVEYS, "SKYSCAN": p.SKY})
    assert identify(p.container(p.packet())) == "SKYSCAN"


@pytest.mark.parametrize("number", LSST_IDS)
def test_every_lsst_schema(number: int) -> None:
    payload = p.framed(p.lsst_record(number), number)
    assert identify(payload) == "LSST"
    decoded = decode([payload], LSST)
    assert decoded.bad == []
    row = decoded.batch.frame.row(0, named=True)
    assert (row["candid"], row["objectId"], row["band"]) == (2**62 + 1, str(2**61 + 1), "g")
    assert (row["flux_ujy"], row["score"]) == (pytest.approx(1.0), None)


def test_versions_mix_in_one_batch() -> None:
    decoded = decode([p.framed(p.lsst_record(n), n) for n in (1101, 700, 1101)], LSST)
    assert decoded.bad == []
    # exposureTime came with 11.1
    assert decoded.batch.frame["candidate.exposureTime"].dtype == pl.Float64
    assert [x.version for x in decoded.batch.layouts] == ["11.1", "7.0"]
    assert decoded.batch.layout.tolist() == [0, 1, 0]


@pytest.mark.parametrize(
    ("source", "name", "sso"),
    [
        ({"diaObjectId": 0, "ssObjectId": 2**60 + 7}, f"sso{2**60 + 7}", True),
        ({"diaObjectId": None, "ssObjectId": 5}, "sso5", True),
        ({"diaObjectId": 2**62 + 3, "ssObjectId": None}, str(2**62 + 3), False),
    ],
)
def test_who_an_lsst_source_belongs_to(source: dict[str, Any], name: str, sso: bool) -> None:
    row = decode([p.framed(p.lsst_record(1000, **source), 1000)], LSST).batch.frame.row(0, named=True)
    assert (row["objectId"], row["sso"]) == (name, sso)


def test_a_survey_is_its_declaration() -> None:
    past = [p.hit(2**62 + 5, t=59999.0), p.hit(7, f=None)]
    record = p.packet(2**62 + 9, past=past, host={"z": 0.1, "id": 2**61 + 3})
    batch = decode([p.container(record, p.packet(3, target="T2"))], p.SKY).batch
    first, second = batch.frame.to_dicts()
    assert {name: batch.frame.schema[name] for name in STANDARD} == STANDARD
    assert (first["candid"], first["objectId"], first["band"]) == (2**62 + 9, "T1", "r")
    assert (first["host.z"], first["host.id"], second["host.id"]) == (0.1, 2**61 + 3, None)
    # TT is ahead of UTC by 32.184 s and the leap seconds
    assert (60000.0 + 2400000.5 - first["jd"]) * 86400 == pytest.approx(69.184, abs=1e-3)
    assert first["magpsf"] == pytest.approx(21.4)
    assert first["limmag"] == pytest.approx(23.9 - 2.5 * math.log10(5))
    assert first["hpx12"] == sky.pixel(10.0, -20.0, 12)
    assert batch.prv[0]["hitId"].to_list() == [2**62 + 5, 7]
    assert batch.prv[1].height == batch.fp[0].height == 0
    assert batch.source.tolist() == [0, 0]


@pytest.mark.parametrize("codec", ["null", "deflate"])
def test_a_file_of_many_records(codec: str) -> None:
    records = [p.packet(n) for n in range(1, 400)]
    decoded = decode([p.container(*records, codec=codec)], p.SKY)
    assert decoded.bad == []
    assert decoded.batch.frame["candid"].to_list() == list(range(1, 400))


def test_nan_is_null() -> None:
    batch = decode([p.container(p.packet(1, hit=p.hit(1, f=float("nan"), real=float("nan"))))], p.SKY).batch
    row = batch.frame.row(0, named=True)
    assert row["flux_ujy"] is row["score"] is row["candidate.real"] is row["isdiffpos"] is None


@pytest.mark.parametrize("score", [-999.0, 1.5])
def test_a_score_out_of_range_is_none(score: float) -> None:
    batch = decode([p.container(p.packet(1, hit=p.hit(1, real=score)))], p.SKY).batch
    assert batch.frame["score"].to_list() == [None]


GOOD = p.container(p.packet())


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"", "empty packet"),
        (b"\x1f\x8b\x08\x00rest", "not an Avro container file: starts with 1f 8b 08 00"),
        (GOOD[:30], "truncated"),
        (GOOD[:-20], "truncated"),
        (GOOD[:-1], "truncated"),
        (GOOD[:-3] + b"abc", "corrupt: the block"),
        (p.container(), "container file without a record"),
        (p.container(p.packet(None)), "record lacks hit.hitId"),
        (p.container(p.packet(target=None)), "record names no object: it lacks target"),
        (p.container(p.packet(hit=p.hit(1, lon=400.0))), "not a position"),
        (p.container(p.packet(hit=p.hit(1, lat=float("nan")))), "not a position"),
        (p.container(p.packet(hit=p.hit(1, t=None))), "record lacks hit.t"),
        (
            p.container(
                {"a": 1}, schema={"type": "record", "name": "other", "fields": [{"name": "a", "type": "int"}]}
            ),
            "schema 'other' is not one of SKYSCAN",
        ),
        (p.container(p.packet(1), p.packet(None)), "record lacks hit.hitId"),
    ],
)
def test_a_bad_packet_says_why_and_stops_no_other(payload: bytes, reason: str) -> None:
    decoded = decode([GOOD, payload, GOOD], p.SKY)
    (bad,) = decoded.bad
    assert bad.index == 1
    assert reason in bad.reason
    assert decoded.batch.source.tolist() == [0, 2]


def test_bad_frames() -> None:
    good = p.framed(p.lsst_record(1000), 1000)
    payloads = [
        good[:100],
        good + b"\x00\x00",
        b"\x00\x00\x00\x03\xe9" + good[5:],
        b"\x00\x00\x00\x00\x07" + good[5:],
        b"\x01" + good[1:],
        p.framed(p.lsst_record(1000, diaObjectId=None), 1000),
        p.framed(p.lsst_record(1000, diaSourceId=0), 1000),
    ]
    decoded = decode([*payloads, good], LSST)
    assert [bad.index for bad in decoded.bad] == list(range(7))
    reasons = [bad.reason for bad in decoded.bad]
    assert reasons[0] == "truncated: the packet ends within a record, at byte 100 in diaSource.trailAngle"
    assert reasons[1] == "2 bytes are left over after the record"
    assert reasons[2] == "unknown schema id 1001: no schema 10.1 of LSST in pittgoogle"
    assert reasons[3] == "schema id 7 is not one of LSST"
    assert "starts with 01" in reasons[4]
    assert reasons[5].startswith("record names no object: it lacks diaSource.diaObjectId and ")
    assert reasons[6] == "record lacks diaSource.diaSourceId"
    assert len(decoded.batch) == 1


def test_types_that_make_no_columns() -> None:
    fields = [f for f in p.PACKET["fields"] if f["name"] != "hit"]
    number = {**p.HIT, "fields": [{"name": "hitId", "type": "double"}, *p.HIT["fields"][1:]]}
    text = {**p.HIT, "fields": [*p.HIT["fields"][:5], {"name": "f", "type": "string"}, *p.HIT["fields"][6:]]}
    schemas = [{**p.PACKET, "fields": [{"name": "hit", "type": kind}, *fields]} for kind in (number, text)]
    as_number = p.container(p.packet(hit=p.hit(1) | {"hitId": 1.0}), schema=schemas[0])
    as_text = p.container(p.packet(hit=p.hit(1, f="bright")), schema=schemas[1])
    decoded = decode([as_number, as_text, GOOD], p.SKY)
    assert [(bad.index, bad.reason) for bad in decoded.bad] == [(0, "record lacks hit.hitId")]
    assert decoded.batch.frame["flux_ujy"].to_list() == [None, 10.0]


def test_one_packet_of_another_make_spoils_no_batch() -> None:
    target, _, *rest = p.PACKET["fields"]
    real = {
        **p.HIT,
        "fields": [f if f["name"] != "real" else {**f, "type": "string"} for f in p.HIT["fields"]],
    }
    scored = {**p.PACKET, "fields": [target, {"name": "hit", "type": real}, *rest]}
    named = {**p.PACKET, "fields": [{"name": "target", "type": "bytes"}, *p.PACKET["fields"][1:]]}
    odd = [
        p.container(p.packet(hit=p.hit(1, real="likely")), schema=scored),
        p.container(p.packet(target=b"\xff"), schema=named),
    ]
    decoded = decode([GOOD, *odd, b"", GOOD], p.SKY)
    assert [bad.index for bad in decoded.bad] == [1, 2, 3]
    assert "not of the survey's types" in decoded.bad[0].reason
    assert "lacks target" in decoded.bad[1].reason
    assert decoded.batch.source.tolist() == [0, 4]
    assert decoded.batch.frame["score"].to_list() == pytest.approx([0.9, 0.9])


def test_no_bytes_stop_it() -> None:
    rng = random.Random(3)
    framed = p.framed(p.lsst_record(1000), 1000)
    for survey, whole in ((p.SKY, GOOD), (LSST, framed)):
        payloads: list[bytes] = []
        for _ in range(300):
            broken = bytearray(whole)
            for _ in range(rng.randint(1, 8)):
                broken[rng.randrange(len(broken))] = rng.randrange(256)
            payloads += [bytes(broken), whole, rng.randbytes(50)]
        decoded = decode(payloads, survey)
        assert set(range(1, 900, 3)) <= set(decoded.batch.source.tolist())
        assert set(range(2, 900, 3)) <= {bad.index for bad in decoded.bad}


def test_nothing_at_all() -> None:
    for survey in (ZTF, LSST, p.SKY):
        decoded = decode([], survey)
        assert (len(decoded.batch), decoded.bad) == (0, [])
        assert {name: decoded.batch.frame.schema[name] for name in STANDARD} == STANDARD
        assert len(decoded.batch.prv) == 0
    assert len(decode([b"bad"], ZTF).batch) == 0


def test_missing_schemas_name_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    assert LSST.registry is not None
    registry = LSST.registry.model_copy(update={"package": "no_such_package"})
    with pytest.raises(ValueError, match=r'pip install "nightdesk\[lsst\]"'):
        schema_file(1000, LSST.model_copy(update={"registry": registry}))


def test_a_batch_travels() -> None:
    batch = decode([GOOD], p.SKY).batch
    copy = pickle.loads(pickle.dumps(batch))
    assert copy.frame.equals(batch.frame)
    assert copy.survey == batch.survey
    assert np.array_equal(copy.prv.offsets, batch.prv.offsets)
