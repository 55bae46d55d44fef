"""Statistics of photometry through the official client: of all that the asker sees, and of nothing else."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from skyportal_py.sources import PhotStat, SourcePost

from tests.conformance.conftest import Desk
from tests.conformance.targets import save
from tests.conformance.things import club, refused
from tests.services.marshal.world import fill

MJD = 61000.0


def point(desk: Desk, obj_id: str, groups: list[int], mjd: float, mag: float | None, **more: Any) -> None:
    """Store a point as an upload does; one without magnitude is a limit of 20.5."""
    flux = None if mag is None else 10 ** (-0.4 * (mag - 23.9))
    error = 10 ** (-0.4 * (20.5 - 23.9)) / 5 if flux is None else flux / 10
    now = datetime.now(UTC)
    desk.database["photometry"].insert_one(
        {
            "_id": desk.database["photometry"].count_documents({}) + 1,
            "obj_id": obj_id,
            "mjd": mjd,
            "filter": "sdssr",
            "flux": flux,
            "fluxerr": error,
            "mag": mag,
            "limiting_mag": 20.5,
            "group_ids": groups,
            "origin": None,
            **dict.fromkeys(("instrument_id", "ra", "dec", "snr", "magerr", "altdata", "owner_id")),
            "stream_ids": [],
            "created_at": now,
            "modified": now,
            **more,
        }
    )


def until(found: Callable[[], Any]) -> Any:
    """Return what is found, once it is."""
    for _ in range(600):
        if value := found():
            return value
        time.sleep(0.05)
    pytest.fail("it did not come to pass in half a minute")


def made(desk: Desk, obj_id: str) -> None:
    """Wait for the statistics that are made when a source is saved."""
    until(lambda: desk.database["phot_stats"].find_one({"obj_id": obj_id}))


def curve(desk: Desk, obj_id: str, group: int, *mags: float | None, **more: Any) -> str:
    """Save a source with a point a day and return its name, once it has statistics of them."""
    for day, mag in enumerate(mags):
        point(desk, obj_id, [group], MJD + day, mag, **more)
    save(desk, obj_id, group, 150.0, 10.0)
    made(desk, obj_id)
    return obj_id


def names(desk: Desk, group: int, who: str = "ana", **query: Any) -> list[str]:
    """Return the sources of a query, which must count itself rightly."""
    page = desk.client(who).fetch_sources(group_ids=[group], **query)
    assert page.total_matches == len(page.sources)
    return sorted(source.id for source in page.sources)


def test_statistics_of_a_light_curve_that_grows(desk: Desk) -> None:
    group = club(desk, "ben")
    obj_id = curve(desk, "Stat1", group, None, 19.0, 18.0, 18.5)
    stat = desk.client("ben").fetch_source_phot_stat(obj_id)
    assert (stat.obj_id, stat.num_obs_global, stat.num_det_global) == (obj_id, 4, 3)
    assert (stat.first_detected_mjd, stat.first_detected_filter) == (MJD + 1, "sdssr")
    assert (stat.peak_mjd_global, stat.last_detected_mjd) == (MJD + 2, MJD + 3)
    assert stat.peak_mag_global == pytest.approx(18.0) and stat.peak_mag_per_filter is not None
    assert stat.last_detected_mag == pytest.approx(18.5)
    assert stat.deepest_limit_global == pytest.approx(20.5)
    assert (stat.predetection_mjds, stat.time_to_non_detection) == ([MJD], 1.0)
    assert stat.rise_rate == pytest.approx(1.0) and stat.decay_rate == pytest.approx(-0.5)
    assert stat.last_full_update is not None and stat.last_phot_add_time is not None

    point(desk, obj_id, [group], MJD + 4, 17.0)
    newer = desk.client("ana").fetch_source_phot_stat(obj_id)
    assert newer.peak_mag_global == pytest.approx(17.0), "what is read is never out of date"
    assert newer.id == stat.id and newer.created_at == stat.created_at
    assert newer.last_full_update is not None and newer.last_full_update > stat.last_full_update
    shown = desk.client("ana").fetch_source(obj_id, include_detection_stats=True)
    assert [one.peak_mag_global for one in shown.photstats] == [newer.peak_mag_global]
    assert desk.client("ana").fetch_source(obj_id).photstats == []
    refused(404, desk.client("cleo").fetch_source_phot_stat, obj_id)


def test_nobody_learns_from_statistics_what_is_hidden_from_them(desk: Desk) -> None:
    shared, alone = club(desk, "ben"), club(desk)
    obj_id = curve(desk, "Secret1", shared, 19.0, 18.5)
    point(desk, obj_id, [alone], MJD + 1.5, 16.0)
    ana, ben, root = (desk.client(who).fetch_source_phot_stat(obj_id) for who in ("ana", "ben", "root"))
    assert (ana.num_det_global, ben.num_det_global, root.num_det_global) == (3, 2, 3)
    assert ana.peak_mag_global == pytest.approx(16.0) and ben.peak_mag_global == pytest.approx(18.5)
    assert names(desk, shared, max_peak_magnitude=17.0) == [obj_id]
    assert names(desk, shared, "ben", max_peak_magnitude=17.0) == []
    assert names(desk, shared, "ben", min_peak_magnitude=18.0) == [obj_id]
    axes = {"x_field": "peak_mag_global", "y_field": "num_det_global", "obj_ids": [obj_id]}
    (seen,) = desk.client("ben").fetch_phot_stats_aggregate(**axes).points
    assert seen.y == 2 and seen.x == pytest.approx(18.5)
    assert desk.client("cleo").fetch_phot_stats_aggregate(**axes).points == []


def test_points_of_a_program_that_is_not_ones_own_do_not_count(desk: Desk) -> None:
    obj_id = fill(desk.database, "ZTF")[0]["objectId"]
    group = club(desk)
    desk.client("ana").post_source(SourcePost(id=obj_id, group_ids=[group]))
    made(desk, obj_id)
    before: PhotStat = desk.client("ana").fetch_source_phot_stat(obj_id)
    assert before.num_obs_global and before.num_obs_per_filter
    assert all(name.startswith("ztf") for name in before.num_obs_per_filter)
    desk.database["ZTF_alerts_aux"].update_one(
        {"_id": obj_id}, {"$set": {"prv_candidates.$[].programid": 3, "fp_hists.$[].programid": 3}}
    )
    desk.database["ZTF_objects"].update_one({"objectId": obj_id}, {"$inc": {"v": 1}})
    after = desk.client("ana").fetch_source_phot_stat(obj_id)
    assert (after.num_obs_global, after.peak_mag_global) == (0, None), "program 3 is not ana's"
    assert desk.client("root").fetch_source_phot_stat(obj_id).num_obs_global == before.num_obs_global


def test_sources_by_magnitude_and_detection(desk: Desk) -> None:
    group = club(desk)
    curve(desk, "Mag1", group, 19.0, 18.0, 19.5)
    curve(desk, "Mag2", group, 17.5, 17.0)
    curve(desk, "Mag3", group, 20.0)
    curve(desk, "Mag4", group, None, None)
    assert names(desk, group, min_peak_magnitude=17.5) == ["Mag1", "Mag3"]
    assert names(desk, group, max_peak_magnitude=18.0) == ["Mag1", "Mag2"]
    assert names(desk, group, min_peak_magnitude=17.5, max_peak_magnitude=19.0) == ["Mag1"]
    assert names(desk, group, min_latest_magnitude=19.0) == ["Mag1", "Mag3"]
    assert names(desk, group, max_latest_magnitude=19.7) == ["Mag1", "Mag2"]
    assert names(desk, group, number_detections=2) == ["Mag1", "Mag2"]
    assert names(desk, group, number_detections=3) == ["Mag1"]
    day = datetime(1858, 11, 17, tzinfo=UTC) + timedelta(days=MJD)
    late, later = (day + timedelta(hours=12 + 24 * n) for n in (0, 1))
    assert names(desk, group, start_date=late.isoformat()) == ["Mag1", "Mag2"]
    assert names(desk, group, end_date=late.isoformat()) == ["Mag3"]
    assert names(desk, group, start_date=late.isoformat(), end_date=later.isoformat()) == ["Mag2"]
    every = ["Mag1", "Mag2", "Mag3", "Mag4"]
    assert names(desk, group, number_detections=3, require_detections=False) == every
    ordered = desk.client("ana").fetch_sources(group_ids=[group], sort_by="phot_stat.peak_mag_global")
    assert [one.id for one in ordered.sources] == ["Mag2", "Mag1", "Mag3", "Mag4"], "the brightest first"
    turned = desk.client("ana").fetch_sources(
        group_ids=[group], sort_by="phot_stat.peak_mag_global", sort_order="desc", num_per_page=2
    )
    assert [one.id for one in turned.sources] == ["Mag3", "Mag1"] and turned.total_matches == 4
    assert "sortBy" in refused(400, desk.client("ana").fetch_sources, sort_by="phot_stat.parts")


def test_forced_photometry_counts_unless_it_is_excluded(desk: Desk) -> None:
    group = club(desk)
    curve(desk, "Forced1", group, 19.0, 18.0, origin="alert_fp")
    curve(desk, "Forced2", group, 19.0, 18.0)
    assert names(desk, group, number_detections=1) == ["Forced1", "Forced2"]
    assert names(desk, group, number_detections=1, exclude_forced_photometry=True) == ["Forced2"]
    assert names(desk, group, start_date="2020-01-01", exclude_forced_photometry=True) == ["Forced2"]
    stat = desk.client("ana").fetch_source_phot_stat("Forced1")
    assert (stat.num_det_global, stat.num_det_no_forced_phot_global) == (2, 0)
    assert stat.first_detected_mjd == MJD and stat.first_detected_no_forced_phot_mjd is None


def test_lists_hear_of_new_points_by_themselves(desk: Desk) -> None:
    group = club(desk)
    obj_id = curve(desk, "Heard1", group, 19.0)
    point(desk, obj_id, [group], MJD + 1, 15.0)
    until(lambda: names(desk, group, max_peak_magnitude=16.0) == [obj_id])
    desk.database["photometry"].delete_one({"obj_id": obj_id, "mjd": MJD + 1})
    until(lambda: names(desk, group, max_peak_magnitude=16.0) == [])


def test_an_administrator_keeps_them(desk: Desk) -> None:
    root, ana, group = desk.client("root"), desk.client("ana"), club(desk)
    obj_id = curve(desk, "Kept1", group, 19.0)
    assert "System admin" in refused(403, ana.delete_source_phot_stat, obj_id)
    assert "System admin" in refused(403, ana.post_source_phot_stat, obj_id)
    assert "System admin" in refused(403, ana.update_source_phot_stat, obj_id)
    assert "update them" in refused(409, root.post_source_phot_stat, obj_id)
    root.delete_source_phot_stat(obj_id)
    assert "no photometry statistics" in refused(404, ana.fetch_source_phot_stat, obj_id)
    assert "no photometry statistics" in refused(404, root.delete_source_phot_stat, obj_id)
    assert ana.fetch_source(obj_id, include_detection_stats=True).photstats == []
    root.post_source_phot_stat(obj_id)
    first = ana.fetch_source_phot_stat(obj_id)
    root.update_source_phot_stat(obj_id)
    second = ana.fetch_source_phot_stat(obj_id)
    assert second.id == first.id
    assert second.last_full_update is not None and first.last_full_update is not None
    assert second.last_full_update > first.last_full_update
    root.delete_source_phot_stat(obj_id)
    root.update_source_phot_stat(obj_id)
    assert ana.fetch_source_phot_stat(obj_id).num_det_global == 1, "an update makes them too"
    refused(404, root.post_source_phot_stat, "Nowhere1")


def test_page_by_page(desk: Desk) -> None:
    root, ana, group = desk.client("root"), desk.client("ana"), club(desk)
    start = datetime.now(UTC)
    for number in range(3):
        curve(desk, f"Paged{number}", group, 19.0 - number)
    span = {"created_at_start_time": start.isoformat(), "created_at_end_time": "2100-01-01"}
    assert "System admin" in refused(403, ana.fetch_phot_stats_counts)
    assert "System admin" in refused(403, ana.post_phot_stats)
    assert "System admin" in refused(403, ana.update_phot_stats)
    counts = root.fetch_phot_stats_counts(**span)
    assert (counts.total_with_phot_stats, counts.total_without_phot_stats) == (3, 0)
    for number in (0, 1):
        root.delete_source_phot_stat(f"Paged{number}")
    counts = root.fetch_phot_stats_counts(**span)
    assert (counts.total_with_phot_stats, counts.total_without_phot_stats) == (1, 2)
    made = root.post_phot_stats(num_per_page=1, **span)
    assert (made.total_matches, made.page_number, made.num_per_page) == (2, 1, 1)
    assert ana.fetch_source_phot_stat("Paged0").peak_mag_global == pytest.approx(19.0)
    refused(404, ana.fetch_source_phot_stat, "Paged1")
    assert root.post_phot_stats(**span).total_matches == 1
    assert root.post_phot_stats(**span).total_matches == 0
    assert root.post_phot_stats(created_at_end_time="2000-01-01").total_matches == 0

    middle = datetime.now(UTC).isoformat()
    done = root.update_phot_stats(num_per_page=2, page_number=2, **span)
    assert (done.total_matches, done.page_number) == (3, 2)
    for kind in ("quick", "full"):
        after = {f"{kind}_update_start_time": middle}
        assert root.fetch_phot_stats_counts(**span, **after).total_with_phot_stats == 1
        before = {f"{kind}_update_end_time": middle}
        assert root.fetch_phot_stats_counts(**span, **before).total_with_phot_stats == 2
        assert root.update_phot_stats(**span, **after, page_number=9).total_matches == 1
    assert "numPerPage" in refused(400, root.post_phot_stats, num_per_page=501)


def test_statistics_against_each_other(desk: Desk) -> None:
    ana, group = desk.client("ana"), club(desk)
    for number, chance in enumerate((0.9, 0.4)):
        obj_id = curve(desk, f"Plot{number}", group, 19.0, 18.0 - number)
        body = {"obj_id": obj_id, "classification": "Ia", "probability": chance, "group_ids": [group]}
        ana.post("/api/classification", json=body).raise_for_status()
    curve(desk, "Plot2", group, None)
    ana.update_source("Plot0", redshift=0.1)
    fields = ana.fetch_phot_stats_aggregate()
    assert fields.points == [] and {"peak_mag_global", "rise_rate"} <= {one.value for one in fields.fields}
    axes: dict[str, Any] = {"x_field": "peak_mag_global", "y_field": "rise_rate", "group_id": group}
    found = ana.fetch_phot_stats_aggregate(**axes, z_field="num_det_global")
    assert (found.count, found.truncated) == (2, False), "what has no such statistic has no point"
    first, second = found.points
    assert (first.id, first.classification, first.redshift, first.z) == ("Plot0", "Ia", 0.1, 2)
    assert (first.x, first.y) == (pytest.approx(18.0), pytest.approx(1.0))
    assert (first.first_detected_mjd, first.peak_mjd) == (MJD, MJD + 1)
    assert second.x == pytest.approx(17.0) and second.z == 2

    def ids(**query: Any) -> list[str]:
        return [one.id for one in ana.fetch_phot_stats_aggregate(**axes, **query).points]

    assert ids(classifications=["Ia", "II"]) == ["Plot0", "Plot1"]
    assert ids(classifications=["II"]) == []
    assert ids(classifications=["Ia"], classification_prob_threshold=0.5) == ["Plot0"]
    assert ids(obj_ids=["Plot1", "Mag1"]) == ["Plot1"]
    short = ana.fetch_phot_stats_aggregate(**axes, max_matches=1)
    assert (short.count, short.truncated, len(short.points)) == (1, True, 1)
    assert "yField" in refused(400, ana.fetch_phot_stats_aggregate, x_field="rise_rate", y_field="mark")
    refused(403, desk.client("ben").fetch_phot_stats_aggregate, **axes)
