"""From packets to documents, light curves and candidates, on a real store."""

from __future__ import annotations

import gc
import json
from collections.abc import Callable
from typing import Any

import bson
import pytest
from nightdesk.alerts import AlertBatch, decode, point_key
from nightdesk.avro.storage import Storage
from nightdesk.filters.pipeline import Batch
from nightdesk.photometry import light_curve
from nightdesk.surveys import SURVEYS
from nightdesk_services.broker.models.packets import Packet, digest
from nightdesk_services.broker.services.pipeline import Pipeline, by_survey
from nightdesk_services.broker.services.work import Work
from nightdesk_services.common.light_curves import read_object
from pymongo.database import Database

from tests.services.broker.packets import group, real, revisited, simulated
from tests.services.broker.test_filters import add, passed
from tests.support.data import needs_data

Db = Database[dict[str, Any]]

# Two alerts of one object, ZTF20aajcdad, an hour apart.
EARLIER, LATER = 1127495406315015005, 1127536316315015004


def pair() -> tuple[Packet, Packet]:
    found = {}
    for packet in real("ZTF"):
        candid = decode([packet.payload], SURVEYS["ZTF"]).batch.frame["candid"][0]
        found[candid] = packet
    return found[EARLIER], found[LATER]


@needs_data
@pytest.mark.parametrize(("survey", "number"), [("ZTF", 36), ("LSST", 5)])
def test_every_real_packet_goes_in_once(pipeline: Pipeline, database: Db, survey: str, number: int) -> None:
    packets = real(survey)
    pipeline.run(group(packets, survey))
    pipeline.run(group(packets, survey))
    counts = pipeline.statistics.counts[survey]
    assert (counts["stored"], counts["duplicates"], counts["quarantined"]) == (number, number, 0)
    one = SURVEYS[survey]
    batch = decode([p.payload for p in packets], one).batch
    alerts = {d["_id"]: d for d in database[one.alerts].find()}
    assert set(alerts) == set(batch.frame["candid"].to_list())
    assert all(isinstance(d["_id"], int) for d in alerts.values())
    assert database[one.cutouts].count_documents({}) == number
    for row, (candid, name) in enumerate(batch.frame.select("candid", "objectId").iter_rows()):
        aux = read_object(database, one, name)
        assert aux is not None
        keys = [point_key(one, p) for p in aux["prv_candidates"]]
        assert len(keys) == len(set(keys))
        assert candid in keys
        packet_keys = {point_key(one, p) for p in batch.prv[row].to_dicts()}
        assert packet_keys <= set(keys)
        forced = {point_key(one, p) for p in aux["fp_hists"]}
        assert forced >= {point_key(one, p) for p in batch.fp[row].to_dicts()}
        detections = light_curve(one, aux)
        assert aux["n_det"] == (detections["kind"] == "detection").sum() == alerts[candid]["features"][
            "n_det"
        ] or (name == "ZTF20aajcdad")


@needs_data
def test_ids_are_64_bit_in_the_store(pipeline: Pipeline, database: Db) -> None:
    pipeline.run(group(real("ZTF")[:1]))
    codec: bson.CodecOptions[bson.raw_bson.RawBSONDocument] = bson.CodecOptions(
        document_class=bson.raw_bson.RawBSONDocument
    )
    (raw,) = database["ZTF_alerts"].with_options(codec).find({}, {"candid": 1})
    assert b"\x12_id\x00" in raw.raw
    assert b"\x12candid\x00" in raw.raw


@needs_data
@pytest.mark.parametrize("how", ["together", "in order", "later first", "later first, together"])
def test_light_curve_is_the_same_in_whatever_order(pipeline: Pipeline, database: Db, how: str) -> None:
    first, second = pair()
    order = [second, first] if how.startswith("later") else [first, second]
    for packets in [order] if how.endswith("together") else [[p] for p in order]:
        pipeline.run(group(packets))
    aux = read_object(database, SURVEYS["ZTF"], "ZTF20aajcdad")
    assert aux is not None
    batch = decode([first.payload, second.payload], SURVEYS["ZTF"]).batch
    wanted = {point_key(SURVEYS["ZTF"], p) for p in batch.prv.values.to_dicts()} | {EARLIER, LATER}
    keys = [point_key(SURVEYS["ZTF"], p) for p in aux["prv_candidates"]]
    assert sorted(map(str, keys)) == sorted(map(str, wanted))
    assert aux["n_det"] == 5
    # what was known at the alert's own time, in whatever order alerts came
    features = {d["_id"]: d["features"] for d in database["ZTF_alerts"].find()}
    assert (features[EARLIER]["n_det"], features[LATER]["n_det"]) == (4, 5)
    assert features[EARLIER]["first_jd"] == features[LATER]["first_jd"] == aux["first_jd"]


@needs_data
def test_features_are_those_of_the_light_curve(pipeline: Pipeline, database: Db) -> None:
    pipeline.run(group(real("ZTF")))
    checked = 0
    for alert in database["ZTF_alerts"].find():
        aux = read_object(database, SURVEYS["ZTF"], alert["objectId"])
        assert aux is not None
        until = [
            p
            for p in aux["prv_candidates"]
            if p.get("magpsf") is not None and p["jd"] <= alert["candidate"]["jd"]
        ]
        own = [
            p["magpsf"]
            for p in until
            if p["fid"] == alert["candidate"]["fid"] and p["isdiffpos"] in ("t", "1")
        ]
        got = alert["features"]
        assert got["n_det"] == len(until)
        assert got["age_days"] == pytest.approx(alert["candidate"]["jd"] - min(p["jd"] for p in until))
        assert got["peak_mag"] == pytest.approx(min(own)) if own else got["peak_mag"] is None
        if own:
            assert got["delta_mag"] == pytest.approx(alert["candidate"]["magpsf"] - min(own))
            checked += 1
    assert checked > 10


@needs_data
def test_candidates_are_what_the_built_in_filter_passes(pipeline: Pipeline, database: Db) -> None:
    pipeline.run(group(real("ZTF")))
    passed = {d["candid"]: d for d in database["candidates"].find()}
    expected = set()
    for alert in database["ZTF_alerts"].find():
        c = alert["candidate"]
        score = c["drb"] if c.get("drb") is not None else c["rb"]
        star = c["distpsnr1"] < 2 and c["sgscore1"] > 0.76
        glare = c["distpsnr1"] < 20 and c["sgscore1"] > 0.49 and 0 < c["srmag1"] < 15
        moving = 0 <= c["ssdistnr"] <= 5 if c["ssdistnr"] is not None else False
        good = score > 0.65 and c["isdiffpos"] in ("t", "1") and c["magpsf"] < 21 and c["nbad"] == 0
        if good and not star and not glare and not moving and alert["features"]["n_det"] >= 2:
            expected.add(alert["_id"])
    assert set(passed) == expected
    assert 0 < len(expected) < 36
    one = passed[EARLIER]
    assert one["_id"] == f"ZTF:{EARLIER}:1"
    assert (one["objectId"], one["filter_id"], one["group_ids"], one["stream_id"]) == (
        "ZTF20aajcdad",
        1,
        [1],
        1,
    )
    assert one["passed_at"].tzinfo is not None


@needs_data
def test_bad_packets_are_kept_with_bytes_and_reason(pipeline: Pipeline, database: Db) -> None:
    good = real("ZTF")[:3]
    truncated = Packet(good[0].payload[:20_000], good[0].topic, 3, 17)
    packets = [
        good[0],
        truncated,
        good[1],
        Packet(b"", good[0].topic),
        Packet(b"noise" * 99, good[0].topic),
        good[2],
    ]
    for _ in range(2):
        pipeline.run(group(packets))
    assert database["ZTF_alerts"].count_documents({}) == 3
    kept = {d["_id"]: d for d in database["quarantine"].find()}
    assert set(kept) == {digest(truncated.payload), digest(b""), digest(b"noise" * 99)}
    one = kept[digest(truncated.payload)]
    assert (one["payload"], one["partition"], one["offset"], one["survey"]) == (
        truncated.payload,
        3,
        17,
        "ZTF",
    )
    assert all(d["reason"] and d["count"] == 2 for d in kept.values())


def test_packets_find_their_survey() -> None:
    (ztf,), (lsst,) = simulated("ZTF", 1), simulated("LSST", 1)
    elsewhere = Packet(lsst.payload, "my-topic")
    noise = Packet(b"noise", "my-topic")
    found = {g.survey.name if g.survey else None: g.packets for g in by_survey([ztf, elsewhere, noise, lsst])}
    assert found == {"ZTF": (ztf,), "LSST": (elsewhere, lsst), None: (noise,)}


def test_what_is_of_no_survey_is_kept_too(pipeline: Pipeline, database: Db) -> None:
    (noise,) = by_survey([Packet(b"noise", "my-topic")])
    pipeline.run(noise)
    (kept,) = database["quarantine"].find()
    assert (kept["payload"], kept["survey"]) == (b"noise", None)
    assert "survey" in kept["reason"]


def test_the_same_alert_twice_in_a_batch_is_one(pipeline: Pipeline, database: Db) -> None:
    (packet,) = simulated("LSST", 1)
    pipeline.run(group([packet, packet], "LSST"))
    counts = pipeline.statistics.counts["LSST"]
    assert (counts["stored"], counts["duplicates"]) == (1, 1)
    assert database["LSST_alerts"].count_documents({}) == 1


def test_each_step_is_timed(pipeline: Pipeline) -> None:
    pipeline.run(group(simulated("ZTF", 5)))
    wanted = {"decode", "history", "crossmatch", "features", "filters", "store.objects", "store.alerts"}
    assert wanted <= set(pipeline.statistics.seconds)
    assert all(pipeline.statistics.seconds[name] > 0 for name in wanted)


def large() -> list[Any]:
    """Return what holds packets or their columns."""
    return [one for one in gc.get_objects() if type(one) in (AlertBatch, Storage, Work, Batch)]


@pytest.mark.parametrize("survey", ["ZTF", "LSST"])
def test_a_batch_goes_with_its_last_reference(pipeline: Pipeline, database: Db, survey: str) -> None:
    """In a circle, its packets would stay until Python looks for such: for ten batches and more."""
    stages = [
        {"$match": {"coordinates.l": {"$gt": -1}, "prv_candidates.jd": {"$gt": 1}}},
        {"$addFields": {"annotations": {"past": {"$size": "$prv_candidates"}}}},
        {"$match": {"annotations.past": {"$gt": 0}}},
    ]
    for number, source in enumerate(["magpsf < 99", json.dumps(stages)], 11):
        kind = "pipeline" if number == 12 else "expression"
        add(database, number, source, survey=survey, kind=kind)
    packets = simulated(survey, 20)
    pipeline.run(group(packets[:10], survey))
    gc.collect()
    gc.disable()
    try:
        before = large()
        pipeline.run(group(packets[10:], survey))
        left = [one for one in large() if not any(one is other for other in before)]
    finally:
        gc.enable()
    assert not left
    assert {passed(database, 11), passed(database, 12)} == {20}


def test_a_night_in_batches_keeps_every_point_once(
    new_pipeline: Callable[[], Pipeline], database: Db
) -> None:
    packets = revisited("ZTF", 180)
    workers = [new_pipeline(), new_pipeline()]
    for start in range(0, len(packets), 60):
        workers[start // 60 % 2].run(group(packets[start : start + 60]))
    batch = decode([p.payload for p in packets], SURVEYS["ZTF"]).batch
    assert database["ZTF_alerts"].count_documents({}) == len(batch)
    for name in database["ZTF_objects"].distinct("objectId"):
        aux = read_object(database, SURVEYS["ZTF"], name)
        assert aux is not None
        for field in ("prv_candidates", "fp_hists"):
            keys = [point_key(SURVEYS["ZTF"], p) for p in aux[field]]
            assert len(keys) == len(set(keys))
        assert aux["n_det"] == sum(p.get("candid") is not None for p in aux["prv_candidates"])
