"""Filters see the points of their own stream's programs, and so does what they tell."""

from __future__ import annotations

import io
import json
import random
from collections.abc import Callable
from typing import Any

import fastavro
import numpy as np
import pytest
from nightdesk_services.broker.models.packets import Packet
from nightdesk_services.broker.services.pipeline import Pipeline
from nightdesk_services.common.packed import POINT
from pymongo.database import Database

from tests.services.broker.packets import TOPICS, group, revisited
from tests.services.broker.test_filters import add

Db = Database[dict[str, Any]]
PUBLIC, PARTNERS = 11, 12
"""Filters of a stream with program 1, and of one with 1 and 2."""
RECENT = [
    {"$match": {"candidate.magpsf": {"$lt": 99}}},
    {"$project": {"objectId": 1, "annotations": {"points": {"$size": "$prv_candidates"}}}},
]


def of_programs(packets: tuple[Packet, ...], seed: int) -> tuple[list[Packet], dict[int, dict[str, Any]]]:
    """Packets whose points belong to programs by chance, and the alerts in them."""
    dice = random.Random(seed)
    belongs: dict[int, int] = {}
    made, alerts = [], {}
    for index, packet in enumerate(packets):
        reader = fastavro.reader(io.BytesIO(packet.payload))
        (alert,) = reader
        for point in [alert["candidate"], *(alert["prv_candidates"] or [])]:
            if point["candid"] is not None:
                point["programid"] = belongs.setdefault(point["candid"], dice.choice([1, 1, 2, 3]))
        payload = io.BytesIO()
        fastavro.writer(payload, reader.writer_schema, [alert])
        made.append(Packet(payload.getvalue(), TOPICS["ZTF"], 0, index))
        alerts[alert["candid"]] = alert
    return made, alerts


def detections(alerts: dict[int, dict[str, Any]], candid: int, programs: set[int]) -> list[float]:
    """Times of what is known of an alert's object at its time, of some programs."""
    own = alerts[candid]
    until = own["candidate"]["jd"]
    found = {}
    for alert in alerts.values():
        if alert["objectId"] == own["objectId"]:
            for point in [alert["candidate"], *(alert["prv_candidates"] or [])]:
                if point["candid"] is not None and point["jd"] <= until and point["programid"] in programs:
                    found[point["candid"]] = point["jd"]
    return sorted(found.values())


@pytest.fixture
def desk(database: Db, pipeline: Pipeline) -> Pipeline:
    both = {"_id": 9, "name": "partners", "altdata": {"survey": "ZTF", "selector": [1, 2]}}
    database["streams"].insert_one(both)
    add(database, PUBLIC, "n_det >= 1")
    add(database, PARTNERS, "n_det >= 1", stream_id=9)
    return pipeline


@pytest.mark.parametrize("size", [1, 7, 60])
def test_candidates_tell_what_their_stream_tells(desk: Pipeline, database: Db, size: int) -> None:
    packets, alerts = of_programs(revisited("ZTF", 60), seed=size)
    before: dict[int, dict[str, Any]] = {}
    for start in range(0, len(packets), size):
        part = packets[start : start + size]
        # what later alerts of the batch bring of earlier times is known too
        before |= dict(list(alerts.items())[start : start + size])
        desk.run(group(part))
        new = {str(candid) for candid in list(alerts)[start : start + size]}
        for filter_id, programs in ((PUBLIC, {1}), (PARTNERS, {1, 2})):
            found = {
                one["candid"]: one
                for one in database["candidates"].find({"filter_id": filter_id})
                if str(one["candid"]) in new
            }
            wanted = [c for c in map(int, new) if alerts[c]["candidate"]["programid"] in programs]
            assert sorted(found) == sorted(wanted)
            for candid, one in found.items():
                seen = detections(before, candid, programs)
                assert (one["n_det"], one["first_jd"]) == (len(seen), seen[0])
        for alert in database["ZTF_alerts"].find({"_id": {"$in": list(map(int, new))}}):
            own = {1, alert["programid"]}
            seen = detections(before, alert["_id"], own)
            assert alert["features"]["n_det"] == len(seen)
            assert alert["features"]["age_days"] == pytest.approx(alert["candidate"]["jd"] - seen[0])


def test_a_cut_on_the_history_is_on_what_is_seen(desk: Pipeline, database: Db) -> None:
    add(database, 13, "n_det >= 3")
    add(database, 14, "n_det >= 3", stream_id=9)
    add(database, 15, json.dumps(RECENT), kind="pipeline")
    add(database, 16, json.dumps(RECENT), kind="pipeline", stream_id=9)
    packets, alerts = of_programs(revisited("ZTF", 60), seed=3)
    desk.run(group(packets))
    passed = {
        n: {one["candid"]: one for one in database["candidates"].find({"filter_id": n})}
        for n in (13, 14, 15, 16)
    }
    for filter_id, programs in ((13, {1}), (14, {1, 2})):
        assert set(passed[filter_id]) == {
            candid
            for candid, alert in alerts.items()
            if alert["candidate"]["programid"] in programs and len(detections(alerts, candid, programs)) >= 3
        }
    assert len(passed[13]) < len(passed[14])
    for filter_id, programs in ((15, {1}), (16, {1, 2})):
        for candid, one in passed[filter_id].items():
            listed = [p for p in alerts[candid]["prv_candidates"] or [] if p["programid"] in programs]
            assert one["annotations"]["points"] == len(listed) + 1


def test_filters_of_all_programs_agree_with_the_whole_light_curve(desk: Pipeline, database: Db) -> None:
    everything = {"_id": 10, "name": "all", "altdata": {"survey": "ZTF", "selector": [1, 2, 3]}}
    database["streams"].insert_one(everything)
    add(database, 13, "age_days > 0.001 and n_det >= 2", stream_id=10)
    packets, alerts = of_programs(revisited("ZTF", 60), seed=4)
    desk.run(group(packets))
    known = {candid: detections(alerts, candid, {1, 2, 3}) for candid in alerts}
    wanted = {c for c, times in known.items() if len(times) >= 2 and times[-1] - times[0] > 0.001}
    assert {one["candid"] for one in database["candidates"].find({"filter_id": 13})} == wanted
    assert wanted


def test_points_of_a_former_store_get_their_program(
    desk: Pipeline, new_pipeline: Callable[[], Pipeline], database: Db
) -> None:
    packets, alerts = of_programs(revisited("ZTF", 60), seed=5)
    desk.run(group(packets[:30]))
    former = np.dtype(POINT.descr[:-1])
    for version in database["ZTF_objects"].find():
        points = np.frombuffer(version["detections"], POINT)
        rows = np.zeros(len(points), former)
        for name in former.names or ():
            rows[name] = points[name]
        changed = {"$set": {"detections": rows.tobytes()}}
        database["ZTF_objects"].update_one({"_id": version["_id"]}, changed)
    new_pipeline().run(group(packets[30:]))
    for one in database["candidates"].find({"filter_id": PUBLIC}):
        if one["candid"] in list(alerts)[30:]:
            assert one["n_det"] == len(detections(alerts, one["candid"], {1}))
