"""Documents keep Kowalski's shape."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import bson
import pytest
from nightdesk.alerts import decode, documents, point_key
from nightdesk.photometry import light_curve
from nightdesk.surveys import get

from tests.kernels.alerts import packets as p
from tests.support.data import needs_data

ZTF, LSST = get("ZTF"), get("LSST")


def _documents(paths: list[Path], survey_name: str) -> list[Any]:
    return documents(decode([path.read_bytes() for path in paths], get(survey_name)).batch)


def _known(point: dict[str, Any]) -> dict[str, Any]:
    """Return a point without its null fields, as Kowalski keeps it."""
    return {name: value for name, value in point.items() if value is not None and value == value}


@needs_data
def test_a_ztf_alert() -> None:
    for path, made in zip(p.ZTF_FILES, _documents(p.ZTF_FILES, "ZTF"), strict=True):
        record = p.ztf_by_fastavro(path)
        alert = made.alert
        assert alert["_id"] == alert["candid"] == record["candid"]
        assert alert["candidate"] == record["candidate"]
        assert (alert["publisher"], alert["schemavsn"]) == (record["publisher"], record["schemavsn"])
        place = alert["coordinates"]["radec_geojson"]
        assert place == {
            "type": "Point",
            "coordinates": [record["candidate"]["ra"] - 180, record["candidate"]["dec"]],
        }
        assert (alert["classifications"], alert["features"]) == ({}, {})
        *history, own = made.prv_candidates
        assert history == [_known(point) for point in record["prv_candidates"]]
        fields = set().union(*record["prv_candidates"])
        assert own == _known({f: v for f, v in record["candidate"].items() if f in fields})
        assert made.fp_hists == [_known(point) for point in record.get("fp_hists") or ()]
        assert made.cutouts["cutoutScience"] == record["cutoutScience"]
        assert list(made.cutouts) == [
            "_id",
            "objectId",
            "cutoutScience",
            "cutoutTemplate",
            "cutoutDifference",
        ]


@needs_data
def test_kowalskis_own_numbers() -> None:
    """Coordinates of an alert as Kowalski's documentation shows them."""
    path = next(path for path in p.ZTF_FILES if path.stem == "1105522281015015000")
    (made,) = _documents([path], "ZTF")
    where = made.alert["coordinates"]
    assert where["radec_str"] == ["12:22:54.9236", "15:49:25.020"]
    assert where["radec_geojson"]["coordinates"] == pytest.approx([5.7288484, 15.8236168])
    assert (where["l"], where["b"]) == (pytest.approx(271.9, abs=1), pytest.approx(76.6, abs=1))


@needs_data
def test_an_lsst_alert() -> None:
    for path, made in zip(p.LSST_FILES, _documents(p.LSST_FILES, "LSST"), strict=True):
        record = p.lsst_by_fastavro(path)
        raw = {name: None if value != value else value for name, value in record["diaSource"].items()}
        assert {**raw, "jd": made.alert["jd"]} == made.alert["candidate"]
        assert (made.alert["ssSource"] is None) is (record["ssSource"] is None)
        assert len(made.prv_candidates) == len(record["prvDiaSources"] or ()) + 1
        assert len(made.fp_hists) == len(record["prvDiaForcedSources"] or ())
        assert all("jd" in point for point in [*made.prv_candidates, *made.fp_hists])
        for points, name in (
            (made.prv_candidates[:-1], "prvDiaSources"),
            (made.fp_hists, "prvDiaForcedSources"),
        ):
            kept = [{f: v for f, v in point.items() if f != "jd"} for point in points]
            assert kept == [_known(point) for point in record[name] or ()]
        assert made.prv_candidates[-1] == _known(made.alert["candidate"])
        json.dumps(made.alert, allow_nan=False, default=str)
        assert bson.decode(bson.encode(made.alert))["candid"] == record["diaSourceId"]
        curve = light_curve(LSST, {"prv_candidates": made.prv_candidates, "fp_hists": made.fp_hists})
        assert curve.height == len(made.prv_candidates) + len(made.fp_hists)


@needs_data
def test_a_light_curve_holds_the_alert_itself() -> None:
    for made in _documents(p.ZTF_FILES, "ZTF"):
        curve = light_curve(ZTF, {"prv_candidates": made.prv_candidates, "fp_hists": made.fp_hists})
        own = curve.filter(candid=made.alert["candid"]).row(0, named=True)
        assert own["mjd"] == made.alert["jd"] - 2400000.5
        assert own["kind"] == "detection"


@needs_data
@pytest.mark.parametrize(("paths", "survey"), [(p.ZTF_FILES, ZTF), (p.LSST_FILES, LSST)])
def test_points_of_a_packet_have_different_keys(paths: list[Path], survey: Any) -> None:
    for made in _documents(paths, survey.name):
        for points in (made.prv_candidates, made.fp_hists):
            assert len({point_key(survey, point) for point in points}) == len(points)


def test_what_a_schema_lacks_is_absent_and_null_is_kept() -> None:
    old, new = documents(decode([p.framed(p.lsst_record(n), n) for n in (900, 1101)], LSST).batch)
    assert "exposureTime" not in old.alert["candidate"]
    assert new.alert["candidate"]["exposureTime"] is None
    assert (old.alert["schemavsn"], new.alert["schemavsn"]) == ("9.0", "11.1")
    assert ("MPCORB" in old.alert, "MPCORB" in new.alert) == (True, False)
    assert old.alert["publisher"] == "LSST"


def test_points_of_any_pattern_of_nulls() -> None:
    past = [p.hit(k, real=0.5, f=None if k % 2 else 10.0, flag=True if k % 3 else None) for k in range(9)]
    made, other = documents(
        decode([p.container(p.packet(1, hit=p.hit(1, real=0.5), past=past), p.packet(2))], p.SKY).batch
    )
    found = [{name: value for name, value in point.items() if name != "jd"} for point in made.prv_candidates]
    assert found == [_known(point) for point in [*past, p.hit(1, real=0.5)]]
    assert [point["hitId"] for point in other.prv_candidates] == [2]
    assert made.alert["candidate"]["flag"] is None


def test_records_that_some_packets_leave_null() -> None:
    hosts = [{"z": None, "id": 5}, None, {"z": 0.5, "id": 0}]
    payload = p.container(*(p.packet(n, host=host) for n, host in enumerate(hosts, 1)))
    assert [made.alert["host"] for made in documents(decode([payload], p.SKY).batch)] == hosts


def test_a_missing_cutout_is_absent() -> None:
    with_one, without = documents(decode([p.container(p.packet(5), p.packet(6, picture=None))], p.SKY).batch)
    assert with_one.cutouts["cutoutScience"] == {"fileName": "candid5_science.fits", "stampData": b"FITS"}
    assert without.cutouts == {"_id": 6, "objectId": "T1"}


def test_documents_of_chosen_alerts() -> None:
    batch = decode([p.container(*(p.packet(n, past=[p.hit(100 + n)]) for n in range(1, 4)))], p.SKY).batch
    (made,) = documents(batch.take([2]))
    assert [point["hitId"] for point in made.prv_candidates] == [103, 3]
    assert documents(batch.take([])) == []


def test_point_keys() -> None:
    assert point_key(ZTF, {"candid": bson.Int64(2**60 + 1), "jd": 1.0, "fid": 1}) == 2**60 + 1
    limit = {"candid": None, "jd": 2460000.12345, "fid": 2, "diffmaglim": 20.0}
    assert point_key(ZTF, limit) == point_key(ZTF, {"jd": 2460000.12345, "fid": bson.Int64(2)})
    assert point_key(ZTF, limit) != point_key(ZTF, {**limit, "fid": 1})
    assert point_key(LSST, {"diaForcedSourceId": 2**62 + 1}) == 2**62 + 1
    with pytest.raises(ValueError, match="a point of LSST needs diaSourceId or diaForcedSourceId"):
        point_key(LSST, {"jd": 1.0})
